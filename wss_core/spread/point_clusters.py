"""Labels from points, one in each object, by clustering the picture's colours into objects and what lies between them.

Qu et al., "Weakly Supervised Deep Nuclei Segmentation using Points Annotation in Histopathology Images", MIDL 2019: the
pixels fall into three clusters, by colour and by distance to the nearest point. For objects of one look, such as cells.
"""

from __future__ import annotations

import cv2
import numpy as np

from ..conventions import UNKNOWN
from ..cues import Cues

CLUSTERS = 3  # the objects, what lies between them, and pixels that are neither for sure
DISTANCE = 1.0  # standard deviations of colour that a distance of the typical gap or more counts as
BLUR = 1.0  # pixels: standard deviation of the blur of colours
NEAR = 2.0  # pixels around a point that belong to its object
ROUNDS = 30


def labels_from_points(image: np.ndarray, cues: Cues) -> np.ndarray:
    """Label pixels by cluster: uint8 (H, W), UNKNOWN in the third cluster, and everywhere where no object has a point.

    Pixels of the objects' cluster get the class of the nearest point; those of the cluster found least at points get 0.
    image: uint8 (H, W, 3).
    """
    shape = image.shape[:2]
    points = [point for point in cues.points if point.label not in (0, UNKNOWN)]
    if not points or shape[0] * shape[1] < CLUSTERS:
        return np.full(shape, UNKNOWN, np.uint8)
    coordinates = np.array([(point.x, point.y) for point in points], np.float32)
    distance, nearest = _nearest_point(coordinates, shape)
    cluster = _cluster_pixels(image, np.minimum(distance / _typical_gap(coordinates, shape), 1))
    near_points = np.stack([(cluster == i) & (distance <= NEAR) for i in range(CLUSTERS)]).sum(axis=(1, 2))
    sizes = np.maximum(np.bincount(cluster.ravel(), minlength=CLUSTERS), 1)
    object_cluster = int(near_points.argmax())
    between_cluster = min((i for i in range(CLUSTERS) if i != object_cluster), key=lambda i: near_points[i] / sizes[i])
    nearest_label = np.array([point.label for point in points], np.uint8)[nearest]
    return np.where(cluster == object_cluster, nearest_label, np.where(cluster == between_cluster, 0, UNKNOWN)).astype(
        np.uint8
    )


def _nearest_point(coordinates: np.ndarray, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Find the nearest of points (N, 2), x and y: its distance float32 (H, W) and its number int (H, W)."""
    columns, rows = np.clip(np.rint(coordinates), 0, np.array(shape[::-1]) - 1).astype(int).T
    empty = np.ones(shape, np.uint8)
    empty[rows, columns] = 0
    distance, numbers = cv2.distanceTransformWithLabels(empty, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    point_of = np.zeros(int(numbers.max()) + 1, int)
    point_of[numbers[rows, columns]] = np.arange(len(coordinates))
    return distance, point_of[numbers]


def _typical_gap(coordinates: np.ndarray, shape: tuple[int, int]) -> float:
    """Measure the typical distance from a point to the next, in pixels, at most a quarter of the longer side."""
    max_gap = max(shape) / 4
    if len(coordinates) < 2:
        return max_gap
    from scipy.spatial import cKDTree  # loads slowly

    return float(np.clip(np.median(cKDTree(coordinates).query(coordinates, k=2)[0][:, 1]), 1.0, max_gap))


def _cluster_pixels(image: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """Number the cluster of each pixel, int (H, W). distance: float (H, W), 0 at points .. 1."""
    colour = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.float32), (0, 0), BLUR).reshape(-1, 3)
    colour = (colour - colour.mean(axis=0)) / max(1.0, float(np.sqrt(colour.var(axis=0).sum())))
    rows = np.column_stack([colour, DISTANCE * distance.ravel()]).astype(np.float32)
    cv2.setRNGSeed(0)  # its starts are random
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, ROUNDS, 1e-3)
    _, numbers, _ = cv2.kmeans(rows, CLUSTERS, None, stop, 3, cv2.KMEANS_PP_CENTERS)
    return numbers.reshape(distance.shape)
