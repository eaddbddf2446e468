"""Weakly supervised segmentation: pixel masks from few labels.

from wss_core import Cues, Stroke, create
labels = create("propagate").segment("photo.jpg", Cues(strokes=[Stroke(1, 9, ((120, 80), (160, 90)))])).labels

Names are looked up when they are first used, so that `from wss_core import Cues` loads no torch.
"""

from typing import TYPE_CHECKING

import lazy_loader

__version__ = "0.1.0"

if TYPE_CHECKING:  # for editors; what runs is below
    from . import examples
    from .conventions import CueError, ImageError
    from .cues import Box, Cues, CueSpec, Example, Point, Stroke
    from .cues.from_masks import cues_from_mask, simulate_cues
    from .hub import load, push, save
    from .imaging.io import read_image
    from .methods import METHODS, create
    from .results import Result

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["examples"],
    submod_attrs={
        "conventions": ["CueError", "ImageError"],
        "cues": ["Box", "Cues", "CueSpec", "Example", "Point", "Stroke"],
        "cues.from_masks": ["cues_from_mask", "simulate_cues"],
        "hub": ["load", "push", "save"],
        "imaging.io": ["read_image"],
        "methods": ["METHODS", "create"],
        "results": ["Result"],
    },
)
