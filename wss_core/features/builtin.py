"""The built-in model's own features."""

from __future__ import annotations

import cv2
import numpy as np

from .. import builtin


def embedding(image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """float32 (32, h, w): the finest map of the built-in model, on which cells of one thing lie close."""
    finest = builtin.pyramid(image)[0]
    return np.stack([cv2.resize(plane, grid[::-1], interpolation=cv2.INTER_LINEAR) for plane in finest])
