"""Discovery: checkpoints that have no record yet are found on the Hub, by their tag, or below a folder, and evaluated."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wss_core import hub
from wss_core.hub import Checkpoint

from ..benchmarks.benchmark import Benchmark
from ..records import store
from ..records.record import Failure, Record
from ..tasks.task import EvalTask, Load
from .child_process import load_checkpoint
from .evaluate import evaluate
from .watched_process import LIMITS, EvaluationError, Limits

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Discovery:
    """The outcome of a search."""

    records: tuple[Record, ...]
    "The records made now."
    failures: tuple[Failure, ...]
    "The failures of now."
    known: int
    "How many tasks were left out, because they have a record or have failed before."


def discover(
    where: str,
    benchmarks: Sequence[Benchmark],
    data: Path,
    results: Path,
    *,
    limit: int = 100,
    retry: bool = False,
    limits: Limits = LIMITS,
    progress: bool = True,
    load: Load = load_checkpoint,
) -> Discovery:
    """Evaluate the newest `limit` checkpoints of `where` ("hub" or a folder) on the benchmarks that they fit.

    Tasks with a record are left out, and so are those that have failed, unless `retry`. A failure is written with its reason,
    and the search goes on. Raises ValueError when the checkpoints or the data cannot be read.
    """
    failed_before = {failure.identity for failure in store.read_failures(results)}
    records, failures, known = [], [], 0
    for task in eval_tasks(hub.checkpoints(where, limit), benchmarks, data):
        if store.find(task.identity, results) or (task.identity in failed_before and not retry):
            known += 1
            continue
        try:
            records.append(evaluate(task, results, limits=limits, progress=progress, load=load))
        except EvaluationError as error:
            logger.warning("%s on %s: %s", task.checkpoint.source, task.benchmark.name, error)
            failures += [failure for failure in store.read_failures(results) if failure.identity == task.identity]
    return Discovery(tuple(records), tuple(failures), known)


def eval_tasks(checkpoints: Iterable[Checkpoint], benchmarks: Sequence[Benchmark], data: Path) -> Iterator[EvalTask]:
    """Yield a task for every checkpoint with every benchmark that it fits, in the order of the checkpoints."""
    revisions = {benchmark.name: benchmark.examples(data).revision for benchmark in benchmarks}
    for checkpoint in checkpoints:
        for benchmark in benchmarks:
            if fits(checkpoint, benchmark):
                revision = revisions[benchmark.name]
                yield EvalTask(checkpoint=checkpoint, benchmark=benchmark, data=data, data_revision=revision)


def fits(checkpoint: Checkpoint, benchmark: Benchmark) -> bool:
    """Whether a checkpoint has learned the benchmark's classes; one without classes of its own fits where cues are given."""
    if benchmark.track == "efficiency":
        return False
    if checkpoint.classes:
        return checkpoint.classes == benchmark.classes and (bool(checkpoint.training) or bool(benchmark.cue))
    return bool(benchmark.cue)
