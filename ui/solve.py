"""Cues + an open picture -> a Result, at a bounded size, by a bounded number of threads at once."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from wss_core import CueError, Cues, Point, Result, create, seeds
from wss_core.cues import read_document
from wss_core.segmenter import default_classes

from . import limits
from .sessions import Session, Sessions

sessions = Sessions()
_solving = threading.BoundedSemaphore(limits.SOLVES_AT_ONCE)


class Busy(Exception):
    """No solver came free in time."""


def warm_up() -> None:
    """Have the model read and compiled before the first person asks: afterwards that takes seconds no more."""
    create("auto").segment(np.zeros((48, 64, 3), np.uint8), Cues(points=(Point(32, 24, 1),)))


@contextmanager
def turn(places: threading.BoundedSemaphore):
    """Hold one of the places while inside. Raises Busy when none comes free in WAIT_SECONDS."""
    if not places.acquire(timeout=limits.WAIT_SECONDS):
        raise Busy
    try:
        yield
    finally:
        places.release()


@dataclass(frozen=True)
class Solved:
    """cues: in the pixels of the picture that was sent. result: on the working copy. seconds: of computing."""

    cues: Cues
    classes: tuple[str, ...]
    method: str
    result: Result | None
    seconds: float


def solve(session: Session, cues_json, method: str) -> Solved:
    """Segment an open picture; result None when the cues are empty (then the picture is only prepared).

    Raises CueError or ValueError with what to do, Busy when the server has too much to do.
    """
    if isinstance(cues_json, str) and len(cues_json) > limits.CUES_BYTES:
        raise CueError(f"the cues are over {limits.CUES_BYTES // 2**20} MB. Use fewer or shorter strokes")
    cues, classes = read_document(cues_json, session.full)
    classes = classes or default_classes(cues)
    segmenter = create(method, classes=classes)
    if segmenter.name == "grabcut" and len(cues.located) > limits.GRABCUT_CLASSES:
        raise CueError(f"grabcut takes at most {limits.GRABCUT_CLASSES} classes here. Choose propagate for more")
    side = limits.WORKING_SIDE
    while (len(cues.located) + 1) * side * side * 0.75 > limits.SOLVE_NUMBERS and side > 128:
        side //= 2
    known = len(session.prepared)
    with turn(_solving):
        image, prepared = session.ready(segmenter, side)
        start = time.perf_counter()
        result = None
        if cues.kinds:
            result = segmenter.segment(image, seeds.scaled(cues, session.full, image.shape[:2]), prepared)
            result.labels  # noqa: B018 - computed here, inside the turn and the timing
        seconds = time.perf_counter() - start
    if len(session.prepared) > known:
        sessions.trim()
    return Solved(cues, classes, segmenter.name, result, seconds)
