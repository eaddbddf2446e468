"""A queue of jobs that are done one at a time, in the order they came, in a thread of its own."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
ENDED = (DONE, FAILED, CANCELLED)


@dataclass(eq=False, kw_only=True)
class Job:
    """state: WAITING, RUNNING, or one of ENDED."""

    state: str = WAITING

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.state in ENDED


J = TypeVar("J", bound=Job)


class QueueFull(ValueError):
    """The queue takes no more jobs for now."""


class JobQueue(Generic[J]):
    """Jobs by key. A subclass says in `_run` how one is done, and in `_idle` what happens when there is none.

    max_unfinished: the most jobs that wait or run. max_ended: how many that have ended are remembered, the newest ones.
    idle_seconds: after this time without a job `_idle` is called, None for never.
    """

    def __init__(self, name: str, max_unfinished: int, max_ended: int, idle_seconds: float | None = None):
        self.name, self.max_unfinished, self.max_ended, self.idle_seconds = (
            name,
            max_unfinished,
            max_ended,
            idle_seconds,
        )
        self._jobs: OrderedDict[str, J] = OrderedDict()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, job: J) -> str:
        """Queue the job and return its key, which nobody can guess. Raises QueueFull when too many wait."""
        key = secrets.token_urlsafe(18)
        with self._changed:
            if sum(not other.ended for other in self._jobs.values()) >= self.max_unfinished:
                raise QueueFull(f"{self.max_unfinished} jobs are waiting already. Try again later")
            self._jobs[key] = job
            ended = [old for old, other in self._jobs.items() if other.ended]
            for old in ended[: max(0, len(ended) - self.max_ended)]:
                del self._jobs[old]
            self._wake()
        return key

    def get(self, key: object) -> J | None:
        """Return the job of a key, None when it was forgotten or never was."""
        with self._changed:
            return self._jobs.get(key) if isinstance(key, str) else None

    def jobs(self) -> list[J]:
        """Return all jobs that are remembered, newest first."""
        with self._changed:
            return [*reversed(self._jobs.values())]

    def jobs_before(self, job: J) -> int:
        """Count the jobs that are done before this one; 0 for one that runs or has ended."""
        with self._changed:
            waiting = self._waiting()
            running = any(other.state == RUNNING for other in self._jobs.values())
            return waiting.index(job) + running if job in waiting else 0

    def _waiting(self) -> list[J]:
        return [job for job in self._jobs.values() if job.state == WAITING]

    def _wake(self) -> None:
        """Called with the lock held: start the thread at the first job, or tell it that there is something to do."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self.name, daemon=True)
            self._thread.start()
        self._changed.notify()

    def _work(self) -> None:
        while True:
            job = self._next_job()
            if job is None:
                self._idle()
            else:
                self._run(job)

    def _next_job(self) -> J | None:
        """Wait for the next job and mark it as running; None after idle_seconds without one."""
        with self._changed:
            while not (waiting := self._waiting()):
                if not self._changed.wait(self.idle_seconds):
                    return None
            waiting[0].state = RUNNING
            return waiting[0]

    def _run(self, job: J) -> None:
        """Do the job and set its state to one of ENDED. Must not raise."""
        raise NotImplementedError

    def _idle(self) -> None:
        """Nothing was to do for idle_seconds."""
