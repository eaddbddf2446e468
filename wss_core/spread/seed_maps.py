"""Cells that cues label, as rows of the classes present, and other functions that the solvers share."""

from __future__ import annotations

import cv2
import numpy as np

from ..conventions import UNKNOWN

_CORE = 0.6  # of the greatest depth inside a box: deeper cells become seeds of an object that has none


def seed_rows(seeds: np.ndarray, class_ids: list[int]) -> np.ndarray:
    """Return the row of `class_ids` of each seed, int (h, w), -1 where no cue is. seeds: uint8 (h, w), UNKNOWN there."""
    return np.where(seeds == UNKNOWN, -1, np.searchsorted(class_ids, seeds))


def add_single_class_cells(drawn: np.ndarray, allowed: np.ndarray | None) -> np.ndarray:
    """Add to `drawn`, int (h, w), the row of the class where no seed is and only one class is allowed."""
    if allowed is None:
        return drawn
    return np.where((drawn < 0) & (allowed.sum(axis=0) == 1), allowed.argmax(axis=0), drawn)


def complete_seeds(seeds: np.ndarray, allowed: np.ndarray | None, class_ids: list[int]) -> np.ndarray:
    """Return the row of each labelled cell, int (h, w), -1 elsewhere, with seeds added for classes that have none.

    An object gets the core of its boxes, background the border of the image. A class still has no seed where its boxes
    are full of others.
    """
    rows = add_single_class_cells(seed_rows(seeds, class_ids), allowed)
    for row in range(1, len(class_ids)):
        if allowed is not None and not (rows == row).any():
            depth = np.where(rows < 0, distance_to(~allowed[row] | border_cells(rows.shape)) + 1, 0) * allowed[row]
            rows = np.where(depth > _CORE * depth.max(), row, rows) if depth.any() else rows
    if not (rows == 0).any():
        rows = np.where((rows < 0) & border_cells(rows.shape), 0, rows)
    return rows


def distance_to(mask: np.ndarray) -> np.ndarray:
    """Return the distance to the nearest cell of bool `mask` (h, w), float32 (h, w), in cells; h + w if it is empty."""
    if not mask.any():
        return np.full(mask.shape, sum(mask.shape), np.float32)
    return cv2.distanceTransform(1 - mask.astype(np.uint8), cv2.DIST_L2, 3)


def border_cells(shape: tuple[int, int]) -> np.ndarray:
    """Mark the outermost cells of a grid, bool (h, w)."""
    outer = np.ones(shape, bool)
    outer[1:-1, 1:-1] = False
    return outer


def normalize_allowed(probs: np.ndarray, allowed: np.ndarray | None) -> np.ndarray:
    """Set probabilities (K, h, w) to 0 where a class is not allowed and let them sum to 1, float32.

    Cells where no class remains become background.
    """
    probs = np.array(probs, np.float32) if allowed is None else np.where(allowed, probs, np.float32(0))
    probs[0] += probs.sum(axis=0) <= 1e-6
    return (probs / probs.sum(axis=0)).astype(np.float32)
