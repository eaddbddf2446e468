"""What the cues tell of each cell, by row of the classes present; shared by the solvers."""

from __future__ import annotations

import cv2
import numpy as np

from ..conventions import UNKNOWN

_CORE = 0.6  # of a box's depth: what lies deeper is taken for the object where a solver needs seeds of it


def seed_rows(seeds: np.ndarray, class_ids: list[int]) -> np.ndarray:
    """int (h, w): the row of `class_ids` of each seed, -1 where nothing is told. seeds: uint8 (h, w)."""
    return np.where(seeds == UNKNOWN, -1, np.searchsorted(class_ids, seeds))


def add_single_class_cells(drawn: np.ndarray, allowed: np.ndarray | None) -> np.ndarray:
    """`drawn`, int (h, w), and where no seed is but only one class is allowed, that class's row."""
    if allowed is None:
        return drawn
    return np.where((drawn < 0) & (allowed.sum(axis=0) == 1), allowed.argmax(axis=0), drawn)


def complete_seeds(seeds: np.ndarray, allowed: np.ndarray | None, class_ids: list[int]) -> np.ndarray:
    """int (h, w): rows told, with seeds made up for classes without any: the core of an object's boxes, and for
    background the picture's border. A class may still be without: its boxes are full of other seeds."""
    rows = add_single_class_cells(seed_rows(seeds, class_ids), allowed)
    for row in range(1, len(class_ids)):
        if allowed is not None and not (rows == row).any():
            depth = np.where(rows < 0, distance_to(~allowed[row] | border_cells(rows.shape)) + 1, 0) * allowed[row]
            rows = np.where(depth > _CORE * depth.max(), row, rows) if depth.any() else rows
    if not (rows == 0).any():
        rows = np.where((rows < 0) & border_cells(rows.shape), 0, rows)
    return rows


def distance_to(mask: np.ndarray) -> np.ndarray:
    """float32 (h, w): cells to the nearest one in bool `mask`; as far as can be where there is none."""
    if not mask.any():
        return np.full(mask.shape, sum(mask.shape), np.float32)
    return cv2.distanceTransform(1 - mask.astype(np.uint8), cv2.DIST_L2, 3)


def border_cells(shape: tuple[int, int]) -> np.ndarray:
    """bool (h, w): the outermost cells."""
    outer = np.ones(shape, bool)
    outer[1:-1, 1:-1] = False
    return outer


def normalize_allowed(probs: np.ndarray, allowed: np.ndarray | None) -> np.ndarray:
    """float32 (K, h, w), sums to 1: `probs` where allowed; background where nothing is left."""
    probs = np.array(probs, np.float32) if allowed is None else np.where(allowed, probs, np.float32(0))
    probs[0] += probs.sum(axis=0) <= 1e-6
    return (probs / probs.sum(axis=0)).astype(np.float32)
