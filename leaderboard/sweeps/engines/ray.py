"""The engine of a cluster, by Ray (an optional extra): the task of a lost worker or node is done by another one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...evaluation.build_record import build_failure
from ...evaluation.watched_process import LIMITS, Limits
from ...tasks.task import EvalTask
from . import Outcome, RunTask

MAX_LOST = 5  # workers that may be lost over one task before it fails
ROOT = Path(__file__).parents[3]  # the project's folder: every node has it in the same place, or has it installed


@dataclass(frozen=True)
class Ray:
    """An engine of a Ray cluster, whose nodes have the data in the same place. Records travel back to the caller."""

    address: str = ""
    'The cluster\'s address, as `ray start` printed it; "" = a cluster on this machine that ends with the sweep.'
    gpus: float | None = None
    "GPUs of each task; None = one where the cluster has any."
    limits: Limits = LIMITS
    "The limits of each task; it gets as many cores as threads, at least one."

    def __call__(self, tasks: Sequence[EvalTask], run_task: RunTask) -> Iterator[tuple[EvalTask, Outcome]]:
        """Yield each task with its outcome, as they finish; a task over which too many workers were lost is a failure."""
        ray = _import_ray()
        started_here = not ray.is_initialized()
        if started_here:
            paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
            cluster = {"address": self.address} if self.address else {"include_dashboard": False}
            ray.init(**cluster, runtime_env={"env_vars": {"PYTHONPATH": paths}}, log_to_driver=False)
        try:
            yield from self._outcomes(ray, tasks, run_task)
        finally:
            if started_here:
                ray.shutdown()

    def _outcomes(self, ray, tasks: Sequence[EvalTask], run_task: RunTask) -> Iterator[tuple[EvalTask, Outcome]]:
        gpus = self.gpus if self.gpus is not None else float(ray.cluster_resources().get("GPU", 0) > 0)
        resources = {"num_cpus": max(1, self.limits.threads), "num_gpus": gpus, "max_retries": MAX_LOST}
        remote = ray.remote(**resources)(_run_in_worker)
        lost = (ray.exceptions.WorkerCrashedError, ray.exceptions.NodeDiedError, ray.exceptions.OutOfMemoryError)
        running = {remote.remote(run_task, task, self.limits): task for task in tasks}
        try:
            while running:
                (ready, *_), _ = ray.wait(list(running))
                task = running.pop(ready)
                try:
                    yield task, ray.get(ready)
                except lost as error:
                    yield task, build_failure(task, f"{MAX_LOST + 1} workers were lost over it ({error!s:.200})")
        finally:
            for reference in running:
                ray.cancel(reference, force=True)


def _run_in_worker(run_task: RunTask, task: EvalTask, limits: Limits) -> Outcome:
    """Run a task in a worker process, to which Ray has given its GPUs and cores."""
    return run_task(task, limits=limits)


def _import_ray():
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise ValueError(
            "the engine ray needs the package ray: pip install 'wss-core[ray]', or pip install ray"
        ) from None
    return ray
