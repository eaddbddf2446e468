"""Segments an open picture from cues, at a bounded size and by a bounded number of threads at once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial

import numpy as np

from wss_core import CueError, Cues, Point, Result, create
from wss_core.cues import raster, read_document
from wss_core.methods import METHODS
from wss_core.segmenter import Segmenter, default_classes

from ..checkpoints.resolve import ResolvedModel, resolve_model
from ..server import limits
from ..server.slots import Overdue, compute_in_slot
from ..server.user import NOBODY, User
from .session import Session
from .state import SegmentState

MIN_SIDE = 128


def load_model() -> None:
    """Load the built-in model and compile its code: the first prediction takes seconds, later ones do not."""
    create("auto").segment(np.zeros((48, 64, 3), np.uint8), Cues(points=(Point(32, 24, 1),)))


@dataclass(frozen=True)
class Prediction:
    """cues: in pixels of the picture that was sent. result: of the working copy, None when there are no cues.

    method: the name of the model. seconds: of computing.
    """

    cues: Cues
    classes: tuple[str, ...]
    method: str
    result: Result | None
    seconds: float


def segment_image(
    state: SegmentState,
    session: Session,
    cues_json: str | dict,
    method: str,
    user: User = NOBODY,
    seconds: float | None = None,
) -> Prediction:
    """Segment an open picture with the model called `method`; without cues to go by it is only prepared.

    seconds: how long to wait for a checkpoint, see `resolve_model`. Raises CueError or ValueError with what to do, Busy
    when the server has too much to do or is still loading the model, and Overdue when the prediction takes longer than
    SOLVE_SECONDS, as long as it goes on.
    """
    if isinstance(cues_json, str) and len(cues_json) > limits.CUES_BYTES:
        raise CueError(f"the cues are over {limits.CUES_BYTES // 2**20} MB. Use fewer or shorter strokes")
    state.loading.wait()
    cues, classes = read_document(cues_json, session.full_size)
    model = resolve_model(state.checkpoints, method, classes, user, seconds)
    segmenter = model.segmenter
    check_class_count(segmenter, len(cues.labelled_classes))
    side = _working_side(len(segmenter.classes) if segmenter.learns else len(cues.labelled_classes) + 1)
    session.check_idle(model.name)
    work = partial(_predict, state, session, model, cues, side)
    try:
        result, taken = compute_in_slot(work, state.solving, state.overdue, limits.SOLVE_SECONDS)
    except Overdue as error:
        session.overdue[model.name] = error.thread
        raise
    return Prediction(cues, segmenter.classes or default_classes(cues), model.name, result, taken)


def _predict(
    state: SegmentState, session: Session, model: ResolvedModel, cues: Cues, side: int
) -> tuple[Result | None, float]:
    """(The result on the working copy, None without cues to go by; seconds of computing)."""
    segmenter, known = model.segmenter, set(session.prepared)
    image, prepared = session.prepare(model.name, segmenter, side)
    start = time.perf_counter()
    result = None
    if cues.kinds or segmenter.learns:
        result = segmenter.segment(image, raster.resize_cues(cues, session.full_size, image.shape[:2]), prepared)
        result.labels  # noqa: B018 - computed here, inside the slot and the timing
    taken = time.perf_counter() - start
    if set(session.prepared) - known:
        state.sessions.trim()
    return result, taken


def check_class_count(segmenter: Segmenter, classes: int) -> None:
    """Raise CueError when this many classes, solved one after another, cost more than CLASSES_WORK; two are possible."""
    cost = segmenter.cost_per_class
    max_classes = max(2, limits.CLASSES_WORK // cost) if cost else classes
    if classes > max_classes:
        raise CueError(f"{segmenter.name} takes at most {max_classes} classes here. Choose {METHODS[0].name} for more")


def _working_side(classes: int) -> int:
    """Pixels of the longer side at which a prediction of this many classes stays within SOLVE_VALUES."""
    side = limits.WORKING_SIDE
    while classes * side * side * 0.75 > limits.SOLVE_VALUES and side > MIN_SIDE:
        side //= 2
    return side
