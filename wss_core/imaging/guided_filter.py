"""Edge-aware upsampling of maps from a grid to the picture's size: their edges move onto those of the picture.

He, Sun, Tang, "Guided Image Filtering", ECCV 2010, with a colour guide; the linear models are fitted on the grid and
only applied at full size (He, Sun, "Fast Guided Filter", 2015).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

RADIUS = 2  # cells; wider windows blur over thin parts
EPSILON = 1e-3  # colour variance (0..1 scale) below which a window counts as flat


@dataclass(frozen=True)
class Guide:
    """What upsampling needs of a picture, whatever the map, all float32.

    full: the picture (3, H, W), 0..1. grid: the same on the grid, (3, h, w). mean: its window means, (3, h, w).
    inverse: the inverse of its window covariance plus EPSILON, (3, 3, h, w).
    """

    full: np.ndarray
    grid: np.ndarray
    mean: np.ndarray
    inverse: np.ndarray


def make_guide(image: np.ndarray, grid: tuple[int, int]) -> Guide:
    """The guide of a picture, uint8 (H, W, 3), for maps on a grid of (h, w) cells over it."""
    full = np.ascontiguousarray(image.transpose(2, 0, 1), dtype=np.float32) / 255
    small = np.stack([cv2.resize(plane, grid[::-1], interpolation=cv2.INTER_AREA) for plane in full])
    mean = _window_mean(small)
    covariance = (
        _window_mean((small[:, None] * small[None]).reshape(9, *grid)).reshape(3, 3, *grid) - mean[:, None] * mean
    )
    matrices = covariance.transpose(2, 3, 0, 1) + EPSILON * np.eye(3, dtype=np.float32)
    inverse = np.ascontiguousarray(np.linalg.inv(matrices).transpose(2, 3, 0, 1), dtype=np.float32)
    return Guide(full, small, mean, inverse)


def upsample(probs: np.ndarray, guide: Guide) -> np.ndarray:
    """float32 (K, H, W) probabilities at the picture's size from those on the grid, float32 (K, h, w); both sum to 1."""
    rows = range(1, len(probs)) if len(probs) == 2 else range(len(probs))
    full = np.empty((len(probs), *guide.full.shape[1:]), np.float32)
    for row in rows:
        _upsample_plane(probs[row], guide, full[row])
    if len(probs) == 2:
        np.subtract(1, full[1], out=full[0])
    else:
        full /= np.maximum(full.sum(axis=0), 1e-6)
        full[0][full.sum(axis=0) < 0.5] = 1
    return full


def _upsample_plane(plane: np.ndarray, guide: Guide, out: np.ndarray) -> None:
    mean = _window_mean(plane[None])
    covariance = _window_mean(guide.grid * plane) - guide.mean * mean
    slope = np.einsum("ijhw,jhw->ihw", guide.inverse, covariance)
    offset = mean - (slope * guide.mean).sum(axis=0, keepdims=True)
    size = out.shape[::-1]
    slope, offset = _window_mean(slope), _window_mean(offset)
    out[:] = cv2.resize(offset[0], size, interpolation=cv2.INTER_LINEAR)
    for channel, factor in zip(guide.full, slope, strict=True):
        cv2.accumulateProduct(cv2.resize(factor, size, interpolation=cv2.INTER_LINEAR), channel, out)
    np.clip(out, 0, 1, out=out)


def _window_mean(planes: np.ndarray) -> np.ndarray:
    """float32 (..., h, w): the mean over the window around each cell."""
    side = 2 * RADIUS + 1
    return np.stack([cv2.blur(plane, (side, side), borderType=cv2.BORDER_REFLECT) for plane in planes])
