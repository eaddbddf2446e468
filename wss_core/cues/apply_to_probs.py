"""Cues written into a method's probabilities, so that every method keeps to what the person said."""

from __future__ import annotations

import numpy as np

from ..conventions import UNKNOWN
from . import Cues, raster


def apply_cues_to_probs(probs: np.ndarray, cues: Cues, class_ids: list[int], classes: tuple[str, ...]) -> None:
    """Change `probs`, float32 (K, H, W), in place so that they agree with the cues; they still sum to 1.

    Labelled pixels are certain. A class with boxes has probability 0 outside them (see `raster.allowed_regions`). Where
    tags are given, a class that neither a tag nor another cue names has probability 0. class_ids: the label of each of
    the K rows, sorted, 0 among them. classes: all class names.
    """
    shape = probs.shape[1:]
    allowed = _allowed_by_boxes_and_tags(cues, shape, class_ids, classes)
    if allowed is not None:
        probs *= allowed
        total = probs.sum(axis=0)
        lost = total <= 0  # all its probability was on classes that are not allowed there
        probs /= np.where(lost, 1, total)
        if lost.any():
            first = allowed.argmax(axis=0)
            ys, xs = np.nonzero(lost)
            probs[first[ys, xs], ys, xs] = 1
    seeds = raster.draw_seeds(cues, shape)
    ys, xs = np.nonzero(seeds != UNKNOWN)
    probs[:, ys, xs] = 0
    probs[np.searchsorted(class_ids, seeds[ys, xs]), ys, xs] = 1


def _allowed_by_boxes_and_tags(
    cues: Cues, shape: tuple[int, int], class_ids: list[int], classes: tuple[str, ...]
) -> np.ndarray | None:
    """bool (K, H, W): where each label may be; None when neither boxes nor tags exclude anything."""
    allowed = raster.allowed_regions(cues, shape, class_ids)
    named = {0, *cues.labelled_classes, *(classes.index(name) for name in cues.tags or () if name in classes)}
    absent = [row for row, label in enumerate(class_ids) if cues.tags is not None and label not in named]
    if absent:
        allowed = np.ones((len(class_ids), *shape), bool) if allowed is None else allowed
        allowed[absent] = False
    return allowed
