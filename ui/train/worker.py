"""The process that trains: it is told a folder, learns what lies there, answers for its pictures, says how far it is.

It imports what takes seconds to import before the first folder comes. It may be ended at any moment: nothing that it
wrote is used before its last word, {"done": true}. It says JSON, a line each; nobody unpickles anything.
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
from wss_core.results.exports import View, export
from wss_core.segmenter import Segmenter
from wss_core.training.config import RunOptions

from ..checkpoints.trained import MASKS, MODEL
from ..server.label_runs import encode_labels
from .task import TrainTask

SHOWN_SIDE = 320  # pixels of the labels that are shown among others
FAILED = "the training failed on the server. Your pictures and cues are kept: try the other method, or fewer pictures"

FIRST, LAST = 3, 8  # the steps between which time is taken: before, things are made and compiled
LEAST = 20

Say = Callable[[dict], None]
log = logging.getLogger(__name__)


def main() -> None:
    """Train for each folder named on standard input, until that ends."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as output:
        os.dup2(2, 1)  # what libraries print is no word of ours
        _step_back()
        threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()

        def say(said: dict) -> None:
            output.write(json.dumps(said) + "\n")
            output.flush()

        say({"ready": True})
        for line in sys.stdin:
            run_task(Path(line.strip()), say)


def run_task(folder: Path, say: Say) -> None:
    """Do the task in the folder, and leave MODEL and MASKS there; the last word is {"done"} or {"error": a sentence}."""
    try:
        task = TrainTask.read(folder)
        segmenter = fit_task(task, say)
        hub.save(segmenter, folder / MODEL)
        predict_all(task, segmenter, folder / MASKS, say)
        say({"done": True})
    except ValueError as error:
        say({"error": str(error)})
    except Exception:
        log.exception("training failed")
        say({"error": FAILED})


def fit_task(task: TrainTask, say: Say) -> Segmenter:
    """The segmenter of the task, fitted as on the command line; in fewer steps where all would take too long."""
    segmenter = build(task.method, task.settings)
    seconds = task.seconds if hasattr(segmenter, "steps") else float("inf")
    try:
        return segmenter.fit(task.examples, run=_run(say, TimeBudget(seconds)))
    except TooSlow as slow:
        fewer = build(task.method, task.settings | {"steps": slow.steps})
        return fewer.fit(task.examples, run=_run(say, TimeBudget(float("inf"))))


def predict_all(task: TrainTask, segmenter: Segmenter, masks: Path, say: Say) -> None:
    """Say the labels of each picture, small, and how unsure they are, 0 to 1; write the masks at the size as sent."""
    with zipfile.ZipFile(masks, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("classes.txt", "\n".join(segmenter.classes) + "\n")
        for number, (example, full) in enumerate(zip(task.examples, task.full, strict=True)):
            result = segmenter.segment(example.image, example.cues)
            say({"answer": number, **_shown(result)})
            name, mask = export("mask", View(result, _blank(full), name=example.id))
            archive.writestr(name if name not in archive.namelist() else f"{number + 1}_{name}", mask)


class TooSlow(Exception):
    """All steps would take too long. steps: how many will fit."""

    def __init__(self, steps: int):
        super().__init__(f"{steps} steps fit")
        self.steps = steps


class TimeBudget:
    """seconds: that all steps together may take."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic):
        self.seconds, self.clock = seconds, clock
        self._begun = 0.0

    def watch(self, step: int, steps: int) -> None:
        """To be called after each step, which are counted from 1. Raises TooSlow once that is known."""
        if step == FIRST:
            self._begun = self.clock()
        if step == LAST:
            each = (self.clock() - self._begun) / (LAST - FIRST)
            if each * steps > self.seconds:
                raise TooSlow(max(LEAST, int(self.seconds / each)))


def _run(say: Say, pace: TimeBudget) -> RunOptions:
    told = 0.0

    def progress(step: int, steps: int, figures: dict[str, float]) -> None:
        nonlocal told
        pace.watch(step, steps)
        if time.monotonic() - told > 0.2 or step == steps:
            told = time.monotonic()
            say({"step": step, "steps": steps, **({"loss": figures["loss"]} if "loss" in figures else {})})

    return RunOptions(progress=progress, quiet=True)


def _shown(result: Result) -> dict:
    scale = min(1.0, SHOWN_SIDE / max(result.shape))
    shape = tuple(max(1, round(side * scale)) for side in result.shape)
    runs = base64.b64encode(encode_labels(resize_nearest(result.labels, shape))).decode()
    return {"height": shape[0], "width": shape[1], "runs": runs, "unsure": round(float(result.uncertainty.mean()), 4)}


def _blank(shape: tuple[int, int]) -> np.ndarray:
    """A picture of that size that takes no memory."""
    return np.broadcast_to(np.zeros(1, np.uint8), (*shape, 3))


def _step_back() -> None:
    """Others go first: people who draw wait for the processor at every stroke; and this ends before the page does."""
    with suppress(OSError, AttributeError):
        os.nice(10)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _end_with(parent: int) -> None:
    """The page's end is this process's end, however it came."""
    with suppress(psutil.Error):
        psutil.Process(parent).wait()
    os._exit(1)


if __name__ == "__main__":
    main()
