"""An evaluation in a process of its own, with limits: a checkpoint that hangs, grows or crashes ends that process alone.

The process (`child_process`) sends JSON, one message for each image; nothing that it sends is unpickled.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Event

import psutil

from ..tasks.task import EvalTask, Load
from . import child_process

WATCH = 0.02  # seconds between two looks at the process
GRACE = 10.0  # seconds that the process has to end by itself, after its last image and when it is terminated
# Processes are forked from one that has imported the modules they need and done nothing else: importing takes seconds.
START = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"


class EvaluationError(ValueError):
    """The evaluation cannot go on; the message says why, and is shown on the board."""


class Stopped(Exception):
    """The evaluation was asked to end; what is finished is kept."""


@dataclass(frozen=True)
class Limits:
    """What the process of an evaluation may use."""

    seconds: float = 300.0
    "For one image, at most, with all its cues."
    load: float = 600.0
    "Seconds until the first image can begin, at most, training included."
    megabytes: int = 6000
    "Memory in use at any time, at most."
    threads: int = 0
    "Threads of its arithmetic, 0 = no limit."
    gpu: str = ""
    'The GPUs that it sees, as CUDA_VISIBLE_DEVICES names them; "" = all.'


LIMITS = Limits()


def watched_rows(
    task: EvalTask, places: Sequence[int], limits: Limits, load: Load, stop: Event | None = None
) -> Iterator[dict]:
    """Start a process and yield its messages: {"device", "machine", "training"} when it is ready, then a row for each image.

    places: numbers of images; the rows come in that order. A row is {"place", "id", "group", "forward", "parts": {name: lists
    of whole numbers}}. Raises EvaluationError when the process fails or exceeds a limit, and Stopped once `stop` is set.
    Closing the generator ends the process.
    """
    context = get_context(START)
    if START == "forkserver":
        context.set_forkserver_preload([child_process.__name__])
    receiver, sender = context.Pipe(duplex=False)
    arguments = {
        "pipe": sender,
        "task": task,
        "places": tuple(places),
        "threads": limits.threads,
        "gpu": limits.gpu,
        "load": load,
    }
    process = context.Process(target=child_process.run_child, kwargs=arguments, daemon=True)
    process.start()
    sender.close()
    watched = WatchedProcess(receiver, process, limits.megabytes, stop or Event())
    try:
        yield watched.next(limits.load, "loading the checkpoint" if task.trial is None else "learning")
        for place in places:
            yield watched.next(limits.seconds, f"picture {place}")
        process.join(GRACE)
    finally:
        watched.end()


@dataclass
class WatchedProcess:
    """A child process, the pipe that it sends messages through, and what it may use."""

    pipe: Connection
    process: BaseProcess
    megabytes: int
    stop: Event

    def next(self, seconds: float, doing: str) -> dict:
        """Wait for the next message. doing: what the process does meanwhile, for error sentences.

        Raises EvaluationError when the message is an error, or when none comes within the limits, and Stopped.
        """
        self._wait(seconds, doing)
        try:
            message = json.loads(self.pipe.recv_bytes())
        except EOFError:
            self.process.join()
            raise EvaluationError(
                f"{doing} ended the process ({_exit_reason(self.process.exitcode)}). Look at the checkpoint"
            ) from None
        if "error" in message:
            raise EvaluationError(f"{doing}: {message['error']}")
        if "stopped" in message:
            raise Stopped(doing)
        return message

    def end(self) -> None:
        """Terminate the process, so that a training can save its state, and kill it after GRACE seconds."""
        self.process.terminate()
        self.process.join(GRACE)
        self.process.kill()
        self.process.join()
        self.pipe.close()

    def _wait(self, seconds: float, doing: str) -> None:
        end = time.monotonic() + seconds
        while not self.pipe.poll(WATCH):
            if self.stop.is_set():
                raise Stopped(doing)
            if _megabytes(self.process.pid) > self.megabytes:
                raise EvaluationError(
                    f"{doing} took more than {self.megabytes:,} MB of memory. Make the model smaller, or raise the limit"
                )
            if time.monotonic() > end:
                raise EvaluationError(
                    f"{doing} took more than {seconds:g} s. Make the model faster, or raise the limit"
                )


def _megabytes(pid: int | None) -> float:
    """The memory that a process holds; 0 when it has just ended."""
    try:
        return psutil.Process(pid).memory_info().rss / 1e6
    except psutil.Error:
        return 0.0


def _exit_reason(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"
