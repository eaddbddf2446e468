"""Pseudo-labels: soft labels for pixels that no cue labels, made by a solver, by GrabCut in boxes, or by a trained model."""

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
from ..spread import box_grabcut, find_spread
from .samples import PseudoLabeller, SoftLabels

GRID_SIDE = 256  # cells along the longer side of the grid on which they are kept
OBJECTS = "objects"  # the setting that stands for `labels_from_boxes`
CONFIDENCE = 0.8  # the probability of a class cut out of a box, low enough for evidence of many images to outweigh it
AGREED_CONFIDENCE = 0.9  # that of a class that a model predicts and GrabCut confirms


def make_pseudo_labeller(spread: str, maps: str, side: int = GRID_SIDE) -> PseudoLabeller:
    """Make the function from an Example to its pseudo-labels.

    spread: a solver in SPREAD, or OBJECTS. maps: the FEATURES that the solver works on. side: cells along the longer
    side of the grid. Raises ValueError for unknown names.
    """
    if spread == OBJECTS:
        return partial(labels_from_boxes, side=side)
    find_spread(spread)
    features.check(maps)
    return partial(labels_from_spread, spread=spread, maps=maps, side=side)


def pseudo_labelled_kinds(spread: str) -> frozenset[str]:
    """Return the kinds of cue from which `make_pseudo_labeller(spread, ...)` makes labels."""
    return frozenset({"boxes"} if spread == OBJECTS else {"points", "boxes", "strokes", "partial"})


def labels_from_boxes(example: Example, side: int = GRID_SIDE) -> SoftLabels | None:
    """Cut the object out of each box; None for an image without boxes of objects.

    Pixels of a box in which no object was found get no label.
    """
    if not any(box.label not in (0, UNKNOWN) for box in example.cues.boxes):
        return None
    labels = box_grabcut.labels_from_boxes(example.image, example.cues)
    return _soft_labels(labels, sorted({0, *example.cues.labelled_classes}), side, CONFIDENCE)


def labels_from_predictions(
    example: Example, segment: Callable[[np.ndarray, Cues], Result], side: int = GRID_SIDE
) -> SoftLabels | None:
    """Label an image by a trained model with its cues, refined by GrabCut; None without cues, or where they label all.

    segment(image, cues) -> Result. Recursive training: Khoreva et al., "Simple Does It", CVPR 2017.
    """
    if not example.cues.kinds or (raster.draw_seeds(example.cues, example.image.shape[:2]) != UNKNOWN).all():
        return None
    result = segment(example.image, example.cues)
    labels = box_grabcut.recut_predictions(example.image, example.cues, result.compact_probs, result.class_ids)
    return _soft_labels(labels, list(result.class_ids), side, AGREED_CONFIDENCE)


def labels_from_spread(example: Example, spread: str, maps: str, side: int = GRID_SIDE) -> SoftLabels | None:
    """Spread the cues by a solver on a grid of `side` cells; None without spatial cues, or where they label all."""
    cues, shape = example.cues, example.image.shape[:2]
    if not any(cues.labelled_classes):
        return None
    grid = grid_shape(shape, side)
    if (raster.draw_seeds(cues, shape, grid) != UNKNOWN).all():
        return None
    solver = find_spread(spread)
    maps_on_grid, colours = features.extract(maps, example.image, grid), features.lab(example.image, grid)
    field = solver.prepare(maps_on_grid, colours, example.image)
    steps = raster.seed_map_history(cues, shape, grid) if solver.history else [raster.seed_map(cues, shape, grid)]
    return SoftLabels(steps[-1].class_ids, np.rint(255 * solver.solve(field, steps)).astype(np.uint8))


def _soft_labels(labels: np.ndarray, class_ids: list[int], side: int, confidence: float) -> SoftLabels:
    """Labels uint8 (H, W) on a grid, with probability `confidence`; 0 in all classes where they are UNKNOWN."""
    grid = grid_shape(labels.shape, side)
    shares = np.stack(
        [cv2.resize((labels == c).astype(np.float32), grid[::-1], interpolation=cv2.INTER_AREA) for c in class_ids]
    )
    others = (shares.sum(axis=0) - shares) / (len(class_ids) - 1)
    planes = np.rint(255 * (confidence * shares + (1 - confidence) * others))
    return SoftLabels(class_ids, planes.astype(np.uint8))
