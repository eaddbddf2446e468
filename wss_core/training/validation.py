"""Validation: how well labels agree with the truth, over a whole set of pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from ..conventions import UNKNOWN
from ..cues import Example

Answer = Callable[[np.ndarray], np.ndarray]


def confusion(truth: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """int64 (count, count): pixels by true class (rows) and label (columns); those whose truth is UNKNOWN are left out.

    Raises ValueError for a truth or a label that is none of the classes.
    """
    table = np.bincount(truth.astype(np.uint16).ravel() << 8 | labels.ravel(), minlength=1 << 16).reshape(256, 256)
    if table[:UNKNOWN, :count].sum() != table[:UNKNOWN].sum() or table[count:UNKNOWN].any():
        raise ValueError(f"labels above {count - 1} among the truth or the answers. Name all the classes")
    return table[:count, :count]


def ious(table: np.ndarray) -> np.ndarray:
    """float (C,): intersection over union of each class, NaN for a class that is neither true nor answered."""
    both, either = np.diag(table), table.sum(axis=0) + table.sum(axis=1) - np.diag(table)
    return np.where(either > 0, both / np.maximum(either, 1), np.nan)


def dices(table: np.ndarray) -> np.ndarray:
    """float (C,): Dice of each class, NaN as above."""
    sizes = table.sum(axis=0) + table.sum(axis=1)
    return np.where(sizes > 0, 2 * np.diag(table) / np.maximum(sizes, 1), np.nan)


def tally(examples: Sequence[Example], answer: Answer, count: int, share: tuple[int, int] = (0, 1)) -> np.ndarray:
    """int64 (count, count): the confusion over the examples that have a truth. answer(image) -> probabilities
    float32 (C, h, w) of any size. share: (which, of how many) parts of the examples."""
    total = np.zeros((count, count), np.int64)
    for i in range(share[0], len(examples), share[1]):
        if examples[i].truth is not None:
            total += confusion(examples[i].truth, labelled(answer(examples[i].image), examples[i].truth.shape), count)
    return total


def labelled(probs: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """uint8 (H, W): the class whose probability, resized linearly to `shape`, is highest."""
    planes = [cv2.resize(plane, shape[::-1], interpolation=cv2.INTER_LINEAR) for plane in probs]
    return np.argmax(planes, axis=0).astype(np.uint8)
