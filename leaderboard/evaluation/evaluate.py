"""Evaluate a task: a checkpoint or a trial on a benchmark gives a record.

What is finished is kept: records for good, the rows of single images until their record is made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Event

from tqdm import tqdm

from wss_core import hub

from ..benchmarks.benchmark import Benchmark
from ..records import store
from ..records.record import Record
from ..tasks.task import EvalTask, Load
from .build_record import build_failure, build_record, declared_labels
from .child_process import load_checkpoint
from .progress import PartialEvaluation
from .watched_process import LIMITS, EvaluationError, Limits, watched_rows


def checkpoint_task(source: str, benchmark: Benchmark, data: Path, revision: str | None = None) -> EvalTask:
    """The task of evaluating a checkpoint.

    source: USER/REPO (at a revision), a folder, or "builtin". data: the folder of the benchmarks' data. Raises ValueError when
    the checkpoint or the data cannot be read, and for a benchmark of the efficiency track, on which the board trains itself.
    """
    if benchmark.track == "efficiency":
        raise ValueError(
            f"for {benchmark.name} the board trains itself, by `sweep`. Choose another benchmark for a checkpoint"
        )
    checkpoint = hub.info(source, revision)
    data_revision = benchmark.examples(Path(data)).revision
    return EvalTask(checkpoint=checkpoint, benchmark=benchmark, data=Path(data), data_revision=data_revision)


def evaluate(
    task: EvalTask,
    results: Path,
    *,
    limits: Limits = LIMITS,
    progress: bool = True,
    load: Load = load_checkpoint,
    stop: Event | None = None,
) -> Record:
    """The record of a task: the one that lies in the folder `results`, else made in a process of its own and written there.

    An interrupted evaluation continues after the images that were finished. Raises EvaluationError when no record can be made,
    after the reason was written as a Failure, and Stopped soon after `stop` was set.
    """
    record = store.find(task.identity, results)
    if record is not None:
        return record
    partial_evaluation = PartialEvaluation(results, task.identity.name)
    count = len(task.benchmark.examples(task.data))
    start = partial(watched_rows, task, limits=limits, load=load, stop=stop)
    try:
        _check_declared(task)
        _evaluate_missing(partial_evaluation, count, start, task.benchmark.name, progress)
    except EvaluationError as error:
        store.write_failure(build_failure(task, str(error)), results)
        raise
    rows = [partial_evaluation.rows[place] for place in range(count)]
    record = build_record(task, partial_evaluation.process, rows)
    store.write(record, results)
    partial_evaluation.remove()
    return record


def _check_declared(task: EvalTask) -> None:
    """Raise EvaluationError, before any image is segmented, when the checkpoint declares labels that cannot be."""
    try:
        declared_labels(task.checkpoint.training)
    except ValueError as error:
        raise EvaluationError(f"what the checkpoint's config.json declares cannot be: {error}. Mend it") from None


def _evaluate_missing(
    partial_evaluation: PartialEvaluation, count: int, start: Callable[..., Iterator[dict]], name: str, progress: bool
) -> None:
    """Evaluate the images whose rows are missing. start(places=...): begins the process, see `watched_rows`."""
    missing = [place for place in range(count) if place not in partial_evaluation.rows]
    if not missing:
        return
    messages = start(places=missing)
    try:
        partial_evaluation.begin(next(messages))
        before = time.perf_counter()
        rows = tqdm(messages, name, count, initial=count - len(missing), disable=not progress, unit="image")
        for row in rows:
            now = time.perf_counter()
            partial_evaluation.add(row | {"seconds": now - before})
            before = now
    finally:
        messages.close()  # ends the process
