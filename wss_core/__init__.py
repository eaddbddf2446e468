"""Weakly supervised segmentation: pixel masks from few labels.

from wss_core import Cues, Stroke, create
labels = create("propagate").segment("photo.jpg", Cues(strokes=[Stroke(1, 9, ((120, 80), (160, 90)))])).labels

Names are looked up when they are first used, so that `from wss_core import Cues` loads no torch.
"""

from typing import TYPE_CHECKING

import lazy_loader

__version__ = "0.1.0"

if TYPE_CHECKING:  # for editors; what runs is below
    from . import data, examples, hub
    from .conventions import CueError, ImageError
    from .cues import Box, Cues, CueSpec, Example, Point, Stroke
    from .cues.from_masks import cues_from_mask, simulate_cues
    from .data import ExampleDataset
    from .hub import load, push, save
    from .hub_client import HubError
    from .imaging.io import read_image
    from .methods import METHODS, Cam, GrabCut, Network, Probe, Propagate, create
    from .prepared import Prepared
    from .results import Result
    from .run_options import RunOptions
    from .segmenter import Segmenter

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["data", "examples", "hub"],
    submod_attrs={
        "conventions": ["CueError", "ImageError"],
        "cues": ["Box", "CueSpec", "Cues", "Example", "Point", "Stroke"],
        "cues.from_masks": ["cues_from_mask", "simulate_cues"],
        "data": ["ExampleDataset"],
        "hub": ["load", "push", "save"],
        "hub_client": ["HubError"],
        "imaging.io": ["read_image"],
        "methods": ["METHODS", "Cam", "GrabCut", "Network", "Probe", "Propagate", "create"],
        "prepared": ["Prepared"],
        "results": ["Result"],
        "run_options": ["RunOptions"],
        "segmenter": ["Segmenter"],
    },
)
