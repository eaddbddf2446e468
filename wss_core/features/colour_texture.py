"""Features that need no network: colour and texture, on the cells of a working grid."""

from __future__ import annotations

import cv2
import numpy as np

_LAB_RANGE = np.array([100, 60, 60], np.float32)  # L is 0..100; a and b of photographs stay within about -60..60


def lab(image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Average the CIE Lab colour of an image uint8 (H, W, 3) over each cell: float32 (3, h, w), L 0..1, a and b about -1..1."""
    small = cv2.resize(image, grid[::-1], interpolation=cv2.INTER_AREA)
    planes = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2Lab) / _LAB_RANGE
    return np.ascontiguousarray(planes.transpose(2, 0, 1))


def colour(image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Compute Lab colour of each cell and of its neighbourhood: float32 (6, h, w)."""
    cell = lab(image, grid)
    return np.concatenate([cell, _smooth(cell, 2.0)])


def texture(image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Compute `colour` and local standard deviations: float32 (11, h, w).

    They are of lightness, inside the cell and at three scales around it, and of colour around it.
    """
    cell = lab(image, grid)
    spreads = [_inner_spread(image, grid)]
    spreads += [_outer_spread(cell[:1], sigma) for sigma in (1.0, 2.0, 4.0)]
    spreads.append(_outer_spread(cell[1:], 2.0))
    return np.concatenate([cell, _smooth(cell, 2.0), *(4 * s for s in spreads)])


def _smooth(planes: np.ndarray, sigma: float) -> np.ndarray:
    return np.stack([cv2.GaussianBlur(plane, (0, 0), sigma) for plane in planes])


def _outer_spread(planes: np.ndarray, sigma: float) -> np.ndarray:
    """Compute the standard deviation under a Gaussian window, over all planes together: float32 (1, h, w)."""
    variance = _smooth(planes * planes, sigma) - _smooth(planes, sigma) ** 2
    return np.sqrt(np.maximum(variance.sum(axis=0, keepdims=True), 0))


def _inner_spread(image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Compute the standard deviation of lightness inside each cell, detail finer than the grid: float32 (1, h, w)."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    mean, square = (cv2.resize(plane, grid[::-1], interpolation=cv2.INTER_AREA) for plane in (grey, grey * grey))
    return np.sqrt(np.maximum(square - mean * mean, 0))[None]
