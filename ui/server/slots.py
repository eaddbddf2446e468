"""Turns: how much is done at once, and what one is told who has to wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager
from typing import TypeVar

from . import limits

Answer = TypeVar("Answer")


class Busy(Exception):
    """No turn came free in time, or something is not there yet. Asking again helps."""


class Overdue(ValueError):
    """What was asked takes longer than it may; a sentence for the visitor. thread: where it still goes on."""

    def __init__(self, thread: threading.Thread):
        super().__init__(
            "this takes too long on this server. Draw fewer cues, choose another method or a smaller picture"
        )
        self.thread = thread


@contextmanager
def slot(places: threading.BoundedSemaphore, seconds: float | None = None):
    """Hold one of the places while inside. Raises Busy when none comes free in so long, WAIT_SECONDS when None."""
    if not places.acquire(timeout=limits.WAIT_SECONDS if seconds is None else seconds):
        raise Busy
    try:
        yield
    finally:
        places.release()


def compute_in_slot(
    work: Callable[[], Answer], places: threading.BoundedSemaphore, overdue: threading.BoundedSemaphore, seconds: float
) -> Answer:
    """What `work` returns or raises; a thread of its own does it, which holds one of the places.

    Raises Busy when no place comes free, and Overdue when the work takes longer than so many seconds. A thread cannot be
    ended, so it goes on, but it swaps its place for one of `overdue`, and the next person has the turn. Where none of
    these is free it keeps its place: there are never more threads than both have places.
    """
    if not places.acquire(timeout=limits.WAIT_SECONDS):
        raise Busy
    worker = _Worker(work, places)
    try:
        worker.start()
    except RuntimeError:  # the system gives no more threads
        places.release()
        raise Busy from None
    worker.join(seconds)
    if worker.is_alive():
        worker.move(overdue)
        raise Overdue(worker)
    if worker.error is not None:
        raise worker.error
    return worker.answer


class _Worker(threading.Thread):
    def __init__(self, work: Callable, held: threading.BoundedSemaphore):
        super().__init__(daemon=True)  # the server may stop meanwhile
        self.answer, self.error = None, None
        self._work, self._held, self._moving = work, held, threading.Lock()

    def run(self):
        try:
            self.answer = self._work()
        except BaseException as error:
            self.error = error
        finally:
            with self._moving:
                held, self._held = self._held, None
                held.release()

    def move(self, places: threading.BoundedSemaphore) -> None:
        """Hold one of these places instead, if one is free and the work is not done."""
        with self._moving:
            if self._held is not None and places.acquire(blocking=False):
                self._held.release()
                self._held = places
