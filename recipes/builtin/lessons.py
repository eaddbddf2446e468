"""Stage 2's lessons: a crop of a picture, something in it that a person might want, and the cues they would give.

Every crop is prepared once, as the page prepares a picture; a lesson on it then costs some 20 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import cv2
import numpy as np

from wss_core import features, seeds, simulate
from wss_core.cues import Cues, Point, Stroke
from wss_core.data import UNKNOWN
from wss_core.spread import live, planes

from .pictures import Picture, crop

SIDE = 320  # pixels of a crop
CELLS = SIDE // 4
GRID = 256  # the solver's
LEAST, MOST = 0.004, 0.7  # share of the crop that a thing to segment may have
JITTER = 0.35  # how far a click may be from the centre of the error, in its distance to the rim


@dataclass(frozen=True)
class Crop:
    """image uint8 (SIDE, SIDE, 3); maps as in Picture; field: the solver's, without what only full grids need."""

    image: np.ndarray
    maps: tuple[np.ndarray, ...]
    field: live.Field


@dataclass(frozen=True)
class Lessons:
    """images uint8 (B, SIDE, SIDE, 3); `each` lessons follow one another for every image: planes float16 (B * each,
    PLANES, CELLS, CELLS), truth uint8 (B * each, SIDE / 2, SIDE / 2): 1 wanted, 0 not, 255 ignored. sessions: how
    each of them began, to be gone on with."""

    images: np.ndarray
    planes: np.ndarray
    truth: np.ndarray
    sessions: list[Session]


@dataclass
class Session:
    """What is wanted on a crop, truth uint8 (SIDE, SIDE), and the cues given so far."""

    crop: Crop
    truth: np.ndarray
    cues: Cues


def make_batch(pictures: list[Picture], weights: np.ndarray, count: int, each: int, seed: tuple[int, ...]) -> Lessons:
    """`each` lessons on each of `count` crops; pictures are drawn by `weights`, which sum to 1."""
    random = np.random.default_rng(seed)
    images, sessions = [], []
    while len(images) < count:
        prepared = make_crop(pictures[int(random.choice(len(pictures), p=weights))], random)
        tries = (begin(prepared, random) for _ in range(3 * each))
        found = list(islice((session for session in tries if session is not None), each))
        if found:
            images.append(prepared.image)
            sessions += [found[i % len(found)] for i in range(each)]
    sessions = [Session(s.crop, s.truth, s.cues) for s in sessions]  # of their own, where one stands twice
    shown = np.stack([show(session) for session in sessions])
    truths = np.stack([wanted(session.truth) for session in sessions])
    return Lessons(np.stack(images), shown, truths, sessions)


def make_crop(picture: Picture, random: np.random.Generator) -> Crop:
    """A random crop of the picture, prepared."""
    numbered = picture.maps[int(random.integers(len(picture.maps)))]
    image, labels = crop(picture, SIDE, random, numbered)
    grid = features.grid_shape(image.shape[:2], GRID)
    field = live.prepare(features.extract("texture", image, grid), features.lab(image, grid))
    nothing = np.zeros((0, 0), np.float32)
    return Crop(image, (labels,), live.Field(nothing, field.region_basis, field.regions, None))


def begin(prepared: Crop, random: np.random.Generator) -> Session | None:
    """A session on something on the crop, with its first cues; None when nothing on it is worth one."""
    truth = _something(prepared.maps[0], random)
    if truth is None:
        return None
    cues = _first_cues(truth, random)
    for _ in range(int(random.choice(4, p=(0.4, 0.3, 0.2, 0.1)))):
        cues = _corrected(prepared, truth, cues, random)
    return Session(prepared, truth, cues)


def show(session: Session) -> np.ndarray:
    """float16 (PLANES, CELLS, CELLS) of the session as it stands."""
    cues, small = session.cues, (CELLS, CELLS)
    found, present = _evidence(session.crop, cues)
    told = seeds.draw(cues, session.truth.shape, small)
    bounds = seeds.allowed(cues, session.truth.shape, present, small)
    shown = planes.planes(found, _cells(session.crop), told, bounds, present, present.index(1))
    return shown.astype(np.float16)


def wanted(truth: np.ndarray) -> np.ndarray:
    """uint8 (SIDE / 2, SIDE / 2): 1 wanted, 0 not, 255 ignored."""
    return np.where(truth == UNKNOWN, UNKNOWN, truth == 1)[::2, ::2].astype(np.uint8)


def go_on(session: Session, logits: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One more cue where the answer, log-odds (CELLS, CELLS), is wrong, and what is then shown: as `show`. Where
    nothing is wrong the session stays as it is."""
    full = cv2.resize(logits, session.truth.shape[::-1], interpolation=cv2.INTER_LINEAR)
    guess = np.where(full > 0, 1, np.where(session.truth == 1, 0, session.truth)).astype(np.uint8)
    before = seeds.draw(session.cues, session.truth.shape, (CELLS, CELLS))
    cue = _correction(session.truth, guess, random)
    if cue is not None:
        session.cues = simulate.added(session.cues, cue)
    shown = show(session).astype(np.float32)
    planes.remember(shown, logits, seeds.draw(session.cues, session.truth.shape, (CELLS, CELLS)) != before)
    return shown.astype(np.float16)


def _something(labels: np.ndarray, random: np.random.Generator) -> np.ndarray | None:
    """uint8 (H, W): 1 where what is wanted lies, 0 the rest, sometimes 2, 3 other things, 255 ignored."""
    values, counts = np.unique(labels[labels != UNKNOWN], return_counts=True)
    total = labels.size
    good = values[(counts > LEAST * total) & (counts < MOST * total)]
    if not len(good):
        return None
    value = random.choice(good)
    wanted = labels == value
    draw = random.random()
    if draw < 0.4:
        wanted = _one_part(wanted, random)
    elif draw < 0.6:
        wanted = _with_neighbours(wanted, labels, random)
    elif draw < 0.75:
        wanted = (labels != 0) & (labels != UNKNOWN)
    if not LEAST * total < wanted.sum() < MOST * total:
        return None
    truth = np.where(labels == UNKNOWN, UNKNOWN, 0).astype(np.uint8)
    if random.random() < 0.3:
        others = good[good != value]
        for number, other in enumerate(random.permutation(others)[: int(random.integers(1, 4))], start=2):
            truth[labels == other] = number
    truth[wanted] = 1
    return truth if (truth == 0).sum() > LEAST * total else None


def _with_neighbours(mask: np.ndarray, labels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The mask and one to three of the labels that touch it."""
    for _ in range(int(random.integers(1, 4))):
        around = np.unique(labels[cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool) & ~mask])
        around = around[around != UNKNOWN]
        if len(around):
            mask = mask | (labels == random.choice(around))
    return mask


def _one_part(mask: np.ndarray, random: np.random.Generator) -> np.ndarray:
    count, numbers = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    sizes = np.bincount(numbers.ravel(), minlength=count)[1:]
    return numbers == 1 + int(random.choice(len(sizes), p=sizes / sizes.sum()))


def _first_cues(truth: np.ndarray, random: np.random.Generator) -> Cues:
    cues = Cues()
    boxed = random.random() < 0.15
    if boxed:
        cues = simulate.added(cues, _loose(simulate.box(truth == 1, 1), truth.shape, random))
    for label in np.unique(truth[truth != UNKNOWN]):
        least = int(label != 0) if not boxed or label > 1 else 0
        count = int(random.integers(least, 4))
        draws = random.random() < 0.6
        for _ in range(count):
            part = truth == label
            cue = simulate.stroke(part, int(label), random) if draws else _click(part, int(label), random)
            cues = simulate.added(cues, cue)
    return cues


def _corrected(prepared: Crop, truth: np.ndarray, cues: Cues, random: np.random.Generator) -> Cues:
    """One or two more cues where the solver, by superpixels, is wrong."""
    found, present = _evidence(prepared, cues)
    guess = np.asarray(present, np.uint8)[found.probs.argmax(axis=0)][prepared.field.regions.labels]
    guess = cv2.resize(guess, truth.shape[::-1], interpolation=cv2.INTER_NEAREST)
    for _ in range(int(random.integers(1, 3))):
        cue = _correction(truth, guess, random)
        if cue is None:
            return cues
        cues = simulate.added(cues, cue)
        guess = np.where(_around(cue, truth, guess), truth, guess)
    return cues


def _around(cue, truth: np.ndarray, guess: np.ndarray) -> np.ndarray:
    """bool (H, W): the error region that the cue is in."""
    x, y = (cue.x, cue.y) if isinstance(cue, Point) else cue.path[0]
    wrong = ((truth == cue.label) & (guess != cue.label)).astype(np.uint8)
    _, numbers = cv2.connectedComponents(wrong, connectivity=4)
    return (numbers == numbers[round(y), round(x)]) & (wrong > 0)


def _correction(truth: np.ndarray, guess: np.ndarray, random: np.random.Generator) -> Point | Stroke | None:
    """A click or a stroke in the largest error region; None when nothing is wrong."""
    click = simulate.next_click(truth, guess)
    if click is None:
        return None
    wrong = ((truth == click.label) & (guess != click.label)).astype(np.uint8)
    _, numbers = cv2.connectedComponents(wrong, connectivity=4)
    part = numbers == numbers[int(click.y), int(click.x)]
    if random.random() < 0.4:
        return simulate.stroke(part, click.label, random)
    return _click(part, click.label, random, centre=click)


def _click(part: np.ndarray, label: int, random: np.random.Generator, centre: Point | None = None) -> Point:
    """A click inside `part`: near its deepest place, or anywhere in it."""
    if centre is None and random.random() < 0.5:
        spots = np.flatnonzero(part)
        spot = int(random.choice(spots))
        return Point(spot % part.shape[1], spot // part.shape[1], label)
    depth = cv2.distanceTransform(np.pad(part.astype(np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    spots = np.flatnonzero(depth >= (1 - JITTER) * depth.max())
    spot = int(random.choice(spots))
    return Point(spot % part.shape[1], spot // part.shape[1], label)


def _loose(box, shape: tuple[int, int], random: np.random.Generator):
    """The box as a person draws it: each side off by up to 5 % of the box, mostly outwards."""
    wide, high = box.x1 - box.x0, box.y1 - box.y0
    off = random.uniform(-0.01, 0.05, 4) * (wide, high, wide, high)
    x0, y0 = max(0, box.x0 - off[0]), max(0, box.y0 - off[1])
    return type(box)(x0, y0, min(shape[1], box.x1 + off[2]), min(shape[0], box.y1 + off[3]), box.label)


def _evidence(prepared: Crop, cues: Cues) -> tuple[live.Evidence, list[int]]:
    shape, grid = prepared.image.shape[:2], prepared.field.regions.labels.shape
    present = sorted({0, *cues.located})
    told = seeds.draw(cues, shape, grid)
    return live.evidence(prepared.field, told, seeds.allowed(cues, shape, present, grid), present), present


def _cells(prepared: Crop) -> np.ndarray:
    return cv2.resize(prepared.field.regions.labels, (CELLS, CELLS), interpolation=cv2.INTER_NEAREST)
