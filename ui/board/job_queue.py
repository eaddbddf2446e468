"""Checkpoints that wait to be evaluated: so many, one at a time, each with what became of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timezone

log = logging.getLogger(__name__)

WAITING, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
MOST = 20  # that wait or run
KEPT = 50  # that have ended, the newest
MINUTES = 30.0  # for all of one


@dataclass(frozen=True)
class Job:
    """repo: USER/REPO or USER/REPO@REVISION. benchmark: a name, "" = all that it fits. own: asked for by whoever sits at this
    machine, so with its own token. reason: of a failure, or what was found. date: when it was asked for, UTC."""

    number: int
    repo: str
    benchmark: str
    own: bool
    date: str
    state: str = WAITING
    reason: str = ""

    @property
    def ended(self) -> bool:
        return self.state in (DONE, FAILED)


class JobQueue:
    """carry: does an item, and says what was found; it raises ValueError with the reason otherwise, and ends soon after the
    event it is given was set."""

    def __init__(self, carry: Callable[[Job, threading.Event], str], most: int = MOST, minutes: float = MINUTES):
        self._carry, self.most, self.minutes = carry, most, minutes
        self._items: dict[int, Job] = {}
        self._count = 0
        self._lock = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, repo: str, benchmark: str, own: bool) -> Job:
        """Queue it. Raises ValueError when too many wait, or it waits already."""
        with self._lock:
            busy = [item for item in self._items.values() if not item.ended]
            if any((item.repo, item.benchmark) == (repo, benchmark) for item in busy):
                raise ValueError(f"{repo} is queued already. Wait until it is done")
            if len(busy) >= self.most:
                raise ValueError(f"{len(busy)} are waiting already, which is as many as go. Try again later")
            self._count += 1
            now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M")
            item = self._items[self._count] = Job(self._count, repo, benchmark, own, now)
            self._forget()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="evaluations", daemon=True)
                self._thread.start()
            self._lock.notify()
        return item

    def jobs(self) -> list[Job]:
        """All that are remembered, newest first."""
        with self._lock:
            return [*reversed(self._items.values())]

    @property
    def busy(self) -> bool:
        """Whether something waits or runs."""
        return any(not item.ended for item in self.jobs())

    def _work(self) -> None:
        while True:
            with self._lock:
                while (item := next((one for one in self._items.values() if one.state == WAITING), None)) is None:
                    self._lock.wait()
                self._items[item.number] = replace(item, state=RUNNING)
            state, reason = self._done(item)
            with self._lock:
                self._items[item.number] = replace(item, state=state, reason=reason)

    def _done(self, item: Job) -> tuple[str, str]:
        stop = threading.Event()
        clock = threading.Timer(60 * self.minutes, stop.set)
        clock.daemon = True
        clock.start()
        try:
            return DONE, self._carry(item, stop)
        except ValueError as error:
            return FAILED, str(error)
        except Exception as error:
            log.exception("evaluating %s failed", item.repo)
            if stop.is_set():
                return FAILED, f"it took more than {self.minutes:g} minutes. Make it faster, or evaluate it yourself"
            return FAILED, f"the board failed on it ({type(error).__name__}). Tell whoever runs this board"
        finally:
            clock.cancel()

    def _forget(self) -> None:
        ended = [number for number, item in self._items.items() if item.ended]
        for number in ended[: max(0, len(ended) - KEPT)]:
            del self._items[number]
