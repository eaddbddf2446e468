"""The engine of this machine: so many pieces of work at a time, each in a process of its own."""

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
    """jobs: pieces of work at a time. GPUs, and threads unless the limits say how many, are shared out among them."""

    jobs: int = 1
    limits: Limits = LIMITS

    def __call__(self, works: Sequence[EvalTask], do: RunTask) -> Iterator[tuple[EvalTask, Outcome]]:
        """Each work with its outcome, as they are done. Whoever stops listening ends those that are not done, politely."""
        free: SimpleQueue[Limits] = SimpleQueue()
        for limits in self._slots():
            free.put(limits)
        stop = Event()

        def one(work: EvalTask) -> tuple[EvalTask, Outcome]:
            limits = free.get()
            try:
                return work, do(work, limits=limits, stop=stop)
            finally:
                free.put(limits)

        pool = ThreadPoolExecutor(self.jobs)  # they only watch: the work is done in processes
        try:
            for future in as_completed([pool.submit(one, work) for work in works]):
                yield future.result()
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)

    def _slots(self) -> list[Limits]:
        """The limits of each of the jobs."""
        gpus = _gpus()
        threads = self.limits.threads or (max(1, (os.cpu_count() or 1) // self.jobs) if self.jobs > 1 else 0)
        slots = [replace(self.limits, threads=threads) for _ in range(self.jobs)]
        return [replace(slot, gpu=gpus[i % len(gpus)]) if gpus else slot for i, slot in enumerate(slots)]


def _gpus() -> list[str]:
    """The GPUs that may be used, as CUDA_VISIBLE_DEVICES calls them."""
    told = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    if told:
        return told.split(",")
    import torch

    return [str(number) for number in range(torch.cuda.device_count())]
