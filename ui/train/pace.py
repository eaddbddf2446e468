"""How long a training will take, seen from its first steps."""

from __future__ import annotations

import time
from collections.abc import Callable

FIRST, LAST = 3, 8  # the steps between which time is taken: before, things are made and compiled
LEAST = 20


class TooSlow(Exception):
    """All steps would take too long. steps: how many will fit."""

    def __init__(self, steps: int):
        super().__init__(f"{steps} steps fit")
        self.steps = steps


class Pace:
    """seconds: that all steps together may take."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic):
        self.seconds, self.clock = seconds, clock
        self._begun = 0.0

    def watch(self, step: int, steps: int) -> None:
        """To be called after each step, which are counted from 1. Raises TooSlow once that is known."""
        if step == FIRST:
            self._begun = self.clock()
        if step == LAST:
            each = (self.clock() - self._begun) / (LAST - FIRST)
            if each * steps > self.seconds:
                raise TooSlow(max(LEAST, int(self.seconds / each)))
