"""One training at a time; the others wait in the order they came, and each can be asked about and cancelled."""

from __future__ import annotations

import logging
import secrets
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..checkpoints.trained import PREFIX, Trained, trained
from ..server import limits
from .job import ENDED, Job
from .process import Cancelled, Process
from .task import TrainTask

log = logging.getLogger(__name__)
REMEMBERED = 64  # trainings, most of them ended
FAILED = "the training failed on the server. Your pictures and cues are kept: train again"


class TrainingQueue:
    """The trainings of all visitors. start: makes the process that does them."""

    def __init__(self, start: Callable[[], Process] = Process):
        self._start = start
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._waiting: list[Job] = []
        self._changed = threading.Condition()
        self._expected = False
        self._process: Process | None = None
        self._thread: threading.Thread | None = None

    def begin(self, task: TrainTask) -> str:
        """The key of a training that begins when it is its turn. Raises ValueError when too many wait."""
        key = secrets.token_urlsafe(18)
        with self._changed:
            if len(self._waiting) >= limits.TRAIN_WAITING:
                raise ValueError("too many people wait for a training just now. Try again in a few minutes")
            self._jobs[key] = Job(task)
            self._waiting.append(self._jobs[key])
            ended = [old for old, job in self._jobs.items() if job.state in ENDED]
            for old in ended[: max(0, len(self._jobs) - REMEMBERED)]:
                del self._jobs[old]
            self._wake()
        return key

    def expect(self) -> None:
        """Somebody will train soon: the process that does it is started, which takes seconds."""
        with self._changed:
            self._expected = True
            self._wake()

    def ask(self, key, seen: int = 0) -> dict:
        """How far it is: "state", "place" = how many go first, "step", "steps", "loss", "answers" after the first
        `seen`, "model", "error". The state is "gone" for a key that nobody has."""
        with self._changed:
            job = self._jobs.get(key) if isinstance(key, str) else None
            if job is None:
                return {"state": "gone"}
            return {**job.told(seen), "place": self._place(job)}

    def cancel(self, key) -> None:
        """End it soon, wherever it is; nothing is left of it."""
        with self._changed:
            job = self._jobs.get(key) if isinstance(key, str) else None
            if job is None:
                return
            job.stop.set()
            if job in self._waiting:
                self._waiting.remove(job)
                job.end("cancelled")

    def _place(self, job: Job) -> int:
        running = any(other.state == "training" for other in self._jobs.values())
        return self._waiting.index(job) + running if job in self._waiting else 0

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="training", daemon=True)
            self._thread.start()
        self._changed.notify()

    def _work(self) -> None:
        while True:
            job, idle = self._next()
            if job is not None:
                self._train(job)
            elif idle and self._process is not None:
                self._process.end()
            elif not idle:
                with suppress(OSError):
                    self._ready()

    def _next(self) -> tuple[Job | None, bool]:
        """(The next training, or None when one is only expected, whether there was none for a long time)."""
        with self._changed:
            while True:
                while self._waiting:
                    job = self._waiting.pop(0)
                    if time.monotonic() - job.asked < limits.TRAIN_FORGOTTEN_SECONDS:
                        job.state = "training"
                        return job, False
                    job.end("cancelled")
                if self._expected:
                    self._expected = False
                    return None, False
                if not self._changed.wait(limits.TRAIN_IDLE_SECONDS):
                    return None, True

    def _ready(self) -> Process:
        if self._process is None or not self._process.alive:
            self._process = self._start()
        return self._process

    def _train(self, job: Job) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="wss-train-") as place:
                folder = Path(place)
                job.task.write(folder)
                for said in self._ready().do(folder, job.stop, limits.TRAIN_SECONDS, limits.TRAIN_BYTES):
                    job.take(said)
                made = Trained.read(folder)
            job.end("done", model=PREFIX + trained.add(made))
        except Cancelled:
            job.end("cancelled")
            self.expect()
        except ValueError as error:
            job.end("failed", error=str(error))
        except Exception:
            log.exception("training failed")
            job.end("failed", error=FAILED)


workshop = TrainingQueue()
