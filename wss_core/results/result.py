"""Result: the class probabilities that a method gives for one picture, and the labels read off them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ..conventions import UNKNOWN

if TYPE_CHECKING:
    import pandas as pd


class Result:
    """The segmentation of one picture.

    probs: float32 (K, H, W), one row for each label in `class_ids`, sums to 1 over K. classes: the C class names.
    class_ids: the K labels that the rows of `probs` stand for; all C when None. Classes without a cue have probability
    0 and need no memory until `probs` is asked for. ignored: bool (H, W), pixels that a cue marked "ignore", UNKNOWN
    in `labels`; None = no pixel. instances: uint16 (H, W), an id for each object, 0 = none; None = the method does not
    tell objects apart. Raises ValueError when they do not fit each other.
    """

    def __init__(
        self,
        probs: np.ndarray,
        classes: Sequence[str],
        class_ids: Sequence[int] | None = None,
        ignored: np.ndarray | None = None,
        instances: np.ndarray | None = None,
    ):
        self.classes = tuple(classes)
        self.class_ids = tuple(range(len(self.classes)) if class_ids is None else class_ids)
        self.compact_probs = np.asarray(probs, np.float32)
        self.ignored = ignored
        self.instances = instances
        if len(self.class_ids) != len(self.compact_probs):
            raise ValueError(f"{len(self.class_ids)} labels for {len(self.compact_probs)} rows of probabilities")
        if instances is not None and (instances.dtype != np.uint16 or instances.shape != self.shape):
            got = f"{instances.dtype} {instances.shape}"
            raise ValueError(f"instances must be uint16 {self.shape} like the probabilities, got {got}")

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W) of the picture."""
        return self.compact_probs.shape[1:]

    @cached_property
    def probs(self) -> np.ndarray:
        """float32 (C, H, W): the probability of every class, sums to 1 over C."""
        if self.class_ids == tuple(range(len(self.classes))):
            return self.compact_probs
        full = np.zeros((len(self.classes), *self.shape), np.float32)
        full[list(self.class_ids)] = self.compact_probs
        return full

    @cached_property
    def labels(self) -> np.ndarray:
        """uint8 (H, W): the most probable class of each pixel, UNKNOWN where ignored."""
        labels = np.asarray(self.class_ids, np.uint8)[_rows_of_highest(self.compact_probs)]
        if self.ignored is not None:
            labels[self.ignored] = UNKNOWN
        return labels

    @cached_property
    def uncertainty(self) -> np.ndarray:
        """float32 (H, W): 0 certain .. 1 uniform over the classes of `class_ids` (least confidence, rescaled)."""
        count = len(self.class_ids)
        if count == 1:
            return np.zeros(self.shape, np.float32)
        return np.clip((1 - self.compact_probs.max(axis=0)) * (count / (count - 1)), 0, 1)

    def areas(self, spacing: float | tuple[float, float] | None = None) -> pd.DataFrame:
        """A table with the area of every class: label, class, pixels, fraction (of the picture), and area by `spacing`.

        spacing: the side of a pixel, or its (height, width), in any unit of length; the area is in that unit squared.
        Without it there is no column `area`. Ignored pixels count for no class. Raises ValueError unless positive.
        """
        import pandas as pd

        pixels = np.bincount(self.labels.ravel(), minlength=256)[: len(self.classes)]
        table = pd.DataFrame({"label": range(len(self.classes)), "class": self.classes, "pixels": pixels})
        table["fraction"] = table["pixels"] / self.labels.size
        if spacing is not None:
            table["area"] = table["pixels"] * pixel_area(spacing)
        return table


def pixel_area(spacing: float | tuple[float, float]) -> float:
    """The area of a pixel whose side, or (height, width), is `spacing`. Raises ValueError unless positive numbers."""
    sides = np.broadcast_to(np.asarray(spacing, float), (2,)) if np.size(spacing) in (1, 2) else np.full(2, np.nan)
    if not (sides > 0).all() or not np.isfinite(sides).all():
        raise ValueError(f"spacing is {spacing!r}. Give the side of a pixel, or its (height, width), above 0")
    return float(sides.prod())


def _rows_of_highest(probs: np.ndarray) -> np.ndarray:
    """uint8 (H, W): as argmax over axis 0, plane by plane, which is a third faster."""
    rows = np.zeros(probs.shape[1:], np.uint8)
    highest = probs[0]
    for row in range(1, len(probs)):
        np.copyto(rows, row, where=probs[row] > highest)
        if row + 1 < len(probs):
            highest = np.maximum(highest, probs[row])
    return rows
