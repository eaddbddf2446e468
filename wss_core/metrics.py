"""Pixel metrics of label maps: the confusion of classes, true and false positives, IoU, Dice and accuracy.

Counts are int64 (..., C, 3): true positives, false positives and false negatives of each class. They are kept per
picture, so any set of pictures, and any resample of them, is a sum away. Means of ratios and ratios of sums are not the
same number: all ratios here are of sums over the data set, as PASCAL VOC and Cityscapes do it.
"""

from __future__ import annotations

import cv2
import numpy as np

from .conventions import MAX_CLASSES, UNKNOWN

_STRIP = 1 << 24  # pixels: OpenCV counts in float32, which is exact up to here


def confusion(truth: np.ndarray, labels: np.ndarray, class_count: int) -> np.ndarray:
    """int64 (C, C): the number of pixels by true (row) and predicted (column) class, where the truth is known.

    truth, labels: uint8 (H, W); C = `class_count`, at most 254. Raises ValueError when the two differ in size, or a
    known pixel holds a label that is no class: such a map is damaged, and dropping its pixels would flatter it.
    """
    _check(truth, labels, class_count)
    table = _histogram(truth, labels, class_count)
    if table.sum() != cv2.countNonZero(cv2.compare(truth, UNKNOWN, cv2.CMP_NE)):
        _raise_for_strange_label(_histogram(truth, labels, 256), class_count)
    return table


def counts(truth: np.ndarray, labels: np.ndarray, class_count: int) -> np.ndarray:
    """int64 (C, 3): true positives, false positives, false negatives of every class. Raises as `confusion` does."""
    return counts_of_confusion(confusion(truth, labels, class_count))


def counts_of_confusion(table: np.ndarray) -> np.ndarray:
    """int64 (C, 3): true positives, false positives, false negatives of every class of a confusion (C, C)."""
    true_positives = table.diagonal()
    return np.stack([true_positives, table.sum(axis=0) - true_positives, table.sum(axis=1) - true_positives], axis=1)


def object_ious(truth: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """float (n,): intersection over union of every object class in `truth` (not 0), by label. Raises as `confusion`."""
    counted = counts(truth, labels, MAX_CLASSES)
    in_truth = counted[:, 0] + counted[:, 2] > 0
    in_truth[0] = False
    return iou(counted[in_truth])


def iou(counts: np.ndarray) -> np.ndarray:
    """float (..., C): intersection over union of each class; NaN where the class is in neither map."""
    tp, fp, fn = np.moveaxis(counts, -1, 0)
    return ratio(tp, tp + fp + fn)


def dice(counts: np.ndarray) -> np.ndarray:
    """float (..., C): Dice coefficient (the F1 of pixels) of each class; NaN where the class is in neither map."""
    tp, fp, fn = np.moveaxis(counts, -1, 0)
    return ratio(2 * tp, 2 * tp + fp + fn)


def pixel_accuracy(counts: np.ndarray) -> np.ndarray:
    """float (...): fraction of the known pixels that have the right label; NaN where none is known."""
    tp, _, fn = np.moveaxis(counts, -1, 0)
    return ratio(tp.sum(axis=-1), (tp + fn).sum(axis=-1))


def ratio(part, whole) -> np.ndarray:
    """float: part / whole; NaN where the whole is 0."""
    part, whole = np.asarray(part, float), np.asarray(whole, float)
    return np.divide(part, whole, out=np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan), where=whole != 0)


def mean(values: np.ndarray, axis: int = -1) -> np.ndarray:
    """The mean over `axis` of the values that are not NaN; NaN where there is none."""
    known = ~np.isnan(values)
    return ratio(np.where(known, values, 0).sum(axis=axis), known.sum(axis=axis))


def _histogram(truth: np.ndarray, labels: np.ndarray, size: int) -> np.ndarray:
    """int64 (n, n): the number of pixels by both values below n = `size`. Twice as fast as NumPy's bincount."""
    table = np.zeros((size, size), np.int64)
    rows = max(1, _STRIP // truth.shape[1])
    for top in range(0, len(truth), rows):
        pair = [truth[top : top + rows], labels[top : top + rows]]
        table += cv2.calcHist(pair, [0, 1], None, [size, size], [0, size, 0, size]).astype(np.int64)
    return table


def _check(truth: np.ndarray, labels: np.ndarray, class_count: int) -> None:
    for name, given in (("truth", truth), ("prediction", labels)):
        if given.dtype != np.uint8 or given.ndim != 2 or not given.size:
            raise ValueError(f"the {name} must be uint8 (H, W), got {given.dtype} {given.shape}")
    if truth.shape != labels.shape:
        raise ValueError(
            f"the prediction is {labels.shape[1]} x {labels.shape[0]} pixels and the truth {truth.shape[1]} x "
            f"{truth.shape[0]}. Predict at the picture's own size"
        )
    if not 1 <= class_count <= MAX_CLASSES:
        raise ValueError(f"1 to {MAX_CLASSES} classes can be counted, got {class_count}")


def _raise_for_strange_label(table: np.ndarray, class_count: int) -> None:
    """Raise ValueError for the first label that is no class."""
    for name, pixels in (("truth", table[:UNKNOWN].sum(axis=1)), ("prediction", table[:UNKNOWN].sum(axis=0))):
        strange = np.flatnonzero(pixels[class_count:])
        if len(strange):
            label = class_count + int(strange[0])
            raise ValueError(
                f"the {name} holds label {label} at {pixels[label]} known pixels, but there are {class_count} classes "
                f"(0..{class_count - 1}). Such a map is refused, not cut to size"
            )
