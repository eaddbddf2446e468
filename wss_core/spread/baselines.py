"""Baseline solvers to compare with: scikit-image's random walker, and the nearest seed."""

from __future__ import annotations

import numpy as np
from skimage import segmentation

from . import seed_maps

_BETA = 130  # scikit-image's default


def prepare_walker(features: np.ndarray, colour: np.ndarray, image: np.ndarray | None = None) -> np.ndarray:
    """Return the Lab colours, float64 (h, w, 3), from which the walk takes its edges; the features are not used."""
    return colour.transpose(1, 2, 0).astype(np.float64)


def random_walker(field: np.ndarray, seeds: np.ndarray, allowed: np.ndarray | None, class_ids: list[int]) -> np.ndarray:
    """Solve for probabilities, float32 (K, h, w), sum 1. Grady, "Random Walks for Image Segmentation", PAMI 2006.

    scikit-image gets only the classes with seeds, and only if some cell is unlabelled and the image is not flat:
    otherwise its result has another shape, or is NaN. It solves directly ("bf"): on noisy images its conjugate
    gradients ("cg_j") took ten times longer.
    """
    rows = seed_maps.complete_seeds(seeds, allowed, class_ids)
    seeded_rows = np.unique(rows[rows >= 0])
    if (rows >= 0).all() or np.ptp(field) == 0 or min(rows.shape) < 2:
        return _nearest(rows, allowed, len(class_ids))
    probs = np.zeros((len(class_ids), *rows.shape))
    labels = np.where(rows < 0, 0, np.searchsorted(seeded_rows, rows) + 1)
    options = {"beta": _BETA, "mode": "bf", "return_full_prob": True, "channel_axis": -1}
    probs[seeded_rows] = np.clip(segmentation.random_walker(field, labels, **options), 0, 1)
    return seed_maps.normalize_allowed(probs, allowed)


def prepare_nearest(features: np.ndarray, colour: np.ndarray, image: np.ndarray | None = None) -> None:
    """Prepare nothing: this solver does not use the image."""


def nearest(field: None, seeds: np.ndarray, allowed: np.ndarray | None, class_ids: list[int]) -> np.ndarray:
    """Give each cell the class of its nearest seed, float32 (K, h, w), one-hot.

    A method that uses the image must do better than this.
    """
    return _nearest(seed_maps.complete_seeds(seeds, allowed, class_ids), allowed, len(class_ids))


def _nearest(rows: np.ndarray, allowed: np.ndarray | None, count: int) -> np.ndarray:
    distances = np.stack([seed_maps.distance_to(rows == row) for row in range(count)])
    if allowed is not None:
        distances[~allowed] = np.inf
    return seed_maps.normalize_allowed(distances.argmin(axis=0) == np.arange(count)[:, None, None], None)
