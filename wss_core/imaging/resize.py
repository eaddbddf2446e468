"""Resizing of pictures, label maps and feature maps."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image


def grid_shape(shape: tuple[int, int], side: int) -> tuple[int, int]:
    """(h, w) of a grid over a picture of `shape` (H, W) whose longer side has at most `side` cells, and no side none."""
    scale = min(1, side / max(shape))
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def resize_to_fit(image: np.ndarray, side: int) -> np.ndarray:
    """The picture, uint8 (H, W, 3), shrunk until its longer side has at most `side` pixels; never enlarged."""
    height, width = image.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return image
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.LANCZOS))


def resize_nearest(plane: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The plane (h, w) at another size, `shape` (H, W): each pixel has the value of the nearest one, by pixel centres."""
    rows, columns = (((np.arange(n) + 0.5) * m / n).astype(int) for n, m in zip(shape, plane.shape, strict=True))
    return plane[rows][:, columns]


def resize_linear(planes: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """float32 (D, h, w): `planes`, float32 (D, H, W), resized linearly to `grid` (h, w)."""
    return np.stack([cv2.resize(plane, grid[::-1], interpolation=cv2.INTER_LINEAR) for plane in planes])
