"""The engine of a cluster, by Ray (an optional extra): what a lost worker or a removed node was at is done by another."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...evaluation.build_record import build_failure
from ...evaluation.watched_process import LIMITS, Limits
from ...tasks.task import EvalTask
from . import Outcome, RunTask

LOST = 5  # workers that may be lost over a piece of work
ROOT = Path(__file__).parents[3]  # of the project, which every node has in the same place, or installed


@dataclass(frozen=True)
class Ray:
    """address: of a cluster, as `ray start` told it; "" = one that is started here and ends with the work. gpus: of each
    piece of work, None = one where the cluster has any; threads of the limits: its cores, at least one.

    The nodes have the data in the same place. Results travel back, so they need not share the folder of the records.
    """

    address: str = ""
    gpus: float | None = None
    limits: Limits = LIMITS

    def __call__(self, works: Sequence[EvalTask], do: RunTask) -> Iterator[tuple[EvalTask, Outcome]]:
        """Each work with its outcome, as they are done; a failure where LOST workers were lost over it."""
        ray = _ray()
        ours = not ray.is_initialized()
        if ours:
            paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
            told = {"address": self.address} if self.address else {"include_dashboard": False}
            ray.init(**told, runtime_env={"env_vars": {"PYTHONPATH": paths}}, log_to_driver=False)
        try:
            yield from self._done(ray, works, do)
        finally:
            if ours:
                ray.shutdown()

    def _done(self, ray, works: Sequence[EvalTask], do: RunTask) -> Iterator[tuple[EvalTask, Outcome]]:
        gpus = self.gpus if self.gpus is not None else float(ray.cluster_resources().get("GPU", 0) > 0)
        needs = {"num_cpus": max(1, self.limits.threads), "num_gpus": gpus, "max_retries": LOST}
        task = ray.remote(**needs)(_carried_out)
        lost = (ray.exceptions.WorkerCrashedError, ray.exceptions.NodeDiedError, ray.exceptions.OutOfMemoryError)
        left = {task.remote(do, work, self.limits): work for work in works}
        try:
            while left:
                (ready, *_), _ = ray.wait(list(left))
                work = left.pop(ready)
                try:
                    yield work, ray.get(ready)
                except lost as error:
                    yield work, build_failure(work, f"{LOST + 1} workers were lost over it ({error!s:.200})")
        finally:
            for ready in left:
                ray.cancel(ready, force=True)


def _carried_out(do: RunTask, work: EvalTask, limits: Limits) -> Outcome:
    """In a process of Ray's, which has given it GPUs and cores."""
    return do(work, limits=limits)


def _ray():
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise ValueError(
            "the engine ray needs the package ray: pip install 'wss-core[ray]', or pip install ray"
        ) from None
    return ray
