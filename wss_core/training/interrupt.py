"""Ctrl-C at a moment when all is whole."""

from __future__ import annotations

import signal
import threading


class Interrupt:
    """Ctrl-C waits for the end of a step, so that what is saved is whole; a second one does not wait."""

    def __init__(self):
        self._asked = False
        self._before = None

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *_) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def check(self) -> None:
        """Raise KeyboardInterrupt if it was asked for."""
        if self._asked:
            raise KeyboardInterrupt

    def _ask(self, *_) -> None:
        self.check()
        self._asked = True
