"""The process that trains: it reads folders from standard input, trains, predicts, and says how far it is.

It imports what takes seconds to import before the first folder comes. It may be ended at any moment: nothing that it
wrote is used before its last message, {"done": true}. It writes messages as JSON, one a line; nobody unpickles anything.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil

from wss_core import hub
from wss_core.imaging.resize import resize_nearest
from wss_core.methods.settings import build
from wss_core.results import Result
from wss_core.results.exports import ExportSource, export
from wss_core.run_options import RunOptions
from wss_core.segmenter import Segmenter

from ..checkpoints.trained import MASKS, MODEL
from ..server.label_runs import encode_labels
from .task import TrainTask

SHOWN_SIDE = 320  # pixels of the longer side of the labels that are shown among other pictures
FAILED = "the training failed on the server. Your pictures and cues are kept: try the other method, or fewer pictures"

FIRST_TIMED, LAST_TIMED = 3, 8  # the steps between which time is measured: earlier ones compile
MIN_STEPS = 20
PROGRESS_SECONDS = 0.2  # between two messages of progress

Send = Callable[[dict], None]
log = logging.getLogger(__name__)


def main() -> None:
    """Train for each folder named on standard input, until that ends."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as output:
        os.dup2(2, 1)  # what libraries print is no message
        _lower_priority()
        threading.Thread(target=_exit_with, args=(os.getppid(),), daemon=True).start()

        def send(message: dict) -> None:
            output.write(json.dumps(message) + "\n")
            output.flush()

        send({"ready": True})
        for line in sys.stdin:
            run_task(Path(line.strip()), send)


def run_task(folder: Path, send: Send) -> None:
    """Do the task in the folder and leave MODEL and MASKS there; the last message is {"done"} or {"error": a sentence}."""
    try:
        task = TrainTask.read(folder)
        segmenter = fit_task(task, send)
        hub.save(segmenter, folder / MODEL)
        predict_all(task, segmenter, folder / MASKS, send)
        send({"done": True})
    except ValueError as error:
        send({"error": str(error)})
    except Exception:
        log.exception("training failed")
        send({"error": FAILED})


def fit_task(task: TrainTask, send: Send) -> Segmenter:
    """Fit the segmenter of the task as the command line does; in fewer steps where all would take too long."""
    segmenter = build(task.method, task.settings)
    seconds = task.seconds if hasattr(segmenter, "steps") else float("inf")
    try:
        return segmenter.fit(task.examples, run=_run_options(send, TimeBudget(seconds)))
    except TooSlow as slow:
        shorter = build(task.method, task.settings | {"steps": slow.steps})
        return shorter.fit(task.examples, run=_run_options(send, TimeBudget(float("inf"))))


def predict_all(task: TrainTask, segmenter: Segmenter, masks: Path, send: Send) -> None:
    """Send the labels of each picture, small, and their mean uncertainty, 0 to 1; write the masks at full size."""
    with zipfile.ZipFile(masks, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("classes.txt", "\n".join(segmenter.classes) + "\n")
        for number, (example, full_size) in enumerate(zip(task.examples, task.full_sizes, strict=True)):
            result = segmenter.segment(example.image, example.cues)
            send({"prediction": number, **_encode_result(result)})
            name, mask = export("mask", ExportSource(result, _blank_image(full_size), name=example.id))
            archive.writestr(name if name not in archive.namelist() else f"{number + 1}_{name}", mask)


class TooSlow(Exception):
    """All steps would take too long. steps: how many fit into the time."""

    def __init__(self, steps: int):
        super().__init__(f"{steps} steps fit")
        self.steps = steps


class TimeBudget:
    """Finds out from the first steps whether all steps fit into `seconds`."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic):
        self.seconds, self.clock = seconds, clock
        self._started_at = 0.0

    def after_step(self, step: int, steps: int) -> None:
        """Call this after each step, counted from 1. Raises TooSlow when they do not fit."""
        if step == FIRST_TIMED:
            self._started_at = self.clock()
        if step == LAST_TIMED:
            seconds_per_step = (self.clock() - self._started_at) / (LAST_TIMED - FIRST_TIMED)
            if seconds_per_step * steps > self.seconds:
                raise TooSlow(max(MIN_STEPS, int(self.seconds / seconds_per_step)))


def _run_options(send: Send, budget: TimeBudget) -> RunOptions:
    sent_at = 0.0

    def progress(step: int, steps: int, values: dict[str, float]) -> None:
        nonlocal sent_at
        budget.after_step(step, steps)
        if time.monotonic() - sent_at > PROGRESS_SECONDS or step == steps:
            sent_at = time.monotonic()
            send({"step": step, "steps": steps, **({"loss": values["loss"]} if "loss" in values else {})})

    return RunOptions(progress=progress, quiet=True)


def _encode_result(result: Result) -> dict:
    scale = min(1.0, SHOWN_SIDE / max(result.shape))
    height, width = (max(1, round(side * scale)) for side in result.shape)
    runs = base64.b64encode(encode_labels(resize_nearest(result.labels, (height, width)))).decode()
    uncertainty = round(float(result.uncertainty.mean()), 4)
    return {"height": height, "width": width, "runs": runs, "uncertainty": uncertainty}


def _blank_image(shape: tuple[int, int]) -> np.ndarray:
    """An image of that size that takes no memory."""
    return np.broadcast_to(np.zeros(1, np.uint8), (*shape, 3))


def _lower_priority() -> None:
    """Let others go first: people who draw wait for the processor at every stroke; and end this before the page."""
    with suppress(OSError, AttributeError):
        os.nice(10)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _exit_with(parent: int) -> None:
    """End this process when the page's process ends, however it does."""
    with suppress(psutil.Error):
        psutil.Process(parent).wait()
    os._exit(1)


if __name__ == "__main__":
    main()
