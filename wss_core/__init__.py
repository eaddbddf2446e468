"""Weakly supervised segmentation: pixel masks from few labels.

from wss_core import Cues, Stroke, create
labels = create("propagate").segment("photo.jpg", Cues(strokes=[Stroke(1, 9, ((120, 80), (160, 90)))])).labels
"""

from . import data as examples
from .conventions import CueError, ImageError
from .cues import Box, Cues, Example, Point, Stroke
from .cues import from_masks as weaken
from .hub import load, push, save
from .imaging.io import read_image
from .methods import METHODS, create
from .results import Result

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
