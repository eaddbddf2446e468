"""Simulated users: from a true mask, the cue a person would give next. Deterministic by the generator handed in."""

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
_GRID = 96  # cells along the longer side on which a stroke's way is looked for
_CENTRING = 4.0  # how much dearer the rim of a region is than its middle
_WOBBLE = 0.25  # of the free width around a stroke that a hand strays


def next_click(truth: np.ndarray, labels: np.ndarray) -> Point | None:
    """The standard robot user's next click: the centre of the largest error region; None when nothing is wrong.

    truth, labels: uint8 (H, W); pixels whose truth is 255 are never clicked. "Centre" is the pixel farthest from the
    region's edge, the picture's border counting as an edge, and the "largest" region the one whose centre is
    farthest, as in the reference code of Sofiiuk, Petrov, Konushin, "Reviving Iterative Training with Mask Guidance
    for Interactive Segmentation" (RITM), 2021. Several classes: errors are split by the true class.
    """
    best, found = 0.0, None
    for label in np.unique(truth[(truth != labels) & (truth != UNKNOWN)]):
        depth = _depth((truth == label) & (labels != label))
        spot = int(depth.argmax())
        if depth.flat[spot] > best:
            best, found = float(depth.flat[spot]), Point(spot % truth.shape[1], spot // truth.shape[1], int(label))
    return found


def next_stroke(truth: np.ndarray, labels: np.ndarray, random: np.random.Generator) -> Stroke | None:
    """A stroke through the largest error region (by the rule of `next_click`); None when nothing is wrong."""
    click = next_click(truth, labels)
    if click is None:
        return None
    return random_stroke(error_region(truth, labels, click.label, click.x, click.y), click.label, random)


def error_region(truth: np.ndarray, labels: np.ndarray, label: int, x: float, y: float) -> np.ndarray:
    """bool (H, W): the 4-connected patch around (x, y) where the truth is `label` and `labels` say otherwise."""
    wrong = (truth == label) & (labels != label)
    _, numbers = cv2.connectedComponents(wrong.astype(np.uint8), connectivity=4)
    return (numbers == numbers[round(y), round(x)]) & wrong


def strokes_per_class(truth: np.ndarray, count: int, random: np.random.Generator) -> list[Stroke]:
    """`count` strokes in every class of `truth` uint8 (H, W), class by class in turn."""
    labels = [label for label in np.unique(truth) if label != UNKNOWN]
    return [random_stroke(truth == label, int(label), random) for _ in range(count) for label in labels]


def random_stroke(region: np.ndarray, label: int, random: np.random.Generator) -> Stroke:
    """A hand-drawn-looking stroke inside bool (H, W) `region`, which must not be empty.

    It runs between two random places of one connected part (larger parts are chosen more often), rather through the
    middle than along the rim, wavers, covers part of the length only, and is thinner where the region is thin.
    """
    scale = min(1, _GRID / max(region.shape))
    small, depth = _room(region, scale)
    cells = _way(small, depth, random)
    width = max(1.0, min(BRUSH * max(region.shape), 2 * float(np.median(depth[cells[:, 0], cells[:, 1]])) / scale))
    path = _drawn(cells, depth, random)[:, ::-1]
    factor = np.array(region.shape[::-1]) / np.array(small.shape[::-1])
    path = np.clip((path + 0.5) * factor - 0.5, 0, np.array(region.shape[::-1]) - 1)
    ys, xs = np.rint(path[:, ::-1]).astype(int).T
    inside = region[ys, xs]
    if not inside.any():  # a region finer than a cell
        spot = int(_depth(region).argmax())
        path, inside = np.array([[spot % region.shape[1], spot // region.shape[1]]], float), np.array([True])
    return Stroke(label, round(width, 1), tuple((round(x, 1), round(y, 1)) for x, y in path[inside].tolist()))


def trim_stroke(drawn: Stroke, region: np.ndarray) -> Stroke:
    """The longest stretch of a stroke that stays inside bool (H, W) `region`, and as thick as fits there.

    A stroke of `stroke` starts and ends inside, but its brush may reach over an edge and its way cut a corner. Where
    nothing of it fits, it is one pixel of the region.
    """
    path = np.array(drawn.path)
    ends = np.flatnonzero([not _crosses(region, *pair) for pair in pairwise(path)])
    stretches = np.split(ends, np.flatnonzero(np.diff(ends) > 1) + 1)
    longest = max(stretches, key=len)
    kept = path[longest[0] : longest[-1] + 2] if len(longest) else path[:1]
    for width in (drawn.width, 0.7 * drawn.width, 0.4 * drawn.width, 1.0):
        fitted = Stroke(drawn.label, max(1.0, round(width, 1)), tuple(map(tuple, kept.tolist())))
        if region[draw_seeds(Cues(strokes=[fitted]), region.shape) == drawn.label].all():
            return fitted
    spot = int(_depth(region).argmax())
    return Stroke(drawn.label, 1.0, ((float(spot % region.shape[1]), float(spot // region.shape[1])),))


def random_point(region: np.ndarray, label: int, random: np.random.Generator) -> Point:
    """A click well inside one patch of bool (H, W) `region`, which must not be empty; larger patches more often.

    People click on the body of a thing, not at its edge: any pixel at least half as deep as the deepest.
    """
    inside = np.flatnonzero(region)
    chosen = int(inside[random.integers(len(inside))])
    _, patches = cv2.connectedComponents(region.astype(np.uint8), connectivity=4)
    depth = _depth(patches == patches.flat[chosen])
    deep = np.flatnonzero(depth >= depth.max() / 2)
    spot = int(deep[random.integers(len(deep))])
    return Point(spot % region.shape[1], spot // region.shape[1], label)


def tight_box(region: np.ndarray, label: int) -> Box:
    """The tight box, half open, of bool (H, W) `region`, which must not be empty."""
    xs, ys = np.flatnonzero(region.any(axis=0)), np.flatnonzero(region.any(axis=1))
    return Box(int(xs[0]), int(ys[0]), int(xs[-1]) + 1, int(ys[-1]) + 1, label)


def add_cue(cues: Cues, cue: Point | Stroke | Box) -> Cues:
    """`cues` and one more."""
    kind = {Point: "points", Stroke: "strokes", Box: "boxes"}[type(cue)]
    return replace(cues, **{kind: (*getattr(cues, kind), cue)})


def _depth(region: np.ndarray) -> np.ndarray:
    """float32 (H, W): distance of each pixel inside `region` to its edge or the picture's border, 0 outside.

    OpenCV's distances may differ by 2e-6 from call to call, and so would the pixels that are deepest, or half as deep.
    Their squares are whole numbers: rounded to these, equal depths are equal and the choice is the same in every run.
    """
    padded = np.pad(region.astype(np.uint8), 1)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    return np.sqrt(np.rint(depth.astype(np.float64) ** 2)).astype(np.float32)


def _crosses(region: np.ndarray, start: np.ndarray, end: np.ndarray) -> bool:
    """True when the straight line from (x, y) `start` to `end` leaves the region, looked at every half pixel."""
    steps = 2 + 2 * int(np.abs(end - start).max())
    xs, ys = np.rint(np.linspace(start, end, steps)).astype(int).T
    return not region[ys, xs].all()


def _room(region: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """A small copy of the region, bool (h, w), never empty, and its depth."""
    size = max(1, round(region.shape[1] * scale)), max(1, round(region.shape[0] * scale))
    share = cv2.resize(region.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    small = share >= min(0.5, float(share.max()))
    return small, _depth(small)


def _way(small: np.ndarray, depth: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """int (n, 2): neighbouring (row, column) cells from one random place of `small` to another within reach."""
    deep = np.flatnonzero(depth > random.uniform(0.2, 0.8) * depth.max() if random.random() < 0.5 else small)
    start = np.unravel_index(random.choice(deep), small.shape)
    price = np.where(small, 1 + _CENTRING / (1 + depth), -1)
    finder = MCP_Geometric(price)
    costs, _ = finder.find_costs([start])
    reached = np.flatnonzero(np.isfinite(costs) & small)
    off = np.abs(costs.flat[reached] - random.uniform(0.2, 0.8) * costs.flat[reached].max())
    ends = reached[np.argsort(off, kind="stable")[: 1 + len(reached) // 10]]
    return np.array(finder.traceback(np.unravel_index(random.choice(ends), small.shape)))


def _drawn(cells: np.ndarray, depth: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """float (n, 2): the way as a hand would draw it, rounded at corners and wavering within the free width."""
    way = cells.astype(float)
    free = depth[cells[:, 0], cells[:, 1]][:, None]
    drift = cv2.GaussianBlur(random.normal(size=(len(way), 2)), (1, 0), sigmaX=1e-6, sigmaY=3)
    way = way + _WOBBLE * 3 * drift * np.maximum(free - 1, 0)
    ends = way[[0, -1]].copy()
    way = cv2.GaussianBlur(way, (1, 0), sigmaX=1e-6, sigmaY=2, borderType=cv2.BORDER_REPLICATE)
    way[[0, -1]] = ends
    return way
