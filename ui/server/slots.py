"""Slots: how many pieces of work run at once, and what happens to one that has to wait or takes too long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager
from typing import TypeVar

from . import limits

T = TypeVar("T")


class Busy(Exception):
    """No slot came free in time, or something is still being loaded. Asking again helps."""


class Overdue(ValueError):
    """The work takes longer than it may; the text is a sentence for the visitor. thread: where it still goes on."""

    def __init__(self, thread: threading.Thread):
        super().__init__(
            "this takes too long on this server. Draw fewer cues, choose another method or a smaller picture"
        )
        self.thread = thread


@contextmanager
def slot(slots: threading.BoundedSemaphore, seconds: float | None = None):
    """Hold one of the slots while inside. Raises Busy when none is free within `seconds` (WAIT_SECONDS when None)."""
    if not slots.acquire(timeout=limits.WAIT_SECONDS if seconds is None else seconds):
        raise Busy
    try:
        yield
    finally:
        slots.release()


def compute_in_slot(
    work: Callable[[], T], slots: threading.BoundedSemaphore, overdue: threading.BoundedSemaphore, seconds: float
) -> T:
    """Return what `work` returns, or raise what it raises; it runs in a thread of its own, which holds one of the slots.

    Raises Busy when no slot is free, and Overdue when the work takes longer than `seconds`. A thread cannot be stopped,
    so it goes on, but it exchanges its slot for one of `overdue`, and the next person gets the slot. When none of these
    is free it keeps its slot: there are never more threads than both have slots.
    """
    if not slots.acquire(timeout=limits.WAIT_SECONDS):
        raise Busy
    worker = _Worker(work, slots)
    try:
        worker.start()
    except RuntimeError:  # the system gives no more threads
        slots.release()
        raise Busy from None
    worker.join(seconds)
    if worker.is_alive():
        worker.move_to(overdue)
        raise Overdue(worker)
    if worker.error is not None:
        raise worker.error
    return worker.result


class _Worker(threading.Thread):
    def __init__(self, work: Callable, slots: threading.BoundedSemaphore):
        super().__init__(daemon=True)  # the server may stop meanwhile
        self.result, self.error = None, None
        self._work, self._slots, self._moving = work, slots, threading.Lock()

    def run(self):
        try:
            self.result = self._work()
        except BaseException as error:
            self.error = error
        finally:
            with self._moving:
                slots, self._slots = self._slots, None
                slots.release()

    def move_to(self, slots: threading.BoundedSemaphore) -> None:
        """Hold one of these slots instead, if one is free and the work is not done."""
        with self._moving:
            if self._slots is not None and slots.acquire(blocking=False):
                self._slots.release()
                self._slots = slots
