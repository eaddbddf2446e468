"""The trainings of all visitors: one at a time, and each can be asked about and cancelled."""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ..checkpoints.trained import PREFIX, TrainedCheckpoint
from ..server import limits
from ..server.job_queue import CANCELLED, DONE, FAILED, WAITING, Job, JobQueue, QueueFull
from ..server.lru import LruCache
from .process import Cancelled, Process
from .task import TrainTask

log = logging.getLogger(__name__)
REMEMBERED = 64  # trainings that have ended
FAILURE = "the training failed on the server. Your pictures and cues are kept: train again"


@dataclass(eq=False, kw_only=True)
class TrainJob(Job):
    """One training.

    progress: the newest "step", "steps" and "loss". predictions: those for pictures. model: the name of the checkpoint
    that it became. asked_at: when somebody last asked about it, by time.monotonic(). stop: set to cancel it.
    """

    task: TrainTask | None
    progress: dict = field(default_factory=dict)
    predictions: list[dict] = field(default_factory=list)
    model: str = ""
    error: str = ""
    asked_at: float = field(default_factory=time.monotonic)
    stop: threading.Event = field(default_factory=threading.Event)

    def take_message(self, message: dict) -> None:
        """Keep what the training process says."""
        if "prediction" in message:
            self.predictions.append(message)
        else:
            self.progress = {**self.progress, **message}

    def end(self, state: str, model: str = "", error: str = "") -> None:
        """End it: its pictures are dropped, and so are the predictions of a training without a model."""
        self.task = None
        self.model, self.error = model, error
        self.predictions = self.predictions if model else []
        self.state = state

    def status(self, seen: int) -> dict:
        """Describe how far it is. seen: how many predictions the browser has already."""
        self.asked_at = time.monotonic()
        return {
            "state": self.state,
            "model": self.model,
            "error": self.error,
            "predictions": self.predictions[seen:],
            **self.progress,
        }


class TrainingQueue(JobQueue[TrainJob]):
    """Trains in a process of its own, which stays a while for the next training.

    trained: where the checkpoints go. start: makes the process.
    """

    def __init__(self, trained: LruCache[TrainedCheckpoint], start: Callable[[], Process] = Process):
        super().__init__("training", limits.TRAIN_WAITING + 1, REMEMBERED, limits.TRAIN_IDLE_SECONDS)
        self._trained, self._start = trained, start
        self._process: Process | None = None
        self._process_lock = threading.Lock()

    def begin(self, task: TrainTask) -> str:
        """Queue a training and return its key. Raises ValueError when too many wait."""
        try:
            return self.add(TrainJob(task=task))
        except QueueFull:
            raise ValueError("too many people wait for a training just now. Try again in a few minutes") from None

    def start_process(self) -> None:
        """Start the process, which takes seconds, because somebody will train soon."""
        with suppress(OSError):
            self._running_process()
        with self._changed:
            self._wake()  # the thread ends the process when nobody trains after all

    def status(self, key: object, seen: int = 0) -> dict:
        """Describe a training: "state", "jobs_before", "step", "steps", "loss", "predictions" after the first `seen`,
        "model" and "error". The state of an unknown key is "gone"."""
        job = self.get(key)
        return {"state": "gone"} if job is None else {**job.status(seen), "jobs_before": self.jobs_before(job)}

    def cancel(self, key: object) -> None:
        """End a training soon, waiting or running; nothing is left of it."""
        job = self.get(key)
        if job is None:
            return
        job.stop.set()
        with self._changed:
            if job.state == WAITING:
                job.end(CANCELLED)

    def _idle(self) -> None:
        with self._process_lock:
            if self._process is not None:
                self._process.end()

    def _running_process(self) -> Process:
        with self._process_lock:
            if self._process is None or not self._process.alive:
                self._process = self._start()
            return self._process

    def _run(self, job: TrainJob) -> None:
        if time.monotonic() - job.asked_at > limits.TRAIN_ABANDONED_SECONDS:
            return job.end(CANCELLED)
        try:
            with tempfile.TemporaryDirectory(prefix="wss-train-") as path:
                folder = Path(path)
                job.task.write(folder)
                process = self._running_process()
                for message in process.run(folder, job.stop, limits.TRAIN_SECONDS, limits.TRAIN_BYTES):
                    job.take_message(message)
                checkpoint = TrainedCheckpoint.read(folder)
            job.end(DONE, model=PREFIX + self._trained.add(checkpoint))
        except Cancelled:
            job.end(CANCELLED)
            self.start_process()
        except ValueError as error:
            job.end(FAILED, error=str(error))
        except Exception:
            log.exception("training failed")
            job.end(FAILED, error=FAILURE)
