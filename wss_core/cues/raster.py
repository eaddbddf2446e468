"""Cues -> seeds: what is told, pixel by pixel, on a picture or on a smaller grid of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ..conventions import UNKNOWN
from ..imaging.resize import resize_nearest
from . import Box, Cues

BLOCK = 24  # cues after which a history begins anew, so that a long list costs no more than that
_SHIFT = 4  # OpenCV draws with this many binary places after the point


@dataclass(frozen=True)
class SeedMap:
    """What is told on a grid: seeds as `draw_seeds` gives them, allowed as `allowed_regions` does, class_ids: the labels with cues, 0 first."""

    seeds: np.ndarray
    allowed: np.ndarray | None
    class_ids: list[int]


def seed_map_history(cues: Cues, shape: tuple[int, int], grid: tuple[int, int]) -> list[SeedMap]:
    """What was told cue after cue, the last being all of it: first labels and boxes, then each stroke, each point.

    Begins with the first object that is told, or after a multiple of BLOCK cues.
    """
    count = len(cues.strokes) + len(cues.points)
    parts = (_first(cues, end) for end in range(BLOCK * (max(0, count - 1) // BLOCK), count))
    steps = [seed_map(part, shape, grid) for part in parts]
    return [step for step in steps if len(step.class_ids) > 1] + [seed_map(cues, shape, grid)]


def seed_map(cues: Cues, shape: tuple[int, int], grid: tuple[int, int]) -> SeedMap:
    """All that is told on the grid, at once."""
    class_ids = sorted({0, *cues.labelled_classes})
    return SeedMap(draw_seeds(cues, shape, grid), allowed_regions(cues, shape, class_ids, grid), class_ids)


def _first(cues: Cues, count: int) -> Cues:
    """The cues with only the first `count` of their strokes and points, strokes first."""
    return replace(cues, strokes=cues.strokes[:count], points=cues.points[: max(0, count - len(cues.strokes))])


def draw_seeds(cues: Cues, shape: tuple[int, int], grid: tuple[int, int] | None = None) -> np.ndarray:
    """uint8 (h, w) seeds: the label told for each pixel, UNKNOWN where nothing is told or where it is ignored.

    shape: the picture's (H, W). grid: draw on a grid of (h, w) cells over the same picture instead; a cue never
    vanishes there, however thin. Boxes tell nothing here: see `allowed`.
    """
    return _paint(cues, shape, grid or shape, ignore_as=UNKNOWN)


def ignored_pixels(cues: Cues, shape: tuple[int, int]) -> np.ndarray | None:
    """bool (H, W): pixels marked "ignore" and not labelled by a later cue; None when there is none."""
    if not any(cue.label == UNKNOWN for cue in (*cues.points, *cues.boxes, *cues.strokes)):
        return None
    return _paint(cues, shape, shape, ignore_as=UNKNOWN - 1) == UNKNOWN - 1


def allowed_regions(
    cues: Cues, shape: tuple[int, int], class_ids, grid: tuple[int, int] | None = None
) -> np.ndarray | None:
    """bool (K, h, w): where each label of `class_ids` may be; None when no box says otherwise.

    A box says that outside it is background: a class with boxes is not allowed outside all of its boxes, except
    on its own seeds. A class that also has seeds outside its boxes is not bounded (it has unboxed objects too).
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
    """The box as slices (rows, columns) of a grid over a picture of `shape`, cut at its border, never empty."""
    slices = []
    for low, high, size, cells in ((box.y0, box.y1, shape[0], grid[0]), (box.x0, box.x1, shape[1], grid[1])):
        start = min(max(0, round(low * cells / size)), cells - 1)
        slices.append(slice(start, max(start + 1, min(cells, round(high * cells / size)))))
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
    corners = np.rint(np.clip(path, -limit, limit) * (1 << _SHIFT)).astype(np.int32)
    if stroke.width == 0:
        cv2.fillPoly(seeds, [corners], value, lineType=cv2.LINE_8, shift=_SHIFT)
        return
    # OpenCV's thickness 2 k paints 2 k + 1 pixels, and 2 k + 1 paints two more; 32767 is its limit,
    # and what is thrice as wide as the picture covers it all.
    thickness = min(max(1, 2 * math.ceil(stroke.width * scale.mean() / 2 - 1)), 32766, 3 * max(seeds.shape))
    if len(corners) == 1:
        corners = np.repeat(corners, 2, axis=0)
    cv2.polylines(seeds, [corners], False, value, thickness=thickness, lineType=cv2.LINE_8, shift=_SHIFT)


def resize_cues(cues: Cues, shape: tuple[int, int], grid: tuple[int, int]) -> Cues:
    """The same cues for a copy of the picture resized from `shape` (H, W) to `grid` (h, w)."""
    if shape == grid:
        return cues
    x, y = grid[1] / shape[1], grid[0] / shape[0]
    labels = None if cues.labels is None else resize_seeds(cues.labels, grid)
    return Cues(
        tags=cues.tags,
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
        objects=cues.objects,
    )


def resize_seeds(labels: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """uint8 (h, w) of what is told, uint8 (H, W), on another grid; thin lines survive on a smaller one."""
    found = resize_nearest(labels, grid)
    _paint_labels(found, labels)
    return found


def _inside(value: float, size: int) -> float:
    """A point just inside the border stays inside when the rounding of the scaling would push it out."""
    return min(max(value, -0.5), size - 0.5 - 1e-6)
