"""Sweeps: many tasks are done by an engine. Each leads to one record; tasks that have a record are not done again."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import mean
from threading import Event

from filelock import FileLock, Timeout
from tqdm import tqdm

from ..evaluation.child_process import load_checkpoint
from ..evaluation.evaluate import evaluate
from ..evaluation.progress import UNFINISHED
from ..evaluation.watched_process import LIMITS, EvaluationError, Limits, Stopped
from ..records import store
from ..records.record import Failure, Record
from ..tasks.task import EvalTask
from .engines import Engine
from .train import train_or_load

POLL = 1.0  # seconds between two looks at whether another process has finished a task


@dataclass(frozen=True)
class SweepFolders:
    """Where a sweep writes."""

    results: Path
    "The folder of the records."
    checkpoints: Path | None = None
    "Where trained checkpoints are kept, in folders named as their records; None = they are deleted."

    def checkpoint(self, task: EvalTask) -> Path:
        """The folder of a task's trained checkpoint, and of the state of its training."""
        return (self.checkpoints or self.results / UNFINISHED) / task.identity.name

    def lock(self, task: EvalTask) -> Path:
        """The file that is locked by the process that does a task."""
        return self.results / UNFINISHED / f"{task.identity.name}.lock"


def run_task(
    task: EvalTask, folders: SweepFolders, *, wait: bool = True, limits: Limits = LIMITS, stop: Event | None = None
) -> Record | Failure | None:
    """Train and evaluate a task, and return its record, or its failure; both are written.

    wait: whether to wait for another process that does the task and return what it makes; otherwise the result is then None.
    Raises Stopped soon after `stop` was set.
    """
    folder = folders.checkpoint(task)
    load = load_checkpoint if task.trial is None else partial(train_or_load, task, folder)
    with _claim(folders.lock(task), wait, stop) as claimed:
        if not claimed:
            return None
        try:
            record = evaluate(task, folders.results, limits=limits, progress=False, load=load, stop=stop)
        except EvaluationError:
            return store.find_failure(task.identity, folders.results)
        if folders.checkpoints is None:
            shutil.rmtree(folder, ignore_errors=True)
        return record


def sweep(
    tasks: Sequence[EvalTask], folders: SweepFolders, engine: Engine, *, retry: bool = False, progress: bool = True
) -> Iterator[Record | Failure]:
    """Do the tasks that have no record, nor a failure unless `retry`, and yield their records and failures as they come.

    Tasks that other processes do meanwhile are waited for at the end. Raises ValueError when the data cannot be read.
    """
    remaining = [task for task in tasks if _is_wanted(task, folders.results, retry)]
    done_before = len(tasks) - len(remaining)
    bar = tqdm(total=len(tasks), initial=done_before, desc="sweep", unit="trial", disable=not progress)
    estimate = TimeEstimate(remaining)
    with bar:
        for wait in (False, True):
            claimed_elsewhere = []
            for task, outcome in engine(remaining, partial(run_task, folders=folders, wait=wait)):
                if outcome is None:
                    claimed_elsewhere.append(task)
                    continue
                _write(outcome, folders.results)
                bar.set_postfix_str(f"about {estimate.after(task)} left", refresh=False)
                bar.update()
                yield outcome
            remaining = claimed_elsewhere


class TimeEstimate:
    """Estimates how long the remaining tasks will take, from the mean time of each method's tasks so far.

    A method of which no task is done yet is taken to need the mean time of all.
    """

    def __init__(self, tasks: Iterable[EvalTask]):
        self.remaining = Counter(task.checkpoint.method for task in tasks)
        self.seconds: dict[str, list[float]] = {}  # by method
        self.last = time.monotonic()

    def after(self, task: EvalTask) -> str:
        """The time left, as H:MM:SS, now that the task is done."""
        now, method = time.monotonic(), task.checkpoint.method
        self.seconds.setdefault(method, []).append(now - self.last)
        self.remaining[method] -= 1
        self.last = now
        overall = mean(seconds for times in self.seconds.values() for seconds in times)
        left = sum(count * mean(self.seconds.get(name, [overall])) for name, count in self.remaining.items())
        return str(timedelta(seconds=round(left)))


@contextmanager
def _claim(path: Path, wait: bool, stop: Event | None) -> Iterator[bool]:
    """Lock the file, and give whether that succeeded. The lock of a process ends with it, however it ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    while not lock.is_locked:
        try:
            lock.acquire(timeout=POLL if wait else 0)
        except Timeout:
            if stop is not None and stop.is_set():
                raise Stopped("waiting for another") from None
            if not wait:
                break
    try:
        yield lock.is_locked
    finally:
        if lock.is_locked:
            path.unlink(missing_ok=True)
            lock.release()


def _is_wanted(task: EvalTask, results: Path, retry: bool) -> bool:
    failed = store.find_failure(task.identity, results) is not None
    return store.find(task.identity, results) is None and (retry or not failed)


def _write(outcome: Record | Failure, results: Path) -> None:
    """Write the outcome here too: the machine that made it may not share this folder."""
    if isinstance(outcome, Record):
        store.write(outcome, results)
    else:
        store.write_failure(outcome, results)
