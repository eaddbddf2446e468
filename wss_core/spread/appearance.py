"""A model of what each class looks like: kernel ridge regression with random features, fitted to the seeds in 1 ms.

Rahimi, Recht, "Random Features for Large-Scale Kernel Machines", NIPS 2007.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import linalg
from threadpoolctl import ThreadpoolController

WAVES = 128  # random features; twice as many changed no mask we measured
REACH = 1.2  # width of the kernel, in standard deviations of the features
RIDGE = 1e-3
NOISE = 0.03  # features that vary less than this over the image carry no information


def basis(features: np.ndarray) -> np.ndarray:
    """Return random cosines of features (D, h, w), float32 (h * w, WAVES); their products approximate a Gaussian kernel."""
    cells = features.reshape(len(features), -1).T
    cells = (cells - cells.mean(axis=0)) / (cells.std(axis=0) + NOISE)
    random = np.random.default_rng(0)
    waves = random.normal(size=(cells.shape[1], WAVES)) / (REACH / 3 * np.sqrt(cells.shape[1]))
    shift = random.uniform(0, 2 * np.pi, WAVES)
    angles = cells @ waves.astype(np.float32)
    angles += shift.astype(np.float32)
    return np.cos(angles, out=angles) * np.float32(np.sqrt(2 / WAVES))


def fit(rows: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """Fit weights, float32 (K, WAVES), with which `score` is near 1 for the class a row looks like and near 0 otherwise.

    rows: basis (S, WAVES). mass: float (K, S), how much of each row is labelled with each class; all classes have the
    same total weight, however many rows they have.
    """
    mass = mass / np.maximum(mass.sum(axis=1, keepdims=True), 1e-12)
    known = mass.sum(axis=0)
    used = known > 0
    rows, mass, known = rows[used], mass[:, used].astype(np.float32), known[used].astype(np.float32)
    with _libraries().limit(limits=1, user_api="blas"):  # more threads would keep spinning and slow the next step
        gram = rows.T @ (rows * known[:, None])
        gram[np.diag_indices_from(gram)] += RIDGE  # the gram's trace is about K: single precision is ample
        return linalg.cho_solve(linalg.cho_factor(gram), rows.T @ mass.T).T


def score(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Score each row of a basis (S, WAVES) against each class, float32 (K, S)."""
    return np.ascontiguousarray((rows @ weights.T).T)


def log_probs(scores: np.ndarray, doubt: float) -> np.ndarray:
    """Turn scores (K, S) into log probabilities, float32 (K, S), each at least log 0.001.

    doubt: added to the score of background, so that colours unlike all seeds become background.
    """
    positive = np.maximum(scores, 0) + np.float32(1e-4)
    positive[0] += doubt
    positive /= positive.sum(axis=0)
    return np.log(np.maximum(positive, np.float32(1e-3)))


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()
