"""Filling of polygons: which pixels' centres lie inside, by crossings of each row (even-odd rule).

scikit-image's `polygon` gives the same pixels, but asks every pixel of the bounding box about every edge: half a minute
for 1,500 corners on 4 megapixels, which takes milliseconds here.
"""

from __future__ import annotations

import numpy as np

CHUNK = 2_000_000  # crossings of rows and edges that are held in memory at once
EPSILON = 1e-9  # pixels within which a centre counts as on an edge, and so as inside


def fill_rings(rings: list[np.ndarray], shape: tuple[int, int]) -> np.ndarray:
    """bool (H, W): the pixels whose centres lie in one of the rings, each (N, 2) with corners (x, y) as in `outline`."""
    mask = np.zeros(shape, bool)
    for ring in rings:
        mask |= _fill(np.asarray(ring, np.float64) - 0.5, shape)
    return mask


def _fill(ring: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """bool (H, W): the pixel centres in or on one ring (N, 2), (x, y) in pixels with centres at whole numbers."""
    height, width = shape
    start, end = ring, np.roll(ring, -1, axis=0)
    mask = _on_horizontal_edges(start, end, shape)
    low, high = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
    first = np.clip(np.ceil(low), 0, height).astype(int)  # an edge crosses the rows low <= row < high
    counts = np.maximum(np.clip(np.ceil(high), 0, height).astype(int) - first, 0)
    toggles = np.zeros(height * (width + 1), np.int64)
    for edges in _chunks(counts):
        rows = np.repeat(first[edges], counts[edges]) + _ranges(counts[edges])
        edge = np.repeat(edges, counts[edges])
        slope = (end[edge, 0] - start[edge, 0]) / (end[edge, 1] - start[edge, 1])
        x = start[edge, 0] + (rows - start[edge, 1]) * slope
        nearest = np.rint(x)
        on_edge = (np.abs(x - nearest) < EPSILON) & (nearest >= 0) & (nearest < width)
        mask[rows[on_edge], nearest[on_edge].astype(int)] = True
        columns = np.clip(np.ceil(x), 0, width).astype(int)
        toggles += np.bincount(rows * (width + 1) + columns, minlength=len(toggles))
    inside = np.cumsum(toggles.reshape(height, width + 1), axis=1)[:, :width] % 2 == 1
    return mask | inside


def _on_horizontal_edges(start: np.ndarray, end: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """bool (H, W): the pixel centres on edges along a row, and on the corners."""
    mask = np.zeros(shape, bool)
    on_row = (start[:, 1] == np.rint(start[:, 1])) & (start[:, 1] >= 0) & (start[:, 1] < shape[0])
    for (x0, y), (x1, y1) in zip(start[on_row], end[on_row], strict=True):
        left, right = (min(x0, x1), max(x0, x1)) if y1 == y else (x0, x0)
        columns = slice(max(0, int(np.ceil(left))), max(0, int(np.floor(min(right, shape[1]))) + 1))
        mask[int(y), columns] = True
    return mask


def _chunks(counts: np.ndarray):
    """Numbers of edges, in groups that cross about CHUNK rows together."""
    group = np.cumsum(counts) // CHUNK
    for number in range(int(group[-1]) + 1 if len(group) else 0):
        yield np.flatnonzero(group == number)


def _ranges(counts: np.ndarray) -> np.ndarray:
    """0 .. count - 1 for each of the counts, one after another."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
