"""Box detection read off a segmentation: its connected patches as boxes, against the boxes of the true objects.

The measure is COCO's, of boxes, all sizes, AP@[.50:.05:.95]: Lin et al., "Microsoft COCO", ECCV 2014. Two things differ: a
patch's score is the mean probability of its class, and at most MAX_DETECTIONS detections of a picture count (COCO: 100).
"""

from __future__ import annotations

import numpy as np

from wss_core.conventions import UNKNOWN
from wss_core.metrics import ratio
from wss_core.results import Result
from wss_core.results.readouts import objects

from .calibration import SCORE_UNIT

THRESHOLDS = np.linspace(0.5, 0.95, 10)  # of the boxes' IoU
RECALLS = np.linspace(0, 1, 101)
MAX_DETECTIONS = 400


def true_boxes(truth: np.ndarray, instances: np.ndarray | None = None) -> np.ndarray:
    """int64 (m, 5): x0, y0, x1, y1, label of every true object but those of class 0; boxes are half open.

    instances: int (H, W), 0 = none; when None, every connected patch of a class is an object.
    """
    if instances is None:
        return np.array([(*item.box, item.label) for item in objects(truth)], np.int64).reshape(-1, 5)
    from scipy.ndimage import find_objects  # loads slowly

    rows = []
    for number, part in enumerate(find_objects(instances), start=1):
        if part is not None:
            labels = np.bincount(truth[part][instances[part] == number], minlength=256)[:UNKNOWN]
            ys, xs = part
            rows.append((xs.start, ys.start, xs.stop, ys.stop, labels.argmax()))
    boxes = np.array(rows, np.int64).reshape(-1, 5)
    return boxes[boxes[:, 4] > 0]


def match_detections(result: Result, truth: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """int64 (n, 3), surest first: label, score in SCORE_UNIT, and as bits the THRESHOLDS at which it finds a true object.

    truth: uint8 (H, W), whose unknown pixels belong to no detection; boxes: `true_boxes`. The surest first, each detection
    takes the free true box of its class that it overlaps most.
    """
    predicted = predicted_boxes(result, truth)
    hits = np.zeros(len(predicted), np.int64)
    for label in np.unique(predicted[:, 4]):
        of_class = predicted[:, 4] == label
        hits[of_class] = _match(box_ious(predicted[of_class, :4], boxes[boxes[:, 4] == label, :4]))
    return np.column_stack([predicted[:, 4:], hits])


def box_ious(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """float (n, m): the intersection over union of half-open boxes (n, 4) and (m, 4)."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    both = np.clip(high - low, 0, None).prod(axis=-1)
    areas = [(some[:, 2:] - some[:, :2]).prod(axis=-1) for some in (boxes, others)]
    return both / (areas[0][:, None] + areas[1][None] - both)


def average_precision(table: np.ndarray, true: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """float (B, C): the mean over THRESHOLDS of the interpolated precision at RECALLS; NaN where there is no true object.

    table: int (M, 4) of picture, label, score, hits, by picture and surest first; true: int (N, C) objects on every
    picture; weights: (B, N), how often each picture counts in each of B samples.
    """
    scores = np.full((len(weights), true.shape[1]), np.nan)
    for label in np.flatnonzero(true.any(axis=0)):
        rows = table[table[:, 1] == label]
        rows = rows[np.argsort(-rows[:, 2], kind="stable")]
        total = weights @ true[:, label]
        scores[:, label] = [
            _interpolated_precision(rows[:, 3], w[rows[:, 0]], n) if n else np.nan
            for w, n in zip(weights, total, strict=True)
        ]
    return scores


def predicted_boxes(result: Result, truth: np.ndarray) -> np.ndarray:
    """int64 (n, 6): x0, y0, x1, y1, label, score of the MAX_DETECTIONS surest patches, surest first."""
    labels = np.where(truth != UNKNOWN, result.labels, UNKNOWN).astype(np.uint8)
    rows = []
    for patch in objects(labels):
        x0, y0, x1, y1 = patch.box
        probs = result.compact_probs[result.class_ids.index(patch.label), y0:y1, x0:x1]
        rows.append((*patch.box, patch.label, round(float(probs[patch.mask].mean()) * SCORE_UNIT)))
    boxes = np.array(rows, np.int64).reshape(-1, 6)
    return boxes[np.argsort(-boxes[:, 5], kind="stable")][:MAX_DETECTIONS]


def _match(ious: np.ndarray) -> np.ndarray:
    """int64 (n,): bit t is set where detection i takes a true box at THRESHOLDS[t]. ious: (n, m), surest first."""
    count, boxes = ious.shape
    bits = np.zeros(count, np.int64)
    free = np.ones((len(THRESHOLDS), boxes), bool)
    places = np.arange(len(THRESHOLDS))
    for i in np.flatnonzero((ious >= THRESHOLDS[0]).any(axis=1)):
        left = np.where(free, ious[i], -1.0)
        best = boxes - 1 - left[:, ::-1].argmax(axis=1)  # of equal ones the last, as COCO
        taken = left[places, best] >= THRESHOLDS
        free[places[taken], best[taken]] = False
        bits[i] = (taken << places).sum()
    return bits


def _interpolated_precision(bits: np.ndarray, weights: np.ndarray, total: float) -> float:
    """The mean precision at RECALLS and THRESHOLDS of one class. bits, weights: of its detections, surest first."""
    hits = (bits[None] >> np.arange(len(THRESHOLDS))[:, None]) & 1
    true_positives = np.cumsum(hits * weights, axis=1)
    precision = np.nan_to_num(ratio(true_positives, np.cumsum(weights)))
    best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    best = np.pad(best, ((0, 0), (0, 1)))  # recalls that are never reached
    places = [np.searchsorted(row, RECALLS, side="left") for row in true_positives / total]
    return float(np.mean(np.take_along_axis(best, np.array(places), axis=1)))
