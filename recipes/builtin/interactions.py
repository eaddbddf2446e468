"""Training tasks: a crop of a picture, something on it that a person wants, and the input that CueNet gets of their cues.

Every crop is prepared once, as the page prepares a picture; a lesson on it then costs some 20 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import cv2
import numpy as np

from wss_core import features
from wss_core.builtin.cuenet import STRIDE
from wss_core.conventions import UNKNOWN
from wss_core.cues import Cues, Stroke, raster, simulated_user
from wss_core.imaging.resize import grid_shape
from wss_core.spread import cuenet_inputs, live

from . import session_cues
from .data import TrainImage, crop

SIDE = 320  # pixels of a crop
CELLS = SIDE // STRIDE
GRID = 256  # the solver's
SCRIBBLED = 0.6  # share of the lessons that begin with what a person scribbled, where there is such


@dataclass(frozen=True)
class Crop:
    """image uint8 (SIDE, SIDE, 3); labels uint8 (SIDE, SIDE), one of the picture's maps; field: the solver's, without
    what only full grids need; drawn: what a person scribbled, uint8 (SIDE, SIDE), 255 = nothing, or None."""

    image: np.ndarray
    labels: np.ndarray
    field: live.Field
    drawn: np.ndarray | None = None


@dataclass(frozen=True)
class TaskBatch:
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


def make_batch(
    pictures: list[TrainImage], weights: np.ndarray, count: int, each: int, seed: tuple[int, ...], starts=(0.0, 0.0)
) -> TaskBatch:
    """`each` lessons on each of `count` crops; pictures are drawn by `weights`, which sum to 1. starts: shares of the
    lessons that begin with a single cue, and with nothing but boxes."""
    random = np.random.default_rng(seed)
    images, sessions = [], []
    while len(images) < count:
        prepared = make_crop(pictures[int(random.choice(len(pictures), p=weights))], random)
        tries = (begin_session(prepared, starts, random) for _ in range(3 * each))
        begun = list(islice((session for session in tries if session is not None), each))
        if begun:
            images.append(prepared.image)
            sessions += [begun[i % len(begun)] for i in range(each)]
    sessions = [Session(s.crop, s.truth, s.cues) for s in sessions]  # of their own, where one stands twice
    planes = np.stack([task_planes(session) for session in sessions])
    truths = np.stack([truth_of_task(session.truth) for session in sessions])
    return TaskBatch(np.stack(images), planes, truths, sessions)


def make_crop(picture: TrainImage, random: np.random.Generator) -> Crop:
    """A random crop of the picture, prepared."""
    numbered = picture.maps[int(random.integers(len(picture.maps)))]
    image, labels, drawn = crop(picture, SIDE, random, numbered, picture.drawn)
    grid = grid_shape(image.shape[:2], GRID)
    field = live.prepare(features.extract("texture", image, grid), features.lab(image, grid))
    nothing = np.zeros((0, 0), np.float32)
    return Crop(image, labels, live.Field(nothing, field.region_basis, field.regions, None), drawn)


def begin_session(prepared: Crop, starts: tuple[float, float], random: np.random.Generator) -> Session | None:
    """A session on something on the crop, with its first cues; None when nothing on it is worth one."""
    scribbled = prepared.drawn is not None and random.random() < SCRIBBLED
    truth = session_cues.draw_target(prepared.labels, random, every=scribbled)
    if truth is None:
        return None
    if scribbled:
        cues = Cues(labels=np.where(prepared.drawn == UNKNOWN, UNKNOWN, truth))
        return Session(prepared, truth, cues) if (cues.labels == 1).any() else None
    alone, boxed = starts
    draw = random.random()
    if draw < alone:
        return Session(prepared, truth, simulated_user.add_cue(Cues(), session_cues.first_cue(truth, random)))
    if draw < alone + boxed:
        return Session(prepared, truth, Cues(boxes=session_cues.boxes(truth, random)))
    cues = session_cues.first_cues(truth, random)
    for _ in range(int(random.choice(4, p=(0.4, 0.3, 0.2, 0.1)))):
        cues = _corrected(prepared, truth, cues, random)
    return Session(prepared, truth, cues)


def task_planes(session: Session) -> np.ndarray:
    """float16 (PLANES, CELLS, CELLS) of the session as it stands."""
    cues, small = session.cues, (CELLS, CELLS)
    evidence, class_ids = _evidence(session.crop, cues)
    seeds = raster.draw_seeds(cues, session.truth.shape, small)
    bounds = raster.allowed_regions(cues, session.truth.shape, class_ids, small)
    planes = cuenet_inputs.input_planes(evidence, _cells(session.crop), seeds, bounds, class_ids, class_ids.index(1))
    return planes.astype(np.float16)


def truth_of_task(truth: np.ndarray) -> np.ndarray:
    """uint8 (SIDE / 2, SIDE / 2): 1 wanted, 0 not, 255 ignored."""
    return np.where(truth == UNKNOWN, UNKNOWN, truth == 1)[::2, ::2].astype(np.uint8)


def add_correction(session: Session, logits: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One more cue where the answer, log-odds (CELLS, CELLS), is wrong, and the planes of the session after it, as `task_planes` makes them. Where
    nothing is wrong the session stays as it is."""
    full = cv2.resize(logits, session.truth.shape[::-1], interpolation=cv2.INTER_LINEAR)
    guess = np.where(full > 0, 1, np.where(session.truth == 1, 0, session.truth)).astype(np.uint8)
    before = raster.draw_seeds(session.cues, session.truth.shape, (CELLS, CELLS))
    cue = session_cues.correction(session.truth, guess, random)
    if cue is not None:
        session.cues = simulated_user.add_cue(session.cues, cue)
    planes = task_planes(session).astype(np.float32)
    cuenet_inputs.add_previous_answer(
        planes, logits, raster.draw_seeds(session.cues, session.truth.shape, (CELLS, CELLS)) != before
    )
    return planes.astype(np.float16)


def _corrected(prepared: Crop, truth: np.ndarray, cues: Cues, random: np.random.Generator) -> Cues:
    """One or two more cues where the solver, by superpixels, is wrong."""
    evidence, class_ids = _evidence(prepared, cues)
    guess = np.asarray(class_ids, np.uint8)[evidence.probs.argmax(axis=0)][prepared.field.regions.labels]
    guess = cv2.resize(guess, truth.shape[::-1], interpolation=cv2.INTER_NEAREST)
    for _ in range(int(random.integers(1, 3))):
        cue = session_cues.correction(truth, guess, random)
        if cue is None:
            return cues
        cues = simulated_user.add_cue(cues, cue)
        place = cue.path[0] if isinstance(cue, Stroke) else (cue.x, cue.y)
        guess = np.where(simulated_user.error_region(truth, guess, cue.label, *place), truth, guess)
    return cues


def _evidence(prepared: Crop, cues: Cues) -> tuple[live.RegionEvidence, list[int]]:
    shape, grid = prepared.image.shape[:2], prepared.field.regions.labels.shape
    class_ids = sorted({0, *cues.labelled_classes})
    seeds = raster.draw_seeds(cues, shape, grid)
    return live.region_evidence(
        prepared.field, seeds, raster.allowed_regions(cues, shape, class_ids, grid), class_ids
    ), class_ids


def _cells(prepared: Crop) -> np.ndarray:
    return cv2.resize(prepared.field.regions.labels, (CELLS, CELLS), interpolation=cv2.INTER_NEAREST)
