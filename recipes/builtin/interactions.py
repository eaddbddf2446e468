"""Training tasks: a crop of a picture, a target on it, and the input that CueNet gets of their cues.

Every crop is prepared once, as the page prepares a picture; a task on it then takes about 20 ms.
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
GRID = 256  # longer side of the solver's grid, in cells
SCRIBBLED = 0.6  # share of the tasks that begin with the scribbles of a person, if there are any


@dataclass(frozen=True)
class Crop:
    """A crop of a training image, prepared for the solver."""

    image: np.ndarray
    """RGB, uint8 (SIDE, SIDE, 3)."""
    labels: np.ndarray
    """One of the label maps of the image, uint8 (SIDE, SIDE), 255 = ignored."""
    field: live.Field
    """The field of the live solver, without the parts that only full grids need."""
    drawn: np.ndarray | None = None
    """Scribbles of a person, uint8 (SIDE, SIDE), 255 = none; or None."""


@dataclass(frozen=True)
class TaskBatch:
    """A batch of training tasks; the tasks on one crop follow one another."""

    images: np.ndarray
    """The crops, uint8 (B, SIDE, SIDE, 3)."""
    planes: np.ndarray
    """Input planes of CueNet, float16 (B * each, PLANES, CELLS, CELLS)."""
    truth: np.ndarray
    """The target, uint8 (B * each, SIDE / 2, SIDE / 2): 1 object, 0 rest, 255 ignored."""
    sessions: list[Session]
    """The sessions, to which more cues can be added."""


@dataclass
class Session:
    """A simulated session: a target on a crop, and the cues given so far."""

    crop: Crop
    """The crop."""
    truth: np.ndarray
    """The target, uint8 (SIDE, SIDE): 1 object, 0 and 2, 3, .. the rest, 255 ignored."""
    cues: Cues
    """The cues so far."""


def make_batch(
    pictures: list[TrainImage], weights: np.ndarray, count: int, each: int, seed: tuple[int, ...], starts=(0.0, 0.0)
) -> TaskBatch:
    """Make `each` training tasks on each of `count` crops; images are drawn by `weights`, which sum to 1.

    starts: shares of the tasks that begin with a single cue, and with boxes alone.
    """
    random = np.random.default_rng(seed)
    images, sessions = [], []
    while len(images) < count:
        prepared = make_crop(pictures[int(random.choice(len(pictures), p=weights))], random)
        tries = (begin_session(prepared, starts, random) for _ in range(3 * each))
        begun = list(islice((session for session in tries if session is not None), each))
        if begun:
            images.append(prepared.image)
            sessions += [begun[i % len(begun)] for i in range(each)]
    sessions = [Session(s.crop, s.truth, s.cues) for s in sessions]  # copies, as one session may stand twice
    planes = np.stack([task_planes(session) for session in sessions])
    truths = np.stack([truth_of_task(session.truth) for session in sessions])
    return TaskBatch(np.stack(images), planes, truths, sessions)


def make_crop(picture: TrainImage, random: np.random.Generator) -> Crop:
    """Cut a random crop of the image and prepare it."""
    numbered = picture.maps[int(random.integers(len(picture.maps)))]
    image, labels, drawn = crop(picture, SIDE, random, numbered, picture.drawn)
    grid = grid_shape(image.shape[:2], GRID)
    field = live.prepare(features.extract("texture", image, grid), features.lab(image, grid))
    nothing = np.zeros((0, 0), np.float32)
    return Crop(image, labels, live.Field(nothing, field.region_basis, field.regions, None), drawn)


def begin_session(prepared: Crop, starts: tuple[float, float], random: np.random.Generator) -> Session | None:
    """Begin a session on a target on the crop, with its first cues; None if the crop has no suitable target."""
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
    """Compute the input planes of the session with its cues so far, float16 (PLANES, CELLS, CELLS)."""
    cues, small = session.cues, (CELLS, CELLS)
    evidence, class_ids = _evidence(session.crop, cues)
    seeds = raster.draw_seeds(cues, session.truth.shape, small)
    bounds = raster.allowed_regions(cues, session.truth.shape, class_ids, small)
    planes = cuenet_inputs.input_planes(evidence, _cells(session.crop), seeds, bounds, class_ids, class_ids.index(1))
    return planes.astype(np.float16)


def truth_of_task(truth: np.ndarray) -> np.ndarray:
    """Reduce the target to uint8 (SIDE / 2, SIDE / 2): 1 object, 0 rest, 255 ignored."""
    return np.where(truth == UNKNOWN, UNKNOWN, truth == 1)[::2, ::2].astype(np.uint8)


def add_correction(session: Session, logits: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Add a cue where the prediction, log-odds (CELLS, CELLS), is wrong; returns the planes as `task_planes` does.

    Where nothing is wrong the session stays as it is.
    """
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
    """Add one or two cues where the result of the solver, by superpixels, is wrong."""
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
