"""The process that evaluates: it loads or learns, then segments and judges a picture after another, and says what it finds."""

from __future__ import annotations

import json
import os
import platform
import signal
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection

import cv2
import numpy as np
from threadpoolctl import threadpool_limits

from wss_core import hub
from wss_core.cues import Example
from wss_core.data import Examples
from wss_core.segmenter import Segmenter

from ..benchmarks.benchmark import Benchmark
from ..tasks.task import EvalTask, Load
from .predict import TimedOutput, adapt_segmenter, predict, score_parts, with_cues


def run_child(pipe: Connection, work: EvalTask, places: tuple[int, ...], threads: int, gpu: str, load: Load) -> None:
    """The process itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever watches, who then ends this politely
    if gpu:
        os.environ["CUDA_VISIBLE_DEVICES"] = gpu  # read when the first of them is used
    if threads:
        import torch

        torch.set_num_threads(threads)
        cv2.setNumThreads(threads)
        threadpool_limits(threads)  # of NumPy's and SciPy's arithmetic
    serve(pipe, work, places, load)


def serve(pipe: Connection, work: EvalTask, places: tuple[int, ...], load: Load) -> None:
    """Load or learn, say that it is ready, then a row a picture."""
    try:
        segmenter = adapt_segmenter(load(work.checkpoint.source, work.checkpoint.sha), work.benchmark_with_cues)
        examples = work.benchmark.examples(work.data)
        learned = {} if work.trial is None else segmenter.training
        _say(pipe, {"device": _device(segmenter), "machine": _machine(), "training": learned})
        _work(pipe, segmenter, examples, places, work.benchmark_with_cues)
    except BrokenPipeError:  # nobody listens any more
        return
    except KeyboardInterrupt:  # a training was asked to end, and has kept its state
        with suppress(OSError):
            _say(pipe, {"stopped": True})
    except Exception as error:  # whatever a broken checkpoint does, the board is told
        _say(pipe, {"error": f"{'' if isinstance(error, ValueError) else type(error).__name__ + ': '}{error!s:.1000}"})


def load_checkpoint(source: str, sha: str) -> Segmenter:
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
                answer = predict(segmenter, example, benchmark)
            if saying:
                saying.pop().result()
            saying.append(after.submit(_judge, pipe, place, example, answer, benchmark))
        for last in saying:
            last.result()


def _asked(examples: Examples, place: int, benchmark: Benchmark) -> Example:
    example = examples[place]
    with _naming(example):
        return with_cues(example, benchmark)


def _judge(pipe: Connection, place: int, example: Example, answer: TimedOutput, benchmark: Benchmark) -> None:
    with _naming(example):
        parts = score_parts(answer, example, benchmark)
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


def _device(segmenter: Segmenter) -> str:
    """Where its weights lie: "cpu", or the GPU's name."""
    import torch

    networks = (value for value in vars(segmenter).values() if isinstance(value, torch.nn.Module))
    device = next((p.device for network in networks for p in network.parameters()), torch.device("cpu"))
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def _machine() -> str:
    import torch

    return f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}"
