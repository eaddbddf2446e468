"""Weakly supervised segmentation: pixel masks from few labels.

from wss_core import Cues, Stroke, create
labels = create("propagate").segment("photo.jpg", Cues(strokes=[Stroke(1, 9, ((120, 80), (160, 90)))])).labels
"""

from . import examples, weaken
from .cues import Box, Cues, Example, Point, Stroke
from .data import CueError, ImageError, Result
from .hub import load, push, save
from .images import read_image
from .methods import METHODS, create

__all__ = [
    "METHODS",
    "Box",
    "CueError",
    "Cues",
    "Example",
    "ImageError",
    "Point",
    "Result",
    "Stroke",
    "create",
    "examples",
    "load",
    "push",
    "read_image",
    "save",
    "weaken",
]
__version__ = "0.1.0"
