"""Turns: how much is done at once, and what one is told who has to wait."""

from __future__ import annotations

import threading
from contextlib import contextmanager

from . import limits


class Busy(Exception):
    """No turn came free in time, or something is not there yet. Asking again helps."""


@contextmanager
def turn(places: threading.BoundedSemaphore, seconds: float | None = None):
    """Hold one of the places while inside. Raises Busy when none comes free in so long, WAIT_SECONDS when None."""
    if not places.acquire(timeout=limits.WAIT_SECONDS if seconds is None else seconds):
        raise Busy
    try:
        yield
    finally:
        places.release()
