"""What takes seconds to load is loaded behind the page, so that the page answers at once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from . import limits
from .slots import Busy

log = logging.getLogger(__name__)


class BackgroundLoading:
    """Runs loading steps in a thread of its own. `essential` is loaded first, and requests can wait for it alone.

    A step that fails is logged and left: whoever needs it loads it again, and gets the error then.
    """

    def __init__(self, essential: Callable[[], None] = lambda: None, others: Sequence[Callable[[], None]] = ()):
        self._steps = [essential, *others]
        self._ready = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, step: Callable[[], None]) -> None:
        """Add a last step, before the start."""
        self._steps.append(step)

    @property
    def is_loading(self) -> bool:
        """Whether the essential part is being loaded just now."""
        return self._thread is not None and not self._ready.is_set()

    def start(self) -> None:
        """Begin to load, once."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="loading", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Wait until the essential part is loaded, if it is being loaded. Raises Busy after MODEL_WAIT_SECONDS."""
        if self.is_loading and not self._ready.wait(limits.MODEL_WAIT_SECONDS):
            raise Busy

    def _run(self) -> None:
        for step in self._steps:
            try:
                step()
            except Exception:
                log.exception("loading failed")
            self._ready.set()
