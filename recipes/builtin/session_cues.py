"""Simulated users for training: the target on a crop, the first cues, and corrections."""

from __future__ import annotations

import cv2
import numpy as np

from wss_core.conventions import UNKNOWN
from wss_core.cues import Box, Cues, Point, Stroke, simulated_user

MIN_SHARE, MAX_SHARE = 0.004, 0.7  # share of the crop that a target may cover
JITTER = 0.35  # how far a click may be from the centre of the error, in its distance to the rim
MANY_PARTS = 6  # parts of a class, from which on the target is mostly all of them
MAX_BOXES = 40


def draw_target(labels: np.ndarray, random: np.random.Generator, every: bool = False) -> np.ndarray | None:
    """Draw a target, uint8 (H, W): 1 object, 0 rest, sometimes 2, 3 other objects, 255 ignored; None if none fits.

    every: the target is one label, and all the others are 2, 3 and so on.
    """
    values, counts = np.unique(labels[labels != UNKNOWN], return_counts=True)
    total = labels.size
    good = values[(counts > MIN_SHARE * total) & (counts < MAX_SHARE * total)]
    if not len(good):
        return None
    value = random.choice(good)
    wanted = labels == value
    draw = 1.0 if every else random.random()
    if draw < 0.4 and (draw < 0.05 or _parts(wanted) < MANY_PARTS):
        wanted = _one_part(wanted, random)
    elif 0.4 <= draw < 0.6:
        wanted = _with_neighbours(wanted, labels, random)
    elif 0.6 <= draw < 0.75:
        wanted = (labels != 0) & (labels != UNKNOWN)
    if not MIN_SHARE * total < wanted.sum() < MAX_SHARE * total:
        return None
    truth = np.where(labels == UNKNOWN, UNKNOWN, 0).astype(np.uint8)
    if every or random.random() < 0.3:
        others = values[(values != value) & (values != 0)] if every else good[good != value]
        max_others = len(others) if every else int(random.integers(1, 4))
        for number, other in enumerate(random.permutation(others)[:max_others], start=2):
            truth[labels == other] = number
    truth[wanted] = 1
    return truth if (truth == 0).sum() > MIN_SHARE * total else None


def _with_neighbours(mask: np.ndarray, labels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Join the mask and one to three of the labels that touch it."""
    for _ in range(int(random.integers(1, 4))):
        around = np.unique(labels[cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool) & ~mask])
        around = around[around != UNKNOWN]
        if len(around):
            mask = mask | (labels == random.choice(around))
    return mask


def _parts(mask: np.ndarray) -> int:
    return cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)[0] - 1


def _one_part(mask: np.ndarray, random: np.random.Generator) -> np.ndarray:
    count, numbers = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    sizes = np.bincount(numbers.ravel(), minlength=count)[1:]
    return numbers == 1 + int(random.choice(len(sizes), p=sizes / sizes.sum()))


def first_cue(truth: np.ndarray, random: np.random.Generator) -> Point | Stroke:
    """Draw a click or a short stroke on the target, as most people begin."""
    if random.random() < 0.3:
        return simulated_user.random_stroke(truth == 1, 1, random)
    return simulated_user.next_click(np.where(truth == 255, 255, truth == 1).astype(np.uint8), np.zeros_like(truth))


def first_cues(truth: np.ndarray, random: np.random.Generator) -> Cues:
    """Draw up to three strokes or clicks in every class, at least one in every object; sometimes a box first."""
    cues = Cues()
    boxed = random.random() < 0.15
    if boxed:
        cues = simulated_user.add_cue(cues, _loose(simulated_user.tight_box(truth == 1, 1), truth.shape, random))
    for label in np.unique(truth[truth != UNKNOWN]):
        min_count = int(label != 0) if not boxed or label > 1 else 0
        count = int(random.integers(min_count, 4))
        draws = random.random() < 0.6
        for _ in range(count):
            part = truth == label
            cue = simulated_user.random_stroke(part, int(label), random) if draws else _click(part, int(label), random)
            cues = simulated_user.add_cue(cues, cue)
    return cues


def boxes(truth: np.ndarray, random: np.random.Generator) -> tuple[Box, ...]:
    """Draw a box around each part of the target, or one around all if there are more than MAX_BOXES parts."""
    count, numbers = cv2.connectedComponents((truth == 1).astype(np.uint8), connectivity=8)
    parts = [numbers == i for i in range(1, count)] if count <= MAX_BOXES else [truth == 1]
    return tuple(_loose(simulated_user.tight_box(part, 1), truth.shape, random) for part in parts)


def correction(truth: np.ndarray, guess: np.ndarray, random: np.random.Generator) -> Point | Stroke | None:
    """Draw a click or a stroke in the largest error region; None when nothing is wrong."""
    click = simulated_user.next_click(truth, guess)
    if click is None:
        return None
    part = simulated_user.error_region(truth, guess, click.label, click.x, click.y)
    if random.random() < 0.4:
        return simulated_user.random_stroke(part, click.label, random)
    return _click(part, click.label, random, centre=click)


def _click(part: np.ndarray, label: int, random: np.random.Generator, centre: Point | None = None) -> Point:
    """Draw a click inside `part`: near its deepest place, or anywhere in it."""
    if centre is None and random.random() < 0.5:
        spots = np.flatnonzero(part)
        spot = int(random.choice(spots))
        return Point(spot % part.shape[1], spot // part.shape[1], label)
    depth = cv2.distanceTransform(np.pad(part.astype(np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    spots = np.flatnonzero(depth >= (1 - JITTER) * depth.max())
    spot = int(random.choice(spots))
    return Point(spot % part.shape[1], spot // part.shape[1], label)


def _loose(box: Box, shape: tuple[int, int], random: np.random.Generator) -> Box:
    """Move each side of the box by up to 5 % of its size, mostly outwards, as people draw boxes."""
    wide, high = box.x1 - box.x0, box.y1 - box.y0
    off = random.uniform(-0.01, 0.05, 4) * (wide, high, wide, high)
    x0, y0 = max(0, box.x0 - off[0]), max(0, box.y0 - off[1])
    return Box(x0, y0, min(shape[1], box.x1 + off[2]), min(shape[0], box.y1 + off[3]), box.label)
