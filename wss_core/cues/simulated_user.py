"""Simulated users: the cues a person would give for a true mask. The generator passed in decides all randomness."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
from skimage.graph import MCP_Geometric

from ..conventions import UNKNOWN
from . import Box, Cues, Point, Stroke
from .raster import draw_seeds

BRUSH = 0.012  # width of a stroke in longer sides of the picture, where the region has room for it
_GRID = 96  # cells along the longer side of the grid on which a stroke's path is searched
_CENTRING = 4.0  # how much more a path along the rim of a region costs than one through its middle
_WOBBLE = 0.25  # fraction of the free width around a stroke by which a hand strays


def next_click(truth: np.ndarray, labels: np.ndarray) -> Point | None:
    """The next click of the standard robot user, at the centre of the largest error region; None when nothing is wrong.

    truth, labels: uint8 (H, W); pixels whose truth is 255 are never clicked. "Centre" is the pixel farthest from the
    region's edge, the picture's border counting as an edge, and the "largest" region the one whose centre is
    farthest, as in the reference code of Sofiiuk, Petrov, Konushin, "Reviving Iterative Training with Mask Guidance
    for Interactive Segmentation" (RITM), 2021. Several classes: errors are split by the true class.
    """
    deepest, click = 0.0, None
    for label in np.unique(truth[(truth != labels) & (truth != UNKNOWN)]):
        depth = edge_distance((truth == label) & (labels != label))
        pixel = int(depth.argmax())
        if depth.flat[pixel] > deepest:
            x, y = pixel % truth.shape[1], pixel // truth.shape[1]
            deepest, click = float(depth.flat[pixel]), Point(x, y, int(label))
    return click


def next_stroke(truth: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> Stroke | None:
    """A stroke through the largest error region (by the rule of `next_click`); None when nothing is wrong."""
    click = next_click(truth, labels)
    if click is None:
        return None
    return random_stroke(error_region(truth, labels, click.label, click.x, click.y), click.label, rng)


def error_region(truth: np.ndarray, labels: np.ndarray, label: int, x: float, y: float) -> np.ndarray:
    """bool (H, W): the 4-connected patch around (x, y) where the truth is `label` and `labels` differ."""
    wrong = (truth == label) & (labels != label)
    _, numbers = cv2.connectedComponents(wrong.astype(np.uint8), connectivity=4)
    return (numbers == numbers[round(y), round(x)]) & wrong


def strokes_per_class(truth: np.ndarray, count: int, rng: np.random.Generator) -> list[Stroke]:
    """Strokes in every class of `truth`, uint8 (H, W): one in each class by turns, `count` times."""
    labels = [label for label in np.unique(truth) if label != UNKNOWN]
    return [random_stroke(truth == label, int(label), rng) for _ in range(count) for label in labels]


def random_stroke(region: np.ndarray, label: int, rng: np.random.Generator) -> Stroke:
    """A stroke that looks drawn by hand, inside bool (H, W) `region`, which must not be empty.

    It runs between two random places of one connected part (larger parts are chosen more often), rather through the
    middle than along the rim, wavers, covers part of the length only, and is thinner where the region is thin.
    """
    scale = min(1, _GRID / max(region.shape))
    small, depth = _shrink(region, scale)
    cells = _find_path(small, depth, rng)
    width = max(1.0, min(BRUSH * max(region.shape), 2 * float(np.median(depth[cells[:, 0], cells[:, 1]])) / scale))
    path = _waver(cells, depth, rng)[:, ::-1]
    factor = np.array(region.shape[::-1]) / np.array(small.shape[::-1])
    path = np.clip((path + 0.5) * factor - 0.5, 0, np.array(region.shape[::-1]) - 1)
    ys, xs = np.rint(path[:, ::-1]).astype(int).T
    inside = region[ys, xs]
    if not inside.any():  # a region finer than a cell
        pixel = int(edge_distance(region).argmax())
        path, inside = np.array([[pixel % region.shape[1], pixel // region.shape[1]]], float), np.array([True])
    return Stroke(label, round(width, 1), tuple((round(x, 1), round(y, 1)) for x, y in path[inside].tolist()))


def trim_stroke(stroke: Stroke, region: np.ndarray) -> Stroke:
    """The longest stretch of a stroke that stays inside bool (H, W) `region`, as thick as fits there.

    `random_stroke` starts and ends inside, but its brush may reach over an edge and its path cut a corner. Where nothing
    of the stroke fits, one pixel of the region is returned.
    """
    path = np.array(stroke.path)
    ends = np.flatnonzero([not _leaves_region(region, *pair) for pair in pairwise(path)])
    stretches = np.split(ends, np.flatnonzero(np.diff(ends) > 1) + 1)
    longest = max(stretches, key=len)
    kept = path[longest[0] : longest[-1] + 2] if len(longest) else path[:1]
    for width in (stroke.width, 0.7 * stroke.width, 0.4 * stroke.width, 1.0):
        fitted = Stroke(stroke.label, max(1.0, round(width, 1)), tuple(map(tuple, kept.tolist())))
        if region[draw_seeds(Cues(strokes=[fitted]), region.shape) == stroke.label].all():
            return fitted
    pixel = int(edge_distance(region).argmax())
    return Stroke(stroke.label, 1.0, ((float(pixel % region.shape[1]), float(pixel // region.shape[1])),))


def random_point(region: np.ndarray, label: int, rng: np.random.Generator) -> Point:
    """A click well inside one patch of bool (H, W) `region`, which must not be empty; larger patches more often.

    People click on the body of a thing, not at its edge: any pixel at least half as deep as the deepest.
    """
    inside = np.flatnonzero(region)
    chosen = int(inside[rng.integers(len(inside))])
    _, patches = cv2.connectedComponents(region.astype(np.uint8), connectivity=4)
    depth = edge_distance(patches == patches.flat[chosen])
    deep = np.flatnonzero(depth >= depth.max() / 2)
    pixel = int(deep[rng.integers(len(deep))])
    return Point(pixel % region.shape[1], pixel // region.shape[1], label)


def tight_box(region: np.ndarray, label: int) -> Box:
    """The tight box, half open, around bool (H, W) `region`, which must not be empty."""
    xs, ys = np.flatnonzero(region.any(axis=0)), np.flatnonzero(region.any(axis=1))
    return Box(int(xs[0]), int(ys[0]), int(xs[-1]) + 1, int(ys[-1]) + 1, label)


def add_cue(cues: Cues, cue: Point | Stroke | Box) -> Cues:
    """The cues with one more point, stroke or box at the end."""
    kind = {Point: "points", Stroke: "strokes", Box: "boxes"}[type(cue)]
    return replace(cues, **{kind: (*getattr(cues, kind), cue)})


def edge_distance(region: np.ndarray) -> np.ndarray:
    """float32 (H, W): distance of each pixel inside `region` to the region's edge or the picture's border, 0 outside.

    OpenCV's distances may differ by 2e-6 from call to call, and so would the pixels that are deepest, or half as deep.
    Their squares are whole numbers: rounded to these, equal depths are equal and the choice is the same in every run.
    """
    padded = np.pad(region.astype(np.uint8), 1)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    return np.sqrt(np.rint(depth.astype(np.float64) ** 2)).astype(np.float32)


def _leaves_region(region: np.ndarray, start: np.ndarray, end: np.ndarray) -> bool:
    """Whether the straight line from (x, y) `start` to `end` leaves the region, checked at every half pixel."""
    steps = 2 + 2 * int(np.abs(end - start).max())
    xs, ys = np.rint(np.linspace(start, end, steps)).astype(int).T
    return not region[ys, xs].all()


def _shrink(region: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """A smaller copy of the region, bool (h, w), never empty, and the distance of its cells to its edge."""
    size = max(1, round(region.shape[1] * scale)), max(1, round(region.shape[0] * scale))
    coverage = cv2.resize(region.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    small = coverage >= min(0.5, float(coverage.max()))
    return small, edge_distance(small)


def _find_path(small: np.ndarray, depth: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """int (n, 2): a path of neighbouring (row, column) cells from a random place of `small` to another one."""
    deep = np.flatnonzero(depth > rng.uniform(0.2, 0.8) * depth.max() if rng.random() < 0.5 else small)
    start = np.unravel_index(rng.choice(deep), small.shape)
    cost = np.where(small, 1 + _CENTRING / (1 + depth), -1)
    finder = MCP_Geometric(cost)
    costs, _ = finder.find_costs([start])
    reached = np.flatnonzero(np.isfinite(costs) & small)
    distance_off = np.abs(costs.flat[reached] - rng.uniform(0.2, 0.8) * costs.flat[reached].max())
    ends = reached[np.argsort(distance_off, kind="stable")[: 1 + len(reached) // 10]]
    return np.array(finder.traceback(np.unravel_index(rng.choice(ends), small.shape)))


def _waver(cells: np.ndarray, depth: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """float (n, 2): the path as a hand would draw it, rounded at corners and wavering within the free width."""
    path = cells.astype(float)
    free = depth[cells[:, 0], cells[:, 1]][:, None]
    drift = cv2.GaussianBlur(rng.normal(size=(len(path), 2)), (1, 0), sigmaX=1e-6, sigmaY=3)
    path = path + _WOBBLE * 3 * drift * np.maximum(free - 1, 0)
    ends = path[[0, -1]].copy()
    path = cv2.GaussianBlur(path, (1, 0), sigmaX=1e-6, sigmaY=2, borderType=cv2.BORDER_REPLICATE)
    path[[0, -1]] = ends
    return path
