"""The engine of this machine: several tasks at a time, each in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from queue import SimpleQueue
from threading import Event

from ...evaluation.watched_process import LIMITS, Limits
from ...tasks.task import EvalTask
from . import Outcome, RunTask


@dataclass(frozen=True)
class Local:
    """An engine of `jobs` processes. GPUs are divided among them, and so are the cores unless the limits set the threads."""

    jobs: int = 1
    "Tasks at a time."
    limits: Limits = LIMITS
    "The limits of each task."

    def __call__(self, tasks: Sequence[EvalTask], run_task: RunTask) -> Iterator[tuple[EvalTask, Outcome]]:
        """Yield each task with its outcome, as they finish. Closing the generator stops the tasks that are not finished."""
        free: SimpleQueue[Limits] = SimpleQueue()
        for limits in self._limits_of_jobs():
            free.put(limits)
        stop = Event()

        def run(task: EvalTask) -> tuple[EvalTask, Outcome]:
            limits = free.get()
            try:
                return task, run_task(task, limits=limits, stop=stop)
            finally:
                free.put(limits)

        pool = ThreadPoolExecutor(self.jobs)  # its threads only watch the processes that do the tasks
        try:
            for future in as_completed([pool.submit(run, task) for task in tasks]):
                yield future.result()
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)

    def _limits_of_jobs(self) -> list[Limits]:
        gpus = _gpus()
        threads = self.limits.threads or (max(1, (os.cpu_count() or 1) // self.jobs) if self.jobs > 1 else 0)
        limits = [replace(self.limits, threads=threads) for _ in range(self.jobs)]
        return [replace(job, gpu=gpus[i % len(gpus)]) if gpus else job for i, job in enumerate(limits)]


def _gpus() -> list[str]:
    """The GPUs that may be used, by their names in CUDA_VISIBLE_DEVICES."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    if visible:
        return visible.split(",")
    import torch

    return [str(number) for number in range(torch.cuda.device_count())]
