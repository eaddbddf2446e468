"""Evaluate a submitted checkpoint in a process of its own; it reaches no file and no token of this machine."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event

from leaderboard.benchmarks.benchmark import Benchmark
from leaderboard.benchmarks.catalog import BENCHMARKS
from leaderboard.evaluation import discover
from leaderboard.evaluation.evaluate import evaluate
from leaderboard.evaluation.watched_process import EvaluationError, Limits
from leaderboard.paths import DATA
from leaderboard.records import hub_sync
from leaderboard.tasks.task import EvalTask
from wss_core import hub, hub_client
from wss_core.hub import Checkpoint
from wss_core.hub.checkpoint_folder import WEIGHTS
from wss_core.hub_client import HubError

from ..checkpoints import cache, loading
from ..server import limits
from .records import RecordSource
from .submission_queue import Submission

LIMITS = Limits(seconds=60.0, load=120.0, megabytes=4000, threads=1)
ROOT = Path(__file__).parents[2]


def data_folder() -> Path:
    """The folder of the benchmarks' data."""
    return Path(os.environ.get("WSS_DATA", ROOT / DATA))


def available_benchmarks() -> dict[str, Benchmark]:
    """The benchmarks of checkpoints whose data are on this machine, by name."""
    folder = data_folder()
    return {
        name: benchmark
        for name, benchmark in BENCHMARKS.items()
        if benchmark.track != "efficiency" and (folder / benchmark.source).is_dir()
    }


def evaluate_submission(job: Submission, stop: Event, source: RecordSource) -> str:
    """Evaluate the checkpoint on its benchmark, or on all that it fits, and return the scores in words.

    Raises ValueError with the reason when none could be evaluated.
    """
    repo, revision = cache.parse_name(job.repo)
    if Path(repo).is_dir():
        raise ValueError(f"{repo} is also the name of a folder of this board. Push it under another name")
    checkpoint = hub.info_repo(repo, revision, None if job.own else False)
    loading.check_cost(checkpoint, own_machine=job.own)
    if not job.own:
        loading.free_disk_space()
        hub_client.fetch(repo, {WEIGHTS: limits.CHECKPOINT_BYTES}, checkpoint.sha, False)
    benchmarks = _fitting_benchmarks(checkpoint, job.benchmark)
    lines, failures = [], 0
    for task in discover.eval_tasks([checkpoint], benchmarks, data_folder()):
        try:
            lines.append(_evaluate(task, source, stop))
        except EvaluationError as error:
            failures += 1
            lines.append(f"{task.benchmark.name} failed: {error}")
        source.refresh_soon()
    if failures == len(lines):
        raise ValueError("; ".join(lines))
    return "; ".join(lines) + _push_records(source)


def _fitting_benchmarks(checkpoint: Checkpoint, name: str) -> list[Benchmark]:
    """The available benchmarks of that name, "" = of any, that the checkpoint fits. Raises ValueError when there is none."""
    available = [benchmark for key, benchmark in available_benchmarks().items() if name in ("", key)]
    fitting = [benchmark for benchmark in available if discover.fits(checkpoint, benchmark)]
    if not fitting:
        names = ", ".join(benchmark.name for benchmark in available)
        raise ValueError(f"{checkpoint.source} fits none of {names:.200}: they have other classes, or give no cue")
    return fitting


def _evaluate(task: EvalTask, source: RecordSource, stop: Event) -> str:
    record = evaluate(task, source.written, limits=LIMITS, progress=False, stop=stop)
    score = record.scores[record.metric]
    return f"{task.benchmark.name}: {record.metric} {score.value:.3f} [{score.low:.3f}, {score.high:.3f}]"


def _push_records(source: RecordSource) -> str:
    """Add the records to the results data set, if there is one; returns "", or why that failed."""
    if not source.repo:
        return ""
    try:
        hub_sync.push(source.written, source.repo)
    except HubError as error:
        return f" (kept here; {source.repo} could not be written: {error})"
    return ""
