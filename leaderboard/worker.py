"""Evaluation in a process of its own, watched: a checkpoint that hangs, grows or dies ends that process and nothing else.

The process answers in JSON, a line a picture; nothing it says is unpickled.
"""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import cv2
import numpy as np
import psutil
import torch

from wss_core import hub
from wss_core.cues import Example
from wss_core.examples import Examples
from wss_core.segmenter import Segmenter

from .benchmarks import Benchmark
from .measure import Answer, answered, asked, fitted, judged
from .work import Load, Work

WATCH = 0.02  # seconds between two looks at the process
GRACE = 10.0  # seconds to end by itself when all is done


class EvaluationError(ValueError):
    """The evaluation cannot go on; the message says why, and is what the board shows."""


@dataclass(frozen=True)
class Limits:
    """seconds: for one picture, all its cues included; load: seconds until the first one can begin; megabytes: of memory
    in use at any time; threads: of the process, 0 = as many as it likes."""

    seconds: float = 300.0
    load: float = 600.0
    megabytes: int = 6000
    threads: int = 0


LIMITS = Limits()


def answers(work: Work, places: Sequence[int], limits: Limits, load: Load) -> Iterator[dict]:
    """What the process says: {"device", "machine"} once it is ready, then a row for each of `places`, in order.

    A row is {"place", "id", "group", "forward", "parts": {name: lists of whole numbers}}. Raises EvaluationError.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=serve, args=(theirs, work, tuple(places), limits.threads, load), daemon=True)
    process.start()
    theirs.close()
    try:
        yield _next(ours, process, limits, limits.load, "loading the checkpoint")
        for place in places:
            yield _next(ours, process, limits, limits.seconds, f"picture {place}")
        process.join(GRACE)
    finally:
        process.kill()
        process.join()
        ours.close()


def _next(pipe: Connection, process: BaseProcess, limits: Limits, seconds: float, doing: str) -> dict:
    """The next thing said. Raises EvaluationError when it is an error, or nothing comes within the limits."""
    end = time.monotonic() + seconds
    while True:
        if _megabytes(process.pid) > limits.megabytes:
            raise EvaluationError(
                f"{doing} took more than {limits.megabytes:,} MB of memory. Make the model smaller, or raise the limit"
            )
        if pipe.poll(WATCH):
            break
        if time.monotonic() > end:
            raise EvaluationError(f"{doing} took more than {seconds:g} s. Make the model faster, or raise the limit")
    try:
        said = json.loads(pipe.recv_bytes())
    except EOFError:
        process.join()
        raise EvaluationError(
            f"{doing} ended the process ({_ended(process.exitcode)}). Look at the checkpoint"
        ) from None
    if "error" in said:
        raise EvaluationError(f"{doing}: {said['error']}")
    return said


def serve(pipe: Connection, work: Work, places: tuple[int, ...], threads: int, load: Load) -> None:
    """The process itself: load, say that it is ready, then a row a picture."""
    try:
        if threads:
            torch.set_num_threads(threads)
            cv2.setNumThreads(threads)
        segmenter = fitted(load(work.checkpoint.source, work.checkpoint.sha), work.benchmark)
        examples = work.benchmark.examples(work.data)
        _say(pipe, {"device": _device(segmenter), "machine": _machine()})
        _work(pipe, segmenter, examples, places, work.benchmark)
    except BrokenPipeError:  # nobody listens any more
        return
    except Exception as error:  # whatever a broken checkpoint does, the board is told
        _say(pipe, {"error": f"{'' if isinstance(error, ValueError) else type(error).__name__ + ': '}{error!s:.1000}"})


def loaded(source: str, sha: str) -> Segmenter:
    """The segmenter at that hash. Raises ValueError when a folder has changed since it was hashed."""
    found = hub.info(source, sha).sha
    if found != sha:
        raise ValueError(f"{source} has changed: its hash is {found}, not {sha}. Evaluate again")
    return hub.load(source, sha)


def _work(
    pipe: Connection, segmenter: Segmenter, examples: Examples, places: Sequence[int], benchmark: Benchmark
) -> None:
    """A row a picture, in order. While one is segmented, the next is made ready and the one before is judged and said."""
    with ThreadPoolExecutor(1) as before, ThreadPoolExecutor(1) as after:
        ready = [before.submit(_asked, examples, place, benchmark) for place in places[:1]]
        saying: list[Future] = []
        for place, following in zip(places, (*places[1:], None), strict=True):
            example = ready.pop().result()
            if following is not None:
                ready.append(before.submit(_asked, examples, following, benchmark))
            with _naming(example):
                answer = answered(segmenter, example, benchmark)
            if saying:
                saying.pop().result()
            saying.append(after.submit(_judge, pipe, place, example, answer, benchmark))
        for last in saying:
            last.result()


def _asked(examples: Examples, place: int, benchmark: Benchmark) -> Example:
    example = examples[place]
    with _naming(example):
        return asked(example, benchmark)


def _judge(pipe: Connection, place: int, example: Example, answer: Answer, benchmark: Benchmark) -> None:
    with _naming(example):
        parts = judged(answer, example, benchmark)
    rows = {name: np.asarray(part).tolist() for name, part in parts.items()}
    about = {"place": place, "id": example.id, "group": example.group, "forward": answer.seconds}
    _say(pipe, about | {"parts": rows})


@contextmanager
def _naming(example: Example):
    """What is wrong with a picture is raised with its id."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{example.id}: {error}") from error


def _say(pipe: Connection, what: dict) -> None:
    pipe.send_bytes(json.dumps(what).encode())


def _megabytes(pid: int | None) -> float:
    """Of memory that the process holds."""
    try:
        return psutil.Process(pid).memory_info().rss / 1e6
    except psutil.Error:  # it has just ended
        return 0.0


def _ended(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"


def _device(segmenter: Segmenter) -> str:
    """Where its weights lie: "cpu", or the GPU's name."""
    networks = (value for value in vars(segmenter).values() if isinstance(value, torch.nn.Module))
    device = next((p.device for network in networks for p in network.parameters()), torch.device("cpu"))
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def _machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}"
