"""How two label maps differ: pixels of every class found, invented and missed; and what is read from their sums.

Counts are int64 (..., C, 3): true positives, false positives and false negatives of each class. They are kept per
picture, so any set of pictures, and any resample of them, is a sum away. Means of ratios and ratios of sums are not the
same number: all ratios here are of sums over the data set, as PASCAL VOC and Cityscapes do it.
"""

from __future__ import annotations

import cv2
import numpy as np

from wss_core.conventions import MAX_CLASSES, UNKNOWN

_STRIP = 1 << 24  # pixels: OpenCV counts in float32, which is exact up to here


def confusion(truth: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """int64 (C, C): pixels by true (row) and predicted (column) class, where the truth is known.

    truth, labels: uint8 (H, W); `count` = C, at most 254. Raises ValueError when the two differ in size, or a known
    pixel holds a label that is no class: such a map is damaged, and dropping its pixels would flatter it.
    """
    _check(truth, labels, count)
    table = _joint(truth, labels, count)
    if table.sum() != cv2.countNonZero(cv2.compare(truth, UNKNOWN, cv2.CMP_NE)):
        _refuse(_joint(truth, labels, 256), count)
    return table


def counts(truth: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """int64 (C, 3): true positives, false positives, false negatives of every class. Raises as `confusion` does."""
    table = confusion(truth, labels, count)
    found = table.diagonal()
    return np.stack([found, table.sum(axis=0) - found, table.sum(axis=1) - found], axis=1)


def iou(counts: np.ndarray) -> np.ndarray:
    """float (..., C): intersection over union of each class; NaN where the class is in neither map."""
    found, invented, missed = np.moveaxis(counts, -1, 0)
    return ratio(found, found + invented + missed)


def dice(counts: np.ndarray) -> np.ndarray:
    """float (..., C): Dice's coefficient, the F1 of pixels, of each class; NaN where the class is in neither map."""
    found, invented, missed = np.moveaxis(counts, -1, 0)
    return ratio(2 * found, 2 * found + invented + missed)


def pixel_accuracy(counts: np.ndarray) -> np.ndarray:
    """float (...): the share of known pixels with the right label; NaN where none is known."""
    found, _, missed = np.moveaxis(counts, -1, 0)
    return ratio(found.sum(axis=-1), (found + missed).sum(axis=-1))


def ratio(part, whole) -> np.ndarray:
    """float: part / whole; NaN where the whole is 0."""
    part, whole = np.asarray(part, float), np.asarray(whole, float)
    return np.divide(part, whole, out=np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan), where=whole != 0)


def mean(values: np.ndarray, axis: int = -1) -> np.ndarray:
    """The mean over `axis` of what is not NaN; NaN where nothing is left."""
    known = ~np.isnan(values)
    return ratio(np.where(known, values, 0).sum(axis=axis), known.sum(axis=axis))


def _joint(truth: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """int64 (count, count): pixels by both values, those of larger ones left out. Twice as fast as NumPy's bincount."""
    table = np.zeros((count, count), np.int64)
    rows = max(1, _STRIP // truth.shape[1])
    for top in range(0, len(truth), rows):
        pair = [truth[top : top + rows], labels[top : top + rows]]
        table += cv2.calcHist(pair, [0, 1], None, [count, count], [0, count, 0, count]).astype(np.int64)
    return table


def _check(truth: np.ndarray, labels: np.ndarray, count: int) -> None:
    for name, given in (("truth", truth), ("prediction", labels)):
        if given.dtype != np.uint8 or given.ndim != 2 or not given.size:
            raise ValueError(f"the {name} must be uint8 (H, W), got {given.dtype} {given.shape}")
    if truth.shape != labels.shape:
        raise ValueError(
            f"the prediction is {labels.shape[1]} x {labels.shape[0]} pixels and the truth {truth.shape[1]} x "
            f"{truth.shape[0]}. Predict at the picture's own size"
        )
    if not 1 <= count <= MAX_CLASSES:
        raise ValueError(f"1 to {MAX_CLASSES} classes can be told apart, got {count}")


def _refuse(table: np.ndarray, count: int) -> None:
    """Raise ValueError for the first label that is no class."""
    for name, pixels in (("truth", table[:UNKNOWN].sum(axis=1)), ("prediction", table[:UNKNOWN].sum(axis=0))):
        strange = np.flatnonzero(pixels[count:])
        if len(strange):
            label = count + int(strange[0])
            raise ValueError(
                f"the {name} holds label {label} at {pixels[label]} known pixels, but there are {count} classes "
                f"(0..{count - 1}). Such a map is refused, not cut to size"
            )
