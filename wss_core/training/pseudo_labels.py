"""Soft labels, for the network to learn where nothing is told: what a SPREAD solver makes of a picture's cues, what can
be cut out of its boxes, or what a network found that has learned before."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np

from .. import features
from ..conventions import UNKNOWN
from ..cues import Cues, Example, raster
from ..imaging.resize import grid_shape
from ..results import Result
from ..spread import box_grabcut, find
from .samples import PseudoLabeller, SoftLabels

GRID_SIDE = 256  # cells of the grid they are kept on
OBJECTS = "objects"  # the name that stands for `labels_from_boxes`
CONFIDENCE = 0.8  # their chance to be: so what a network finds on many pictures may outweigh the colours of one
AGREED_CONFIDENCE = 0.9  # that of what a network found and colours agree with


def make_pseudo_labeller(spread: str, maps: str, side: int = GRID_SIDE) -> PseudoLabeller:
    """The function from an Example to its soft labels, by the solver `spread` on the features `maps`, or OBJECTS."""
    if spread == OBJECTS:
        return partial(labels_from_boxes, side=side)
    find(spread)
    features.check(maps)
    return partial(labels_from_spread, spread=spread, maps=maps, side=side)


def pseudo_labelled_kinds(spread: str) -> frozenset[str]:
    """The kinds of cue that the soft labels of `make_pseudo_labeller` are made from."""
    return frozenset({"boxes"} if spread == OBJECTS else {"points", "boxes", "strokes", "partial"})


def labels_from_boxes(example: Example, side: int = GRID_SIDE) -> SoftLabels | None:
    """Each box's object cut out of it, none where it was not found. None for a picture without boxes of objects."""
    if not any(box.label not in (0, UNKNOWN) for box in example.cues.boxes):
        return None
    return _soft_labels(
        box_grabcut.labels(example.image, example.cues), sorted({0, *example.cues.labelled_classes}), side, CONFIDENCE
    )


def labels_from_predictions(
    example: Example, segment: Callable[[np.ndarray, Cues], Result], side: int = GRID_SIDE
) -> SoftLabels | None:
    """What a method that has learned finds on a picture with its cues, `cut.again`. None for a picture without cues, or
    whose cues tell all.

    Recursive training: Khoreva et al., "Simple Does It", CVPR 2017.
    """
    if not example.cues.kinds or (raster.draw_seeds(example.cues, example.image.shape[:2]) != UNKNOWN).all():
        return None
    found = segment(example.image, example.cues)
    labels = box_grabcut.again(example.image, example.cues, found.compact_probs, found.class_ids)
    return _soft_labels(labels, list(found.class_ids), side, AGREED_CONFIDENCE)


def _soft_labels(labels: np.ndarray, class_ids: list[int], side: int, right: float) -> SoftLabels:
    """Labels uint8 (H, W) with their chance to be right; of UNKNOWN ones nothing is said."""
    grid = grid_shape(labels.shape, side)
    shares = np.stack(
        [cv2.resize((labels == c).astype(np.float32), grid[::-1], interpolation=cv2.INTER_AREA) for c in class_ids]
    )
    others = (shares.sum(axis=0) - shares) / (len(class_ids) - 1)
    return SoftLabels(class_ids, np.rint(255 * (right * shares + (1 - right) * others)).astype(np.uint8))


def labels_from_spread(example: Example, spread: str, maps: str, side: int = GRID_SIDE) -> SoftLabels | None:
    """The solver's chances on a grid of `side` cells; None where there is nothing to spread, or nothing left to tell."""
    cues, shape = example.cues, example.image.shape[:2]
    if not any(cues.labelled_classes):
        return None
    grid = grid_shape(shape, side)
    if (raster.draw_seeds(cues, shape, grid) != UNKNOWN).all():
        return None
    solver = find(spread)
    field = solver.prepare(
        features.extract(maps, example.image, grid), features.lab(example.image, grid), example.image
    )
    steps = raster.seed_map_history(cues, shape, grid) if solver.history else [raster.seed_map(cues, shape, grid)]
    return SoftLabels(steps[-1].class_ids, np.rint(255 * solver.solve(field, steps)).astype(np.uint8))
