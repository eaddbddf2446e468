"""Cues + an open picture -> a Result, at a bounded size, by a bounded number of threads at once."""

from __future__ import annotations

import threading
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
from ..server.lru import LruCache
from ..server.slots import Overdue, compute_in_slot
from ..server.user import NOBODY, User
from .session import Session

sessions = LruCache()
_solving = threading.BoundedSemaphore(limits.SOLVES_AT_ONCE)
_overdue = threading.BoundedSemaphore(limits.SOLVES_OVERDUE)


def warm_up() -> None:
    """Have the model read and compiled before the first user asks: afterwards that takes seconds no more."""
    create("auto").segment(np.zeros((48, 64, 3), np.uint8), Cues(points=(Point(32, 24, 1),)))


@dataclass(frozen=True)
class Prediction:
    """cues: in the pixels of the picture that was sent. result: on the working copy. seconds: of computing."""

    cues: Cues
    classes: tuple[str, ...]
    method: str
    result: Result | None
    seconds: float


def segment_image(
    session: Session, cues_json, method: str, user: User = NOBODY, seconds: float | None = None
) -> Prediction:
    """Segment an open picture; result None when there is nothing to go by (then the picture is only prepared).

    method, seconds: see `choose`. Raises CueError or ValueError with what to do, Busy when the server has too much to
    do or is still fetching the checkpoint, Overdue when it takes longer than SOLVE_SECONDS, and for as long as it goes on.
    """
    if isinstance(cues_json, str) and len(cues_json) > limits.CUES_BYTES:
        raise CueError(f"the cues are over {limits.CUES_BYTES // 2**20} MB. Use fewer or shorter strokes")
    cues, told = read_document(cues_json, session.full)
    chosen = resolve_model(method, told, user, seconds)
    segmenter = chosen.segmenter
    _check_class_count(segmenter, len(cues.labelled_classes))
    side = _side(len(segmenter.classes) if segmenter.learns else len(cues.labelled_classes) + 1)
    session.check_idle(chosen.name)
    work = partial(_result, session, chosen, cues, side)
    try:
        result, taken = compute_in_slot(work, _solving, _overdue, limits.SOLVE_SECONDS)
    except Overdue as error:
        session.overdue[chosen.name] = error.thread
        raise
    return Prediction(cues, segmenter.classes or default_classes(cues), chosen.name, result, taken)


def _result(session: Session, chosen: ResolvedModel, cues: Cues, side: int) -> tuple[Result | None, float]:
    """(the result on the working copy, None without cues to go by; seconds of computing)."""
    segmenter, known = chosen.segmenter, set(session.prepared)
    image, prepared = session.ready(chosen.name, segmenter, side)
    start = time.perf_counter()
    result = None
    if cues.kinds or segmenter.learns:
        result = segmenter.segment(image, raster.resize_cues(cues, session.full, image.shape[:2]), prepared)
        result.labels  # noqa: B018 - computed here, inside the turn and the timing
    taken = time.perf_counter() - start
    if set(session.prepared) - known:
        sessions.trim()
    return result, taken


def _check_class_count(segmenter: Segmenter, count: int) -> None:
    """Raise CueError when `count` classes, solved one after another, would cost above CLASSES_WORK; two always go."""
    cost = segmenter.cost_per_class
    allowed = max(2, limits.CLASSES_WORK // cost) if cost else count
    if count > allowed:
        raise CueError(f"{segmenter.name} takes at most {allowed} classes here. Choose {METHODS[0].name} for more")


def _side(classes: int) -> int:
    """Pixels of the longer side at which a solve of so many classes stays within SOLVE_NUMBERS."""
    side = limits.WORKING_SIDE
    while classes * side * side * 0.75 > limits.SOLVE_NUMBERS and side > 128:
        side //= 2
    return side
