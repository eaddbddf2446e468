"""A queued checkpoint -> records, in a process of its own; nothing of this machine's is reached through it."""

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
from wss_core.hub.checkpoint_folder import WEIGHTS
from wss_core.hub_client import HubError

from ..checkpoints import cache, loading
from ..server import limits
from .job_queue import Submission
from .records import RecordSource

LIMITS = Limits(seconds=60.0, load=120.0, megabytes=4000, threads=1)
ROOT = Path(__file__).parents[2]


def data() -> Path:
    """The folder of the benchmarks' data."""
    return Path(os.environ.get("WSS_DATA", ROOT / DATA))


def available_benchmarks() -> dict[str, Benchmark]:
    """The benchmarks of checkpoints whose data are on this machine."""
    folder = data()
    return {
        name: one for name, one in BENCHMARKS.items() if one.track != "efficiency" and (folder / one.source).is_dir()
    }


def evaluate_submission(item: Submission, stop: Event, source: RecordSource) -> str:
    """Evaluate it on the benchmark, or on all that it fits, and say what was found. Raises ValueError with the reason."""
    repo, revision = cache.parse_name(item.repo)
    if Path(repo).is_dir():
        raise ValueError(f"{repo} is also the name of a folder of this board. Push it under another name")
    about = hub.info_repo(repo, revision, None if item.own else False)
    loading.check_cost(about, own_machine=item.own)
    if not item.own:
        loading.free_disk_space()
        hub_client.fetch(repo, {WEIGHTS: limits.CHECKPOINT_BYTES}, about.sha, False)
    wanted = [one for name, one in available_benchmarks().items() if item.benchmark in ("", name)]
    fitting = [one for one in wanted if discover.fits(about, one)]
    if not fitting:
        raise ValueError(
            f"{repo} fits none of {', '.join(one.name for one in wanted):.200}: they have other classes, or give no cue"
        )
    said, failed = [], 0
    for work in discover.eval_tasks([about], fitting, data()):
        try:
            said.append(_told(work, source, stop))
        except EvaluationError as error:
            failed += 1
            said.append(f"{work.benchmark.name} failed: {error}")
        source.refresh_soon()
    if failed == len(said):
        raise ValueError("; ".join(said))
    return "; ".join(said) + _shared(source)


def _told(work: EvalTask, source: RecordSource, stop: Event) -> str:
    record = evaluate(work, source.written, limits=LIMITS, progress=False, stop=stop)
    score = record.scores[record.metric]
    return f"{work.benchmark.name}: {record.metric} {score.value:.3f} [{score.low:.3f}, {score.high:.3f}]"


def _shared(source: RecordSource) -> str:
    """Add the records to the results data set, if there is one, and say so where that fails."""
    if not source.repo:
        return ""
    try:
        hub_sync.push(source.written, source.repo)
    except HubError as error:
        return f" (kept here; {source.repo} could not be written: {error})"
    return ""
