"""What each class looks like: kernel ridge regression by random features, fitted to the seeds in a millisecond.

Rahimi, Recht, "Random Features for Large-Scale Kernel Machines", NIPS 2007.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import linalg
from threadpoolctl import ThreadpoolController

WAVES = 128  # random features; twice as many changed no mask we measured
REACH = 1.2  # standard deviations of the features over which colours count as alike
RIDGE = 1e-3
NOISE = 0.03  # features that vary less than this over the picture tell nothing


def basis(features: np.ndarray) -> np.ndarray:
    """float32 (h * w, WAVES): random cosines of features (D, h, w), whose products are a Gaussian kernel's values."""
    cells = features.reshape(len(features), -1).T
    cells = (cells - cells.mean(axis=0)) / (cells.std(axis=0) + NOISE)
    random = np.random.default_rng(0)
    waves = random.normal(size=(cells.shape[1], WAVES)) / (REACH / 3 * np.sqrt(cells.shape[1]))
    shift = random.uniform(0, 2 * np.pi, WAVES)
    angles = cells @ waves.astype(np.float32)
    angles += shift.astype(np.float32)
    return np.cos(angles, out=angles) * np.float32(np.sqrt(2 / WAVES))


def fit(rows: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """float32 (K, WAVES): weights for which `score` is near 1 for the class a row looks like, near 0 for others.

    rows: basis (S, WAVES). mass: float (K, S), how much of each row is known to be of each class; classes count
    alike, however many rows they have.
    """
    mass = mass / np.maximum(mass.sum(axis=1, keepdims=True), 1e-12)
    known = mass.sum(axis=0)
    used = known > 0
    rows, mass, known = rows[used], mass[:, used].astype(np.float32), known[used].astype(np.float32)
    with _libraries().limit(limits=1, user_api="blas"):  # more would go on spinning, in the way of whoever is next
        gram = rows.T @ (rows * known[:, None])
        gram[np.diag_indices_from(gram)] += RIDGE  # the gram's trace is about K: single precision is ample
        return linalg.cho_solve(linalg.cho_factor(gram), rows.T @ mass.T).T


def score(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """float32 (K, S) of a basis (S, WAVES)."""
    return np.ascontiguousarray((rows @ weights.T).T)


def log_probs(scores: np.ndarray, doubt: float) -> np.ndarray:
    """float32 (K, S) of scores (K, S), each at least log 0.001; `doubt` is background's score for an unseen look."""
    positive = np.maximum(scores, 0) + np.float32(1e-4)
    positive[0] += doubt
    positive /= positive.sum(axis=0)
    return np.log(np.maximum(positive, np.float32(1e-3)))


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()
