"""The working grid, and features that need no network: colour and texture."""

from __future__ import annotations

import cv2
import numpy as np

_LAB_RANGE = np.array([100, 60, 60], np.float32)  # L is 0..100; a and b of photographs stay within about -60..60


def lab(image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """float32 (3, h, w): CIE Lab of the picture averaged over each cell, about 0..1 (L) and -1..1 (a, b)."""
    small = cv2.resize(image, grid[::-1], interpolation=cv2.INTER_AREA)
    planes = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2Lab) / _LAB_RANGE
    return np.ascontiguousarray(planes.transpose(2, 0, 1))


def colour(image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """float32 (6, h, w): Lab of the cell and of its neighbourhood."""
    cell = lab(image, grid)
    return np.concatenate([cell, _smooth(cell, 2.0)])


def texture(image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """float32 (11, h, w): `colour`, the spread of lightness inside the cell and at three scales around it, and
    the spread of colour around it. Spread = standard deviation, by the difference of two averages."""
    cell = lab(image, grid)
    spreads = [_inner_spread(image, grid)]
    spreads += [_outer_spread(cell[:1], sigma) for sigma in (1.0, 2.0, 4.0)]
    spreads.append(_outer_spread(cell[1:], 2.0))
    return np.concatenate([cell, _smooth(cell, 2.0), *(4 * s for s in spreads)])


def _smooth(planes: np.ndarray, sigma: float) -> np.ndarray:
    return np.stack([cv2.GaussianBlur(plane, (0, 0), sigma) for plane in planes])


def _outer_spread(planes: np.ndarray, sigma: float) -> np.ndarray:
    """float32 (1, h, w): standard deviation of the planes, added up, under a Gaussian window."""
    variance = _smooth(planes * planes, sigma) - _smooth(planes, sigma) ** 2
    return np.sqrt(np.maximum(variance.sum(axis=0, keepdims=True), 0))


def _inner_spread(image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """float32 (1, h, w): standard deviation of lightness inside each cell: detail finer than the grid."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    mean, square = (cv2.resize(plane, grid[::-1], interpolation=cv2.INTER_AREA) for plane in (grey, grey * grey))
    return np.sqrt(np.maximum(square - mean * mean, 0))[None]
