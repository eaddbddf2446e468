"""Evaluation in a process of its own, watched: a checkpoint that hangs, grows or dies ends that process and nothing else.

The process (see `serving`) answers in JSON, a line a picture; nothing it says is unpickled.
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
GRACE = 10.0  # seconds to end by itself, when all is done or when asked to
# Processes are forked off one that has imported what all of them need and done nothing else: importing takes seconds.
START = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"


class EvaluationError(ValueError):
    """The evaluation cannot go on; the message says why, and is what the board shows."""


class Stopped(Exception):
    """The evaluation was asked to end; what is finished is kept."""


@dataclass(frozen=True)
class Limits:
    """seconds: for one picture, all its cues included; load: seconds until the first one can begin, learning included;
    megabytes: of memory in use at any time; threads: of the process, 0 = as many as it likes. gpu: which of them it sees, as
    CUDA_VISIBLE_DEVICES has them, "" = all."""

    seconds: float = 300.0
    load: float = 600.0
    megabytes: int = 6000
    threads: int = 0
    gpu: str = ""


LIMITS = Limits()


def watched_rows(
    work: EvalTask, places: Sequence[int], limits: Limits, load: Load, stop: Event | None = None
) -> Iterator[dict]:
    """What the process says: {"device", "machine", "training"} once it is ready, then a row for each of `places`, in order.

    A row is {"place", "id", "group", "forward", "parts": {name: lists of whole numbers}}. Raises EvaluationError, and
    Stopped once `stop` is set.
    """
    context = get_context(START)
    if START == "forkserver":
        context.set_forkserver_preload([child_process.__name__])
    ours, theirs = context.Pipe(duplex=False)
    told = (theirs, work, tuple(places), limits.threads, limits.gpu, load)
    process = context.Process(target=child_process.run_child, args=told, daemon=True)
    process.start()
    theirs.close()
    watched = WatchedProcess(ours, process, limits.megabytes, stop or Event())
    try:
        yield watched.next(limits.load, "loading the checkpoint" if work.trial is None else "learning")
        for place in places:
            yield watched.next(limits.seconds, f"picture {place}")
        process.join(GRACE)
    finally:
        watched.end()


@dataclass
class WatchedProcess:
    """The process, and what it says through the pipe."""

    pipe: Connection
    process: BaseProcess
    megabytes: int
    stop: Event

    def next(self, seconds: float, doing: str) -> dict:
        """The next thing said. Raises EvaluationError when it is an error, or nothing comes within the limits."""
        self._wait(seconds, doing)
        try:
            said = json.loads(self.pipe.recv_bytes())
        except EOFError:
            self.process.join()
            raise EvaluationError(
                f"{doing} ended the process ({_ended(self.process.exitcode)}). Look at the checkpoint"
            ) from None
        if "error" in said:
            raise EvaluationError(f"{doing}: {said['error']}")
        if "stopped" in said:
            raise Stopped(doing)
        return said

    def end(self) -> None:
        """End the process: a training keeps its state if it is asked politely."""
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
    """Of memory that the process holds."""
    try:
        return psutil.Process(pid).memory_info().rss / 1e6
    except psutil.Error:  # it has just ended
        return 0.0


def _ended(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"
