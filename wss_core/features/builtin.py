"""Features of the built-in model."""

from __future__ import annotations

import numpy as np

from ..builtin import pretrained
from ..imaging.resize import resize_linear


def embedding(image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Compute the finest map of the built-in model, float32 (32, h, w), in which cells of one thing lie close together."""
    return resize_linear(pretrained.pyramid(image)[0], grid)


def pyramid(image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Compute the maps of all four scales of the built-in model, float32 (128, h, w)."""
    return np.concatenate([resize_linear(m, grid) for m in pretrained.pyramid(image)])
