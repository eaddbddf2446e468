"""Calibration of a result's confidence, and average precision of its classes as tags, against the truth.

Of each picture whole numbers are kept. weights: float (B, N), how often each of N pictures counts in
each of B samples; all ones is the data set itself, a resample has others.
"""

from __future__ import annotations

import numpy as np

from wss_core.conventions import UNKNOWN
from wss_core.metrics import ratio
from wss_core.results import Result

BINS = 15  # of confidence: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017
GRID = 4  # every 4th pixel both ways: its neighbours say the same again
SCORE_UNIT = 10_000  # probabilities are kept as whole numbers of this share


def confidence_bins(result: Result, truth: np.ndarray) -> np.ndarray:
    """int64 (BINS, 3): for each bin of confidence, how many known pixels of the GRID there are, how many are right, and their
    summed confidence.

    The confidence of a pixel is the probability of its label, its sum in 1 / SCORE_UNIT. Bins are (low, high], 0 in the first.
    """
    grid = (slice(None, None, GRID), slice(None, None, GRID))
    true, labels = truth[grid], result.labels[grid]
    known = true != UNKNOWN
    confidence = result.compact_probs[(slice(None), *grid)].max(axis=0)[known]
    right = (true == labels)[known]
    bins = np.clip(np.ceil(confidence.astype(float) * BINS).astype(int) - 1, 0, BINS - 1)
    columns = (None, right, confidence * SCORE_UNIT)
    return np.stack([np.rint(np.bincount(bins, weights, BINS)).astype(np.int64) for weights in columns], axis=1)


def calibration_error(bins: np.ndarray) -> np.ndarray:
    """float (...): the expected calibration error, 0..1, of summed bins (..., BINS, 3); NaN without a pixel.

    The mean gap between confidence and accuracy over the bins, weighed by their pixels.
    """
    pixels, right, confidence = np.moveaxis(np.asarray(bins, float), -1, 0)
    return ratio(np.abs(right - confidence / SCORE_UNIT).sum(axis=-1), pixels.sum(axis=-1))


def tag_scores(result: Result) -> np.ndarray:
    """int64 (C,): each class's score as a tag of the picture, its highest probability, in SCORE_UNIT."""
    scores = np.zeros(len(result.classes), np.int64)
    scores[list(result.class_ids)] = np.rint(result.compact_probs.max(axis=(1, 2)) * SCORE_UNIT)
    return scores


def tag_precision(scores: np.ndarray, present: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """float (B, C): the average precision of every class over the pictures; NaN where no picture shows the class.

    scores: (N, C), `tag_scores`; present: bool (N, C), the truth. The sum of precision over steps of recall, pictures of
    equal score entering together, as scikit-learn's average_precision_score.
    """
    return np.stack([_precision(*pair, weights) for pair in zip(scores.T, present.T, strict=True)], axis=1)


def _precision(scores: np.ndarray, present: np.ndarray, weights: np.ndarray) -> np.ndarray:
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.diff(scores[order], append=-1))  # of each run of equal scores
    weights = weights[:, order]
    true_positives = np.cumsum(weights * present[order], axis=1)[:, last]
    steps = np.diff(true_positives, axis=1, prepend=0)
    precision = ratio(true_positives, np.cumsum(weights, axis=1)[:, last])
    return ratio(np.where(steps > 0, steps * precision, 0).sum(axis=1), true_positives[:, -1])
