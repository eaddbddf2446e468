"""The child process of an evaluation: it loads or trains the segmenter, then sends a row of numbers for each image.

While one image is segmented, a thread prepares the next one, and another scores and sends the one before.
"""

from __future__ import annotations

import json
import os
import platform
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection

import cv2
import numpy as np
from threadpoolctl import threadpool_limits

from wss_core import hub
from wss_core.cues import Example
from wss_core.data import ExampleDataset
from wss_core.segmenter import Segmenter

from ..benchmarks.benchmark import Benchmark
from ..tasks.task import EvalTask, Load
from .predict import TimedOutput, adapt_segmenter, predict, score_parts, with_cues


def run_child(pipe: Connection, task: EvalTask, places: tuple[int, ...], threads: int, gpu: str, load: Load) -> None:
    """Run the whole child process. threads: of the arithmetic, 0 = no limit. gpu: CUDA_VISIBLE_DEVICES, "" = as it is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, which then ends this process in order
    _configure(threads, gpu)
    send_rows(pipe, task, places, load)


def send_rows(pipe: Connection, task: EvalTask, places: Sequence[int], load: Load) -> None:
    """Load or train the segmenter, send what process this is, then a row for each image of `places`.

    An error is sent as {"error": sentence} and a training that was ended as {"stopped": True}, in place of what is left.
    """
    try:
        segmenter = adapt_segmenter(load(task.checkpoint.source, task.checkpoint.sha), task.benchmark_with_cues)
        examples = task.benchmark.examples(task.data)
        training = {} if task.trial is None else segmenter.training
        _send(pipe, {"device": _device(segmenter), "machine": _machine(), "training": training})
        _evaluate_images(pipe, segmenter, examples, places, task.benchmark_with_cues)
    except BrokenPipeError:  # the parent no longer listens
        return
    except KeyboardInterrupt:  # a training that was ended has saved its state
        with suppress(OSError):
            _send(pipe, {"stopped": True})
    except Exception as error:  # whatever a broken checkpoint raises becomes the reason of a failure
        _send(pipe, {"error": f"{'' if isinstance(error, ValueError) else type(error).__name__ + ': '}{error!s:.1000}"})


def load_checkpoint(source: str, sha: str) -> Segmenter:
    """Load the segmenter of that hash. Raises ValueError when a folder has changed since it was hashed."""
    current = hub.info(source, sha).sha
    if current != sha:
        raise ValueError(f"{source} has changed: its hash is {current}, not {sha}. Evaluate again")
    return hub.load(source, sha)


def _configure(threads: int, gpu: str) -> None:
    """Set the GPU and the threads of this process, before anything is computed in it."""
    if gpu:
        os.environ["CUDA_VISIBLE_DEVICES"] = gpu  # CUDA reads it when it is first used
    if threads:
        import torch

        torch.set_num_threads(threads)
        cv2.setNumThreads(threads)
        threadpool_limits(threads)  # NumPy's and SciPy's


def _evaluate_images(
    pipe: Connection, segmenter: Segmenter, examples: ExampleDataset, places: Sequence[int], benchmark: Benchmark
) -> None:
    """Send a row for each image, in order; three images are in work at a time, one in each stage."""
    with ThreadPoolExecutor(1) as preparing, ThreadPoolExecutor(1) as scoring:
        prepared = [preparing.submit(_prepare_example, examples, place, benchmark) for place in places[:1]]
        unsent: list[Future] = []
        for place, following in zip(places, (*places[1:], None), strict=True):
            example = prepared.pop().result()
            if following is not None:
                prepared.append(preparing.submit(_prepare_example, examples, following, benchmark))
            with _name_image_in_errors(example):
                timed = predict(segmenter, example, benchmark)
            if unsent:
                unsent.pop().result()
            unsent.append(scoring.submit(_score_and_send, pipe, place, example, timed, benchmark))
        for future in unsent:
            future.result()


def _prepare_example(examples: ExampleDataset, place: int, benchmark: Benchmark) -> Example:
    example = examples[place]
    with _name_image_in_errors(example):
        return with_cues(example, benchmark)


def _score_and_send(pipe: Connection, place: int, example: Example, timed: TimedOutput, benchmark: Benchmark) -> None:
    with _name_image_in_errors(example):
        parts = score_parts(timed, example, benchmark)
    lists = {name: np.asarray(part).tolist() for name, part in parts.items()}
    row = {"place": place, "id": example.id, "group": example.group, "forward": timed.seconds, "parts": lists}
    _send(pipe, row)


@contextmanager
def _name_image_in_errors(example: Example) -> Iterator[None]:
    """A ValueError raised inside names the image."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{example.id}: {error}") from error


def _send(pipe: Connection, message: dict) -> None:
    pipe.send_bytes(json.dumps(message).encode())


def _device(segmenter: Segmenter) -> str:
    """Where the segmenter's weights lie: the GPU's name, or "cpu"."""
    import torch

    networks = (value for value in vars(segmenter).values() if isinstance(value, torch.nn.Module))
    device = next((p.device for network in networks for p in network.parameters()), torch.device("cpu"))
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def _machine() -> str:
    import torch

    return f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}"
