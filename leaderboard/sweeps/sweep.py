"""Pieces of work by the dozen, by one of ENGINES. Each leads to one record; those that are there are not made again."""

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

LOOK = 1.0  # seconds between two looks at whether others are done


@dataclass(frozen=True)
class SweepFolders:
    """results: the folder of the records. keep: where trained checkpoints stay, by the names of their records; None = they
    are thrown away."""

    results: Path
    keep: Path | None = None

    def checkpoint(self, work: EvalTask) -> Path:
        """Where the work's trained checkpoint lies, and what its training keeps meanwhile."""
        return (self.keep or self.results / UNFINISHED) / work.identity.name

    def lock(self, work: EvalTask) -> Path:
        return self.results / UNFINISHED / f"{work.identity.name}.lock"


def run_task(
    work: EvalTask, place: SweepFolders, wait: bool = True, limits: Limits = LIMITS, stop: Event | None = None
) -> Record | Failure | None:
    """The record of the work, or why there is none; both are written. Nothing else comes of it, wherever it is done.

    None when somebody else is at it, unless `wait`: then what they make. Raises Stopped soon after `stop` was set.
    """
    folder = place.checkpoint(work)
    load = load_checkpoint if work.trial is None else partial(train_or_load, work, folder)
    with _claimed(place.lock(work), wait, stop) as ours:
        if not ours:
            return None
        try:
            record = evaluate(work, place.results, limits=limits, progress=False, load=load, stop=stop)
        except EvaluationError:
            return store.find_failure(work.identity, place.results)
        if place.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
        return record


def sweep(
    works: Sequence[EvalTask], place: SweepFolders, engine: Engine, retry: bool = False, progress: bool = True
) -> Iterator[Record | Failure]:
    """Do the works that have no record yet, nor have failed before, unless `retry`; what they lead to, as it comes.

    What others are at is waited for at the end. Raises ValueError when the data cannot be read.
    """
    left = [work for work in works if _wanted(work, place.results, retry)]
    bar = tqdm(total=len(works), initial=len(works) - len(left), desc="sweep", unit="trial", disable=not progress)
    clock = TimeEstimate(left)
    with bar:
        for wait in (False, True):
            busy = []
            for work, outcome in engine(left, partial(run_task, place=place, wait=wait)):
                if outcome is None:
                    busy.append(work)
                    continue
                _write(outcome, place.results)
                bar.set_postfix_str(f"about {clock.after(work)} left", refresh=False)
                bar.update()
                yield outcome
            left = busy


class TimeEstimate:
    """How long the rest will take: for each method, what its trials took so far; for those not seen yet, what any did."""

    def __init__(self, works: Iterable[EvalTask]):
        self.left = Counter(work.checkpoint.method for work in works)
        self.took: dict[str, list[float]] = {}
        self.last = time.monotonic()

    def after(self, work: EvalTask) -> str:
        """H:MM:SS, now that the work is done."""
        now, method = time.monotonic(), work.checkpoint.method
        self.took.setdefault(method, []).append(now - self.last)
        self.left[method] -= 1
        self.last = now
        usual = mean(seconds for times in self.took.values() for seconds in times)
        seconds = sum(count * mean(self.took.get(name, [usual])) for name, count in self.left.items())
        return str(timedelta(seconds=round(seconds)))


@contextmanager
def _claimed(path: Path, wait: bool, stop: Event | None) -> Iterator[bool]:
    """Whether the work is ours alone inside; nobody holds it any more when its process has ended."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    while not lock.is_locked:
        try:
            lock.acquire(timeout=LOOK if wait else 0)
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


def _wanted(work: EvalTask, results: Path, retry: bool) -> bool:
    failed = store.find_failure(work.identity, results) is not None
    return store.find(work.identity, results) is None and (retry or not failed)


def _write(outcome: Record | Failure, results: Path) -> None:
    """Where it was made, this folder of results may not be at hand."""
    if isinstance(outcome, Record):
        store.write(outcome, results)
    else:
        store.write_failure(outcome, results)
