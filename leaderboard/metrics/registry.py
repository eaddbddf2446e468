"""METRICS by name: each computes a number from what is kept of every picture (the parts), for the data set or a resample.

A part is an int array whose first axis is the N pictures, but for "detections": a row each, its picture first. weights:
float (B, N), how often each picture counts in each of B samples; one row of ones is the data set itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wss_core import metrics

from . import boundary, calibration, detection, interactive

Parts = dict[str, np.ndarray]


@dataclass(frozen=True)
class Metric:
    """A number that says how good a segmentation is."""

    description: str
    needs: tuple[str, ...]
    "The parts that it is computed from."
    compute: Callable[[Parts, np.ndarray], np.ndarray]
    "(parts, weights) -> float (B, C), a column a class, or (B, 1)"
    lower_is_better: bool = False


def weighted_sum(parts: Parts, name: str, weights: np.ndarray) -> np.ndarray:
    """float (B, ...): the part summed over the pictures, each as often as it counts."""
    rows = parts[name]
    return (weights @ rows.reshape(len(rows), -1).astype(float)).reshape(len(weights), *rows.shape[1:])


def _hd95(parts: Parts, weights: np.ndarray) -> np.ndarray:
    """HD95 of every class: the mean over the pictures that have it."""
    distances = parts["boundaries"][..., -1]
    defined = distances >= 0
    return metrics.ratio(weights @ np.where(defined, distances, 0), weights @ defined.astype(float)) * boundary.HD_UNIT


def _tag_map(parts: Parts, weights: np.ndarray) -> np.ndarray:
    pixels = parts["counts"]
    return calibration.tag_precision(parts["tags"], (pixels[..., 0] + pixels[..., 2]) > 0, weights)


def _number_of_clicks(target: float) -> Callable[[Parts, np.ndarray], np.ndarray]:
    def needed(parts: Parts, weights: np.ndarray) -> np.ndarray:
        return _over_sessions(parts, interactive.clicks_needed(parts["clicks"], target), weights)

    return needed


def _iou_after(count: int) -> Callable[[Parts, np.ndarray], np.ndarray]:
    def iou(parts: Parts, weights: np.ndarray) -> np.ndarray:
        return _over_sessions(
            parts, interactive.hold_last_iou(parts["clicks"])[:, count - 1] / interactive.IOU_UNIT, weights
        )

    return iou


def _over_sessions(parts: Parts, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """float (B, 1): the weighted mean of one value a picture, over the pictures that have an object to click on."""
    weights = weights * (parts["clicks"][:, 0] >= 0)
    return metrics.ratio(weights @ values, weights.sum(axis=1))[:, None]


def _drops(parts: Parts, weights: np.ndarray) -> np.ndarray:
    drops, steps = interactive.count_drops(parts["clicks"])
    return metrics.ratio(weights @ drops, weights @ steps)[:, None]


METRICS: dict[str, Metric] = {
    "miou": Metric(
        "intersection over union of pixels summed over the data set, mean over classes",
        ("counts",),
        lambda parts, weights: metrics.iou(weighted_sum(parts, "counts", weights)),
    ),
    "dice": Metric(
        "Dice of pixels summed over the data set, mean over classes",
        ("counts",),
        lambda parts, weights: metrics.dice(weighted_sum(parts, "counts", weights)),
    ),
    "accuracy": Metric(
        "share of known pixels with the right label, background among them",
        ("counts",),
        lambda parts, weights: metrics.pixel_accuracy(weighted_sum(parts, "counts", weights))[:, None],
    ),
    "boundary_iou": Metric(
        "IoU of the masks' inner rims, 2 % of the diagonal deep, mean over classes",
        ("boundaries",),
        lambda parts, weights: boundary.boundary_iou(weighted_sum(parts, "boundaries", weights)),
    ),
    "boundary_f": Metric(
        "F1 of outline pixels within 0.75 % of the diagonal, mean over classes",
        ("boundaries",),
        lambda parts, weights: boundary.boundary_f(weighted_sum(parts, "boundaries", weights)),
    ),
    "hd95": Metric(
        "pixels between outlines: the larger directed 95th percentile, mean over pictures, then over classes; the "
        "picture's diagonal where one map lacks the class",
        ("boundaries",),
        _hd95,
        lower_is_better=True,
    ),
    "box_ap": Metric(
        "COCO's AP of boxes around connected patches, mean over classes and IoU .50 to .95",
        ("detections", "objects"),
        lambda parts, weights: detection.average_precision(parts["detections"], parts["objects"], weights),
    ),
    "tag_map": Metric(
        "average precision of the highest probability of a class as a tag of the picture, mean over classes",
        ("counts", "tags"),
        _tag_map,
    ),
    "ece": Metric(
        "expected calibration error, 15 bins of confidence, every 4th pixel both ways",
        ("calibration",),
        lambda parts, weights: calibration.calibration_error(weighted_sum(parts, "calibration", weights))[:, None],
        lower_is_better=True,
    ),
    "noc80": Metric(
        "clicks until IoU 0.80, at most 20; mean over pictures",
        ("clicks",),
        _number_of_clicks(0.80),
        lower_is_better=True,
    ),
    "noc85": Metric(
        "clicks until IoU 0.85, at most 20; mean over pictures",
        ("clicks",),
        _number_of_clicks(0.85),
        lower_is_better=True,
    ),
    "noc90": Metric(
        "clicks until IoU 0.90, at most 20; mean over pictures",
        ("clicks",),
        _number_of_clicks(0.90),
        lower_is_better=True,
    ),
    "iou_at_1": Metric("IoU of the objects after 1 cue, mean over pictures", ("clicks",), _iou_after(1)),
    "iou_at_3": Metric("IoU of the objects after 3 cues, mean over pictures", ("clicks",), _iou_after(3)),
    "iou_at_5": Metric("IoU of the objects after 5 cues, mean over pictures", ("clicks",), _iou_after(5)),
    "iou_at_10": Metric("IoU of the objects after 10 cues, mean over pictures", ("clicks",), _iou_after(10)),
    "drops": Metric("share of further cues that cost more than 0.05 of IoU", ("clicks",), _drops, lower_is_better=True),
}


def class_values(name: str, parts: Parts, weights: np.ndarray | None = None) -> np.ndarray:
    """float (B, C) or (B, 1): the metric of every class; of the data set itself when no weights are given.

    Raises ValueError for a name that is no metric, or parts that it cannot be read from.
    """
    metric = METRICS.get(name)
    if metric is None:
        raise ValueError(f"no metric {name!r:.40}. Choose one of: {', '.join(METRICS)}")
    lacking = [part for part in metric.needs if part not in parts]
    if lacking:
        raise ValueError(f"{name} needs {' and '.join(lacking)}, which were not kept. Choose another metric")
    if weights is None:
        weights = np.ones((1, len(parts[metric.needs[-1]])))
    return metric.compute(parts, weights)


def values(name: str, parts: Parts, weights: np.ndarray | None = None, background: bool = True) -> np.ndarray:
    """float (B,): the metric, a mean over the classes that have it, class 0 among them or not. Raises as `class_values`."""
    return mean_over_classes(class_values(name, parts, weights), background)


def sort_key(value: float, name: str) -> float:
    """A number by which values of the metric are sorted, the best first and NaN last."""
    if np.isnan(value):
        return float("inf")
    return value if METRICS[name].lower_is_better else -value


def mean_over_classes(values: np.ndarray, background: bool) -> np.ndarray:
    """float (B,): the mean over the classes of (B, C), class 0 among them or not; (B, 1) is taken as it is."""
    return metrics.mean(values if background or values.shape[1] == 1 else values[:, 1:])
