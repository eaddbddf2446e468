"""Paths that lead far out of a picture, cut where they leave a square around it; what lies inside keeps its direction."""

from __future__ import annotations

from itertools import pairwise

import numpy as np


def clip_line(path: np.ndarray, limit: float) -> list[np.ndarray]:
    """The parts of a line (N, 2) with -limit <= x, y <= limit, each (M, 2); of a single point that lies outside none."""
    if len(path) == 1:
        return [path] if np.abs(path).max() <= limit else []
    parts = (_clip_segment(start, end, limit) for start, end in pairwise(path))
    return [part for part in parts if part is not None]


def _clip_segment(start: np.ndarray, end: np.ndarray, limit: float) -> np.ndarray | None:
    """float64 (2, 2): what of a segment lies in the square, None = nothing. Liang, Barsky, "A New Concept and Method for
    Line Clipping", 1984."""
    scale = max(1.0, float(np.abs([start, end]).max()))  # differences of huge coordinates must not overflow
    start, step, limit = start / scale, end / scale - start / scale, limit / scale
    first, last = 0.0, 1.0
    for axis in (0, 1):
        for sign in (-1, 1):
            room, speed = limit - sign * start[axis], sign * step[axis]
            if speed == 0:
                if room < 0:
                    return None
            elif speed > 0:
                last = min(last, room / speed)
            else:
                first = max(first, room / speed)
    if first > last:
        return None
    return np.stack([start + first * step, start + last * step]) * scale


def clip_ring(ring: np.ndarray, limit: float) -> np.ndarray:
    """float64 (M, 2): what of a closed ring (N, 2) lies in the square, with corners of the square where it was left.

    Sutherland, Hodgman, "Reentrant Polygon Clipping", CACM 1974.
    """
    scale = max(1.0, float(np.abs(ring).max()))
    ring, limit = ring / scale, limit / scale
    for axis in (0, 1):
        for sign in (-1, 1):
            if not len(ring):
                return ring
            beyond = sign * ring[:, axis] > limit
            corners = []
            for i in range(len(ring)):
                before, here = ring[i - 1], ring[i]
                if beyond[i] != beyond[i - 1]:
                    share = (sign * limit - before[axis]) / (here[axis] - before[axis])
                    crossing = before + share * (here - before)
                    crossing[axis] = sign * limit
                    corners.append(crossing)
                if not beyond[i]:
                    corners.append(here)
            ring = np.array(corners).reshape(-1, 2)
    return ring * scale
