"""Watches the process that trains: one that hangs, grows or is cancelled is ended, and the page goes on."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event

import psutil

from ..server import limits

WORKER = (sys.executable, "-m", "ui.train.worker")
WATCH_SECONDS = 0.2  # between two checks of the process
ROOT = Path(__file__).parents[2]


class Cancelled(Exception):
    """The training was cancelled."""


class Process:
    """A training process, started at once. It works on one folder after another until it is ended."""

    def __init__(self, command: Sequence[str] = WORKER):
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=_environment(), stdin=pipe, stdout=pipe, text=True, encoding="utf-8"
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether it can take a folder."""
        return self._process.poll() is None

    def run(self, folder: Path, stop: Event, seconds: float, nbytes: int) -> Iterator[dict]:
        """Work on the task in the folder and yield the messages, without the last one.

        Raises Cancelled soon after `stop` is set; ValueError, with what to do, when the task fails, takes longer than
        `seconds` or more memory than `nbytes`. The process is ended then.
        """
        end = time.monotonic() + seconds
        try:
            self._process.stdin.write(f"{folder}\n")
            self._process.stdin.flush()
            while not (message := self._next_message(stop, end, nbytes)).get("done"):
                yield message
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()
        with suppress(OSError):
            self._process.stdin.close()

    def _next_message(self, stop: Event, end: float, nbytes: int) -> dict:
        while True:
            if stop.is_set():
                raise Cancelled
            if time.monotonic() > end:
                raise ValueError("the training took too long for this page. Choose quick, or fewer pictures")
            if self._memory() > nbytes:
                raise ValueError("the training took more memory than there is here. Choose quick, or fewer pictures")
            with suppress(queue.Empty):
                line = self._lines.get(timeout=WATCH_SECONDS)
                if not line:
                    raise ValueError("the training broke off on the server. Train again")
                message = json.loads(line)
                if "error" in message:
                    raise ValueError(message["error"])
                if "ready" not in message:
                    return message

    def _listen(self) -> None:
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put("")
        self._process.stdout.close()

    def _memory(self) -> int:
        with suppress(psutil.Error):
            return psutil.Process(self._process.pid).memory_info().rss
        return 0


def _environment() -> dict[str, str]:
    """This process's environment, with a thread for each core: the worker has a low priority, so others go first."""
    count = str(min(limits.TRAIN_THREADS, os.cpu_count() or 1))
    return os.environ | {"OMP_NUM_THREADS": count, "PYTHONUNBUFFERED": "1"}
