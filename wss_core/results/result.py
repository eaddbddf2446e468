"""What a method gives back for one picture."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from ..conventions import UNKNOWN


class Result:
    """What a segmenter says of one picture.

    probs:   float32 (K, H, W), one row for each label in `class_ids`, sums to 1 over K.
    classes: the C class names.
    class_ids: the K labels the rows of `probs` stand for; all C when None. Classes nobody gave a cue for
             have probability 0 and need no memory until `probs` is asked for.
    ignored: bool (H, W), pixels a person marked "ignore": UNKNOWN in `labels`. None = no pixel.
    """

    def __init__(self, probs, classes, class_ids=None, ignored=None):
        self.classes = tuple(classes)
        self.class_ids = tuple(range(len(self.classes)) if class_ids is None else class_ids)
        self.compact_probs = np.asarray(probs, np.float32)
        self.ignored = ignored
        if len(self.class_ids) != len(self.compact_probs):
            raise ValueError(f"{len(self.class_ids)} labels for {len(self.compact_probs)} rows of probabilities")

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W)."""
        return self.compact_probs.shape[1:]

    @cached_property
    def probs(self) -> np.ndarray:
        """float32 (C, H, W), sums to 1 over C."""
        if self.class_ids == tuple(range(len(self.classes))):
            return self.compact_probs
        full = np.zeros((len(self.classes), *self.shape), np.float32)
        full[list(self.class_ids)] = self.compact_probs
        return full

    @cached_property
    def labels(self) -> np.ndarray:
        """uint8 (H, W): the most probable class, UNKNOWN where ignored."""
        best = _rows_of_highest(self.compact_probs)
        labels = np.asarray(self.class_ids, np.uint8)[best]
        if self.ignored is not None:
            labels[self.ignored] = UNKNOWN
        return labels

    @cached_property
    def uncertainty(self) -> np.ndarray:
        """float32 (H, W): 0 sure .. 1 uniform over the classes present (least confidence, rescaled)."""
        count = len(self.class_ids)
        if count == 1:
            return np.zeros(self.shape, np.float32)
        return np.clip((1 - self.compact_probs.max(axis=0)) * (count / (count - 1)), 0, 1)


def _rows_of_highest(probs: np.ndarray) -> np.ndarray:
    """uint8 (H, W): as argmax over axis 0, plane by plane, which is a third faster."""
    rows = np.zeros(probs.shape[1:], np.uint8)
    highest = probs[0]
    for row in range(1, len(probs)):
        np.copyto(rows, row, where=probs[row] > highest)
        if row + 1 < len(probs):
            highest = np.maximum(highest, probs[row])
    return rows
