"""The checkpoints that visitors submitted: they are evaluated one at a time, and each shows what became of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone

from ..server.job_queue import DONE, FAILED, Job, JobQueue, QueueFull

log = logging.getLogger(__name__)

MAX_UNFINISHED = 20  # that wait or run
MAX_ENDED = 50  # that are remembered
MINUTES = 30.0  # for one submission, all its benchmarks together


@dataclass(eq=False, kw_only=True)
class Submission(Job):
    """A checkpoint to evaluate.

    repo: USER/REPO or USER/REPO@REVISION. benchmark: a name, "" for all that it fits. own: whether the person at this
    machine submitted it, so that the machine's own token is used. date: when, UTC. reason: of a failure, or the scores.
    """

    repo: str
    benchmark: str
    own: bool
    date: str
    reason: str = ""


class EvaluationQueue(JobQueue[Submission]):
    """Evaluates submissions.

    evaluate: evaluates one and returns its scores in words; it raises ValueError with the reason otherwise, and ends
    soon after the event it is given was set, which happens after `minutes`.
    """

    def __init__(
        self,
        evaluate: Callable[[Submission, threading.Event], str],
        max_unfinished: int = MAX_UNFINISHED,
        max_ended: int = MAX_ENDED,
        minutes: float = MINUTES,
    ):
        super().__init__("evaluations", max_unfinished, max_ended)
        self._evaluate, self.minutes = evaluate, minutes

    def submit(self, repo: str, benchmark: str, own: bool) -> None:
        """Queue a checkpoint. Raises ValueError when too many wait, or when it waits already."""
        if any((job.repo, job.benchmark) == (repo, benchmark) for job in self.jobs() if not job.ended):
            raise ValueError(f"{repo} is queued already. Wait until it is done")
        now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M")
        try:
            self.add(Submission(repo=repo, benchmark=benchmark, own=own, date=now))
        except QueueFull:
            raise ValueError(
                f"{self.max_unfinished} checkpoints are waiting already, which is the most possible. Try again later"
            ) from None

    @property
    def busy(self) -> bool:
        """Whether a submission waits or runs."""
        return any(not job.ended for job in self.jobs())

    def _run(self, job: Submission) -> None:
        stop = threading.Event()
        timer = threading.Timer(60 * self.minutes, stop.set)
        timer.daemon = True
        timer.start()
        try:
            job.reason, state = self._evaluate(job, stop), DONE
        except ValueError as error:
            job.reason, state = str(error), FAILED
        except Exception as error:
            log.exception("evaluating %s failed", job.repo)
            job.reason, state = self._explain(error, stop.is_set()), FAILED
        finally:
            timer.cancel()
        job.state = state

    def _explain(self, error: Exception, timed_out: bool) -> str:
        if timed_out:
            return f"it took more than {self.minutes:g} minutes. Make it faster, or evaluate it yourself"
        return f"the board failed on it ({type(error).__name__}). Tell whoever runs this board"
