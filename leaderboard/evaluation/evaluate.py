"""A checkpoint on a benchmark -> a record. What is finished is kept: records for good, pictures until theirs is made."""

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
    """The work of evaluating a checkpoint: USER/REPO (at a revision), a folder, or "builtin". Raises ValueError."""
    if benchmark.track == "efficiency":
        raise ValueError(
            f"for {benchmark.name} the board trains itself, by `sweep`. Choose another benchmark for a checkpoint"
        )
    checkpoint = hub.info(source, revision)
    found = benchmark.examples(Path(data)).revision
    return EvalTask(checkpoint=checkpoint, benchmark=benchmark, data=Path(data), data_revision=found)


def evaluate(
    work: EvalTask,
    results: Path,
    limits: Limits = LIMITS,
    progress: bool = True,
    load: Load = load_checkpoint,
    stop: Event | None = None,
) -> Record:
    """The record of the work: the one in the folder `results`, or made in a process of its own and written there.

    An interrupted evaluation goes on after the pictures that were finished. Raises EvaluationError when it cannot be made,
    once the reason is written; Stopped soon after `stop` was set.
    """
    known = store.find(work.identity, results)
    if known is not None:
        return known
    kept = PartialEvaluation(results, work.identity.name)
    count = len(work.benchmark.examples(work.data))
    try:
        _check_declared(work)
        _finish(
            kept, count, partial(watched_rows, work, limits=limits, load=load, stop=stop), work.benchmark.name, progress
        )
    except EvaluationError as error:
        store.write_failure(build_failure(work, str(error)), results)
        raise
    record = build_record(work, kept.about, [kept.rows[place] for place in range(count)])
    store.write(record, results)
    kept.remove()
    return record


def _check_declared(work: EvalTask) -> None:
    """Before anything is segmented. Raises EvaluationError for a checkpoint that says of itself what cannot be."""
    try:
        declared_labels(work.checkpoint.training)
    except ValueError as error:
        raise EvaluationError(f"what the checkpoint's config.json declares cannot be: {error}. Mend it") from None


def _finish(kept: PartialEvaluation, count: int, ask: Callable[..., Iterator[dict]], name: str, progress: bool) -> None:
    """Have the pictures done that are not done yet."""
    todo = [place for place in range(count) if place not in kept.rows]
    if not todo:
        return
    said = ask(places=todo)
    try:
        kept.begin(next(said))
        before = time.perf_counter()
        shown = tqdm(said, name, count, initial=count - len(todo), disable=not progress, unit="image")
        for row in shown:
            now = time.perf_counter()
            kept.add(row | {"seconds": now - before})
            before = now
    finally:
        said.close()  # ends the process
