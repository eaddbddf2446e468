"""Checkpoints that have no record yet, found by their tag on the Hub or below a folder, and evaluated."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
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
    """What a search led to: new records, new failures, and how many pieces of work were done or had failed before."""

    records: tuple[Record, ...]
    failures: tuple[Failure, ...]
    known: int


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
    """Evaluate the newest checkpoints of `where` ("hub" or a folder) on the benchmarks that they fit.

    What has a record is left out, and what has failed too, unless `retry`. A failure is written with its reason, and the search
    goes on. Raises ValueError when the checkpoints or the data cannot be looked at.
    """
    failed = {failure.identity for failure in store.failures(results)}
    records, failures, known = [], [], 0
    for work in eval_tasks(hub.checkpoints(where, limit), benchmarks, data):
        if store.find(work.identity, results) or (work.identity in failed and not retry):
            known += 1
            continue
        try:
            records.append(evaluate(work, results, limits, progress, load))
        except EvaluationError as error:
            logger.warning("%s on %s: %s", work.checkpoint.source, work.benchmark.name, error)
            failures += [failure for failure in store.failures(results) if failure.identity == work.identity]
    return Discovery(tuple(records), tuple(failures), known)


def eval_tasks(checkpoints: Iterable[Checkpoint], benchmarks: Sequence[Benchmark], data: Path) -> Iterable[EvalTask]:
    """The work there is: every checkpoint on every benchmark that it fits, newest checkpoints first."""
    revisions = {benchmark.name: benchmark.examples(data).revision for benchmark in benchmarks}
    for checkpoint in checkpoints:
        for benchmark in benchmarks:
            if fits(checkpoint, benchmark):
                revision = revisions[benchmark.name]
                yield EvalTask(checkpoint=checkpoint, benchmark=benchmark, data=data, data_revision=revision)


def fits(checkpoint: Checkpoint, benchmark: Benchmark) -> bool:
    """Whether a checkpoint was made for the benchmark's classes, or for any, where cues are given."""
    if benchmark.track == "efficiency":
        return False
    if checkpoint.classes:
        return checkpoint.classes == benchmark.classes and (bool(checkpoint.training) or bool(benchmark.cue))
    return bool(benchmark.cue)
