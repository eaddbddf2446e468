"""Points, one in each object: which of the picture's colours are the objects' and which lie between them.

Qu et al., "Weakly Supervised Deep Nuclei Segmentation using Points Annotation in Histopathology Images", MIDL 2019: the
pixels in three clusters, by colour and by distance to the nearest point. Where objects look alike, as cells do.
"""

from __future__ import annotations

import cv2
import numpy as np

from ..conventions import UNKNOWN
from ..cues import Cues

CLUSTERS = 3  # the objects, what lies between them, and what is neither for sure
DISTANCE = 1.0  # deviations of colour that the usual gap between two points counts as, and more than it
BLUR = 1.0  # pixels over which colour is looked at
NEAR = 2.0  # pixels around a point that are of its object
ROUNDS = 30


def labels_from_points(image: np.ndarray, cues: Cues) -> np.ndarray:
    """uint8 (H, W): the class of the nearest point where a pixel is of the objects' cluster, 0 where of the one that
    is least found at points, UNKNOWN in the third, and everywhere where no object has a point.

    image: uint8 (H, W, 3).
    """
    shape = image.shape[:2]
    points = [point for point in cues.points if point.label not in (0, UNKNOWN)]
    if not points or shape[0] * shape[1] < CLUSTERS:
        return np.full(shape, UNKNOWN, np.uint8)
    positions = np.array([(point.x, point.y) for point in points], np.float32)
    distances, nearest = _nearest(positions, shape)
    cluster = _cluster_pixels(image, np.minimum(distances / _gap(positions, shape), 1))
    at_points = np.stack([(cluster == i) & (distances <= NEAR) for i in range(CLUSTERS)]).sum(axis=(1, 2))
    sizes = np.maximum(np.bincount(cluster.ravel(), minlength=CLUSTERS), 1)
    inner = int(at_points.argmax())
    outer = min((i for i in range(CLUSTERS) if i != inner), key=lambda i: at_points[i] / sizes[i])
    own = np.array([point.label for point in points], np.uint8)[nearest]
    return np.where(cluster == inner, own, np.where(cluster == outer, 0, UNKNOWN)).astype(np.uint8)


def _nearest(positions: np.ndarray, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """(distance float32 (H, W) to the nearest of the positions (N, 2), x and y, and which that is, int (H, W))."""
    columns, rows = np.clip(np.rint(positions), 0, np.array(shape[::-1]) - 1).astype(int).T
    empty = np.ones(shape, np.uint8)
    empty[rows, columns] = 0
    distances, numbers = cv2.distanceTransformWithLabels(empty, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    which = np.zeros(int(numbers.max()) + 1, int)
    which[numbers[rows, columns]] = np.arange(len(positions))
    return distances, which[numbers]


def _gap(positions: np.ndarray, shape: tuple[int, int]) -> float:
    """The usual distance from a point to the next, at most a quarter of the picture's longer side."""
    max_gap = max(shape) / 4
    if len(positions) < 2:
        return max_gap
    from scipy.spatial import cKDTree  # loads slowly

    return float(np.clip(np.median(cKDTree(positions).query(positions, k=2)[0][:, 1]), 1.0, max_gap))


def _cluster_pixels(image: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """int (H, W): the cluster of each pixel. distances: 0 at points .. 1."""
    colour = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.float32), (0, 0), BLUR).reshape(-1, 3)
    colour = (colour - colour.mean(axis=0)) / max(1.0, float(np.sqrt(colour.var(axis=0).sum())))
    rows = np.column_stack([colour, DISTANCE * distances.ravel()]).astype(np.float32)
    cv2.setRNGSeed(0)  # its starts are random
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, ROUNDS, 1e-3)
    _, numbers, _ = cv2.kmeans(rows, CLUSTERS, None, stop, 3, cv2.KMEANS_PP_CENTERS)
    return numbers.reshape(distances.shape)
