"""Boundary F, boundary IoU and HD95: how far apart the outlines of two label maps run, class by class.

Ignored pixels (truth 255) are in no class on either map. The picture's border counts as an edge. Distances are Euclidean,
in pixels of the picture; pictures are flat (no spacing, no third axis).
"""

from __future__ import annotations

import cv2
import numpy as np

from wss_core.conventions import UNKNOWN
from wss_core.metrics import ratio

TOLERANCE = 0.0075  # of the diagonal: Csurka et al., "What is a good evaluation measure for segmentation?", BMVC 2013
BAND = 0.02  # of the diagonal: Cheng et al., "Boundary IoU", CVPR 2021
HD_UNIT = 0.01  # pixels: HD95 is kept as whole numbers of these; -1 = the class is in neither map
LONG = 25  # outlines above 1 / LONG of the pixels: measured, the distance transform is then the quicker way
COLUMNS = ("band both", "band either", "predicted near", "predicted", "true near", "true", "hd95")

_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


def boundary_counts(truth: np.ndarray, labels: np.ndarray, measured: np.ndarray) -> np.ndarray:
    """int64 (C, 7), by COLUMNS: what the three measures need of one picture.

    truth, labels: uint8 (H, W). measured: bool (C,), the classes to measure; leaving out those that are in neither map
    saves time, and their row is the same.

    band both, band either: pixels within BAND inside the outline, in both masks and in at least one.
    predicted near, predicted: pixels on the predicted outline, those within TOLERANCE of the true one first; and the
    same the other way round. hd95: the larger of the two directed 95th percentiles of distances from outline to outline
    (interpolated linearly), in HD_UNITs; the picture's diagonal when one map lacks the class, -1 when both do.
    """
    diagonal = float(np.hypot(*truth.shape))
    known = truth != UNKNOWN
    rows = np.zeros((len(measured), len(COLUMNS)), np.int64)
    rows[:, -1] = -1
    for label in np.flatnonzero(measured):
        true, predicted = _crop(truth == label, (labels == label) & known)
        rows[label, :2] = _band(true, predicted, max(1, round(BAND * diagonal)))
        rows[label, 2:] = _outlines(true, predicted, diagonal)
    return rows


def boundary_iou(rows: np.ndarray) -> np.ndarray:
    """float (..., C): boundary IoU of the bands' summed pixels; NaN where the class is in neither map. rows: (..., C, 7)."""
    return ratio(rows[..., 0], rows[..., 1])


def boundary_f(rows: np.ndarray) -> np.ndarray:
    """float (..., C): boundary F1 of summed outline pixels near the other outline; NaN where the class is in neither map.

    Csurka et al. take the mean over pictures; these are sums over the data set, as all other ratios of the board.
    """
    precision, recall = ratio(rows[..., 2], rows[..., 3]), ratio(rows[..., 4], rows[..., 5])
    either = (rows[..., 3] > 0) | (rows[..., 5] > 0)
    score = ratio(2 * precision * recall, precision + recall)
    return np.where(either & np.isnan(score), 0.0, score)


def _crop(true: np.ndarray, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both masks, uint8, cut to what they cover together, with a rim of one empty pixel."""
    x, y, width, height = cv2.boundingRect((true | predicted).view(np.uint8))
    part = slice(y, y + height), slice(x, x + width)
    return np.pad(true[part].view(np.uint8), 1), np.pad(predicted[part].view(np.uint8), 1)


def _band(true: np.ndarray, predicted: np.ndarray, depth: int) -> tuple[int, int]:
    """Pixels of the two bands, `depth` deep, in both and in either."""
    kernel = np.ones((2 * depth + 1, 2 * depth + 1), np.uint8)
    bands = [
        mask & ~cv2.erode(mask, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0) for mask in (true, predicted)
    ]
    both = cv2.countNonZero(bands[0] & bands[1])
    return both, cv2.countNonZero(bands[0]) + cv2.countNonZero(bands[1]) - both


def _outlines(true: np.ndarray, predicted: np.ndarray, diagonal: float) -> tuple[int, int, int, int, int]:
    """The last five columns, in COLUMNS' order."""
    lines = [mask & ~cv2.erode(mask, _CROSS) for mask in (predicted, true)]
    lengths = [cv2.countNonZero(line) for line in lines]
    if not all(lengths):
        return 0, lengths[0], 0, lengths[1], round(diagonal / HD_UNIT) if any(lengths) else -1
    measure = _distances if sum(lengths) < predicted.size / LONG else _distances_long
    distances = measure(lines[0], lines[1]), measure(lines[1], lines[0])
    near = [int((some <= TOLERANCE * diagonal).sum()) for some in distances]
    hd95 = max(np.percentile(some, 95) for some in distances)
    return near[0], lengths[0], near[1], lengths[1], round(hd95 / HD_UNIT)


def _distances(line: np.ndarray, other: np.ndarray) -> np.ndarray:
    """float (n,): the distance from every pixel of `line` to the nearest one of `other`."""
    from scipy.spatial import KDTree  # loads slowly

    start, end = (cv2.findNonZero(mask).reshape(-1, 2) for mask in (line, other))
    return KDTree(end, balanced_tree=False, compact_nodes=False).query(start)[0]


def _distances_long(line: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The same distances, at a cost that grows with the picture and not with the outlines.

    OpenCV's distances may differ by 2e-6 from call to call; their squares are whole numbers, and rounded to these they
    are those of `_distances`.
    """
    distances = cv2.distanceTransform(1 - other, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[line.view(bool)]
    return np.sqrt(np.rint(distances.astype(np.float64) ** 2))
