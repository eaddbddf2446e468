"""Validation: how well labels agree with the truth, over a whole set of pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from .. import metrics
from ..cues import Example

Answer = Callable[[np.ndarray], np.ndarray]


def tally(examples: Sequence[Example], answer: Answer, count: int, share: tuple[int, int] = (0, 1)) -> np.ndarray:
    """int64 (count, count): the confusion over the examples that have a truth. answer(image) -> probabilities
    float32 (C, h, w) of any size. share: (which, of how many) parts of the examples."""
    total = np.zeros((count, count), np.int64)
    for i in range(share[0], len(examples), share[1]):
        if examples[i].truth is not None:
            total += metrics.confusion(
                examples[i].truth, labelled(answer(examples[i].image), examples[i].truth.shape), count
            )
    return total


def labelled(probs: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """uint8 (H, W): the class whose probability, resized linearly to `shape`, is highest."""
    planes = [cv2.resize(plane, shape[::-1], interpolation=cv2.INTER_LINEAR) for plane in probs]
    return np.argmax(planes, axis=0).astype(np.uint8)
