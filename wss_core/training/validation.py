"""Validation: count how a model's labels agree with the truth over a whole set of images."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from .. import metrics
from ..conventions import UNKNOWN
from ..cues import Example

Predict = Callable[[np.ndarray], np.ndarray]


def check_has_truth(validation: Sequence[Example]) -> None:
    """Raise ValueError where there are examples to validate by, but no pixel of theirs has a true class."""
    truths = (validation[i].truth for i in range(len(validation)))
    if len(validation) and all(truth is None or (truth == UNKNOWN).all() for truth in truths):
        raise ValueError("no picture of the validation has a true mask. Give some that have, or no validation")


def total_confusion(
    examples: Sequence[Example], predict: Predict, class_count: int, *, rank: int = 0, world_size: int = 1
) -> np.ndarray:
    """Sum the confusion over the examples that have a truth: int64 (C, C), rows true and columns predicted classes.

    predict(image) -> probabilities float32 (C, h, w) of any size. rank, world_size: every process counts its part of
    the examples. Raises ValueError as `metrics.confusion` does.
    """
    total = np.zeros((class_count, class_count), np.int64)
    for i in range(rank, len(examples), world_size):
        truth = examples[i].truth
        if truth is not None:
            labels = labels_at_size(predict(examples[i].image), truth.shape)
            total += metrics.confusion(truth, labels, class_count)
    return total


def labels_at_size(probs: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return the most probable class of each pixel, uint8 (H, W), after resizing the probabilities linearly."""
    planes = [cv2.resize(plane, shape[::-1], interpolation=cv2.INTER_LINEAR) for plane in probs]
    return np.argmax(planes, axis=0).astype(np.uint8)
