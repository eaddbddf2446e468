"""The built-in model's own features."""

from __future__ import annotations

import numpy as np

from ..builtin import pretrained
from ..imaging.resize import resize_linear


def embedding(image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """float32 (32, h, w): the finest map of the built-in model, on which cells of one thing lie close."""
    return resize_linear(pretrained.pyramid(image)[0], grid)


def pyramid(image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """float32 (128, h, w): the maps of all four scales."""
    return np.concatenate([resize_linear(m, grid) for m in pretrained.pyramid(image)])
