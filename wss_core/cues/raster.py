"""Cues drawn as label maps (seeds), at the picture's size or on a smaller grid over it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ..conventions import UNKNOWN
from ..imaging.resize import resize_nearest
from . import Box, Cues
from .clip import clip_line, clip_ring

BLOCK = 24  # cues after which a history starts again, so that a long list costs no more than that
_SHIFT = 4  # OpenCV draws with this many binary places after the point


@dataclass(frozen=True)
class SeedMap:
    """Cues drawn on a grid of (h, w) cells.

    seeds: uint8 (h, w), as `draw_seeds` gives them. allowed: bool (K, h, w) or None, as `allowed_regions` gives it.
    class_ids: the K labels that have cues, sorted, 0 always among them.
    """

    seeds: np.ndarray
    allowed: np.ndarray | None
    class_ids: list[int]


def seed_map_history(cues: Cues, shape: tuple[int, int], grid: tuple[int, int]) -> list[SeedMap]:
    """The seed maps after each cue, the last with all cues: first `labels` and boxes, then each stroke, each point.

    It starts with the first cue of an object class, or, when there are many cues, after a multiple of BLOCK of them.
    """
    count = len(cues.strokes) + len(cues.points)
    prefixes = (_first(cues, end) for end in range(BLOCK * (max(0, count - 1) // BLOCK), count))
    steps = [seed_map(prefix, shape, grid) for prefix in prefixes]
    return [step for step in steps if len(step.class_ids) > 1] + [seed_map(cues, shape, grid)]


def seed_map(cues: Cues, shape: tuple[int, int], grid: tuple[int, int]) -> SeedMap:
    """All cues for a picture of `shape` (H, W) drawn on a grid of (h, w) cells over it."""
    class_ids = sorted({0, *cues.labelled_classes})
    return SeedMap(draw_seeds(cues, shape, grid), allowed_regions(cues, shape, class_ids, grid), class_ids)


def _first(cues: Cues, count: int) -> Cues:
    """The cues with only the first `count` of their strokes and points; strokes come before points."""
    return replace(cues, strokes=cues.strokes[:count], points=cues.points[: max(0, count - len(cues.strokes))])


def draw_seeds(cues: Cues, shape: tuple[int, int], grid: tuple[int, int] | None = None) -> np.ndarray:
    """uint8 (h, w) seeds: the label a cue gives each pixel, UNKNOWN where no cue gives one or says "ignore".

    shape: the picture's (H, W). grid: draw on a grid of (h, w) cells over the same picture instead; a cue never
    vanishes there, however thin. Boxes give no seeds: see `allowed_regions`.
    """
    return _paint(cues, shape, grid or shape, ignore_as=UNKNOWN)


def ignored_pixels(cues: Cues, shape: tuple[int, int]) -> np.ndarray | None:
    """bool (H, W): pixels marked "ignore" and not labelled by a later cue; None when no cue says "ignore"."""
    if not any(cue.label == UNKNOWN for cue in (*cues.points, *cues.boxes, *cues.strokes)):
        return None
    return _paint(cues, shape, shape, ignore_as=UNKNOWN - 1) == UNKNOWN - 1


def allowed_regions(
    cues: Cues, shape: tuple[int, int], class_ids: Sequence[int], grid: tuple[int, int] | None = None
) -> np.ndarray | None:
    """bool (K, h, w): where each label of `class_ids` may be, given the boxes; None when no box restricts any.

    A box says that outside it is background: a class with boxes is not allowed outside all of its boxes, except
    on its own seeds. A class that also has seeds outside its boxes is not bounded (it has unboxed objects too).
    shape, grid: as for `draw_seeds`.
    """
    bounded = {box.label for box in cues.boxes} - {UNKNOWN, 0}
    if not bounded:
        return None
    size = grid or shape
    seeds = draw_seeds(cues, shape, grid)
    rows = np.ones((len(class_ids), *size), bool)
    for row, label in zip(rows, class_ids, strict=True):
        if label in bounded:
            inside = np.zeros(size, np.uint8)
            for box in cues.boxes:
                if box.label == label:
                    inside[box_slices(box, shape, size)] = 1
            if not (seeds[inside == 0] == label).any():
                row[:] = inside
    rows[:, ~rows.any(axis=0)] = True
    return rows


def box_slices(box: Box, shape: tuple[int, int], grid: tuple[int, int]) -> tuple[slice, slice]:
    """(rows, columns) of a grid over a picture of `shape` that the box covers, cut at its border, never empty."""
    slices = []
    for low, high, size, cells in ((box.y0, box.y1, shape[0], grid[0]), (box.x0, box.x1, shape[1], grid[1])):
        low, high = (min(max(corner, 0), size) for corner in (low, high))
        start = min(round(low * cells / size), cells - 1)
        slices.append(slice(start, max(start + 1, round(high * cells / size))))
    return slices[0], slices[1]


def _paint(cues: Cues, shape, size, ignore_as: int) -> np.ndarray:
    seeds = np.full(size, UNKNOWN, np.uint8)
    scale = np.array([size[1] / shape[1], size[0] / shape[0]])
    if cues.labels is not None:
        _paint_labels(seeds, cues.labels)
    for box in cues.boxes:
        if box.label == UNKNOWN:
            seeds[box_slices(box, shape, size)] = ignore_as
    for stroke in cues.strokes:
        _paint_stroke(seeds, stroke, scale, ignore_as if stroke.label == UNKNOWN else stroke.label)
    for point in cues.points:
        x, y = (
            int(np.clip((v + 0.5) * s, 0, n - 1)) for v, s, n in zip((point.x, point.y), scale, size[::-1], strict=True)
        )
        seeds[y, x] = ignore_as if point.label == UNKNOWN else point.label
    return seeds


def _paint_labels(seeds: np.ndarray, labels: np.ndarray) -> None:
    ys, xs = np.nonzero(labels != UNKNOWN)
    seeds[ys * seeds.shape[0] // labels.shape[0], xs * seeds.shape[1] // labels.shape[1]] = labels[ys, xs]


def _paint_stroke(seeds: np.ndarray, stroke, scale: np.ndarray, value: int) -> None:
    path = (np.asarray(stroke.path, np.float64) + 0.5) * scale - 0.5
    limit = 8 * max(seeds.shape) + 8  # OpenCV's fixed-point coordinates must stay small
    if stroke.width == 0:
        rings = [path] if np.abs(path).max() <= limit else [clip_ring(path, limit)]
        cv2.fillPoly(
            seeds, [_fixed_point(ring) for ring in rings if len(ring)], value, lineType=cv2.LINE_8, shift=_SHIFT
        )
        return
    lines = [path] if np.abs(path).max() <= limit else clip_line(path, limit)
    # OpenCV's thickness 2 k paints 2 k + 1 pixels, and 2 k + 1 paints two more; 32767 is its limit,
    # and what is thrice as wide as the picture covers it all.
    thickness = min(max(1, 2 * math.ceil(stroke.width * scale.mean() / 2 - 1)), 32766, 3 * max(seeds.shape))
    corners = [_fixed_point(line if len(line) > 1 else np.repeat(line, 2, axis=0)) for line in lines]
    cv2.polylines(seeds, corners, False, value, thickness=thickness, lineType=cv2.LINE_8, shift=_SHIFT)


def _fixed_point(path: np.ndarray) -> np.ndarray:
    """int32 (N, 2): a path as OpenCV takes it, with _SHIFT binary places after the point."""
    return np.rint(path * (1 << _SHIFT)).astype(np.int32)


def resize_cues(cues: Cues, shape: tuple[int, int], grid: tuple[int, int]) -> Cues:
    """The same cues in pixels of a copy of the picture that was resized from `shape` (H, W) to `grid` (h, w)."""
    if shape == grid:
        return cues
    x, y = grid[1] / shape[1], grid[0] / shape[0]
    labels = None if cues.labels is None else resize_seeds(cues.labels, grid)
    image = None if cues.image is None else replace(cues.image, size=grid)
    return replace(
        cues,
        points=[
            replace(p, x=_inside((p.x + 0.5) * x - 0.5, grid[1]), y=_inside((p.y + 0.5) * y - 0.5, grid[0]))
            for p in cues.points
        ],
        boxes=[replace(b, x0=b.x0 * x, x1=b.x1 * x, y0=b.y0 * y, y1=b.y1 * y) for b in cues.boxes],
        strokes=[
            replace(
                s,
                width=s.width * (x + y) / 2,
                path=tuple(((u + 0.5) * x - 0.5, (v + 0.5) * y - 0.5) for u, v in s.path),
            )
            for s in cues.strokes
        ],
        labels=labels,
        image=image,
    )


def resize_seeds(labels: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """uint8 (h, w): partial labels, uint8 (H, W), on another grid; on a smaller one thin lines survive."""
    seeds = resize_nearest(labels, grid)
    _paint_labels(seeds, labels)
    return seeds


def _inside(value: float, size: int) -> float:
    """A coordinate moved back inside the picture, from which the rounding of the scaling may have pushed it."""
    return min(max(value, -0.5), size - 0.5 - 1e-6)
