"""OpenCV's GrabCut with a bound on its time: it works in another process, which ends when a cut takes too long.

On a picture of one colour, or with next to no others, a single cut can take minutes or hours (256 x 192 pixels, a few of
them not white); ordinary ones take a tenth of a second. Which it will be cannot be told beforehand.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from .graph_cut_worker import HEAD, READY

SECONDS, SECONDS_A_MEGAPIXEL = 5.0, 100.0  # that a cut may take: a hundred times what ordinary pictures need
WORKER = Path(__file__).with_name("graph_cut_worker.py")

log = logging.getLogger(__name__)
_idle: list[subprocess.Popen] = []  # as many as there were cuts at once
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # their pipes are the parent's


def run_grabcut(bgr: np.ndarray, trimap: np.ndarray, iterations: int) -> bool:
    """Cut a picture uint8 (h, w, 3), the result written into the trimap uint8 (h, w) in OpenCV's four values.

    Returns False where the colours did not tell the sides apart: a picture of one colour leaves the trimap as it is, and
    of a cut that takes too long the iterations that were done are kept, with a warning. Otherwise True, and the same
    each time. Either side needs 5 pixels.
    """
    if (bgr == bgr[:1, :1]).all():
        return False
    seconds = SECONDS + SECONDS_A_MEGAPIXEL * trimap.size / 1e6
    worker = _assign(HEAD.pack(*trimap.shape, iterations, seconds) + bgr.tobytes() + trimap.tobytes())
    try:
        for done in range(iterations):
            cut = worker.stdout.read(trimap.size)
            if len(cut) < trimap.size:
                _report_end(worker, done, iterations, trimap.shape, seconds)
                return False
            trimap[...] = np.frombuffer(cut, np.uint8).reshape(trimap.shape)
    except BaseException:
        worker.kill()  # what it would still write belongs to this cut
        raise
    _idle.append(worker)
    return True


def _assign(task: bytes) -> subprocess.Popen:
    """A process that has begun the task, an idle one or a new one. Raises RuntimeError where none can be had."""
    while True:
        try:
            worker, is_new = _idle.pop(), False
        except IndexError:
            worker, is_new = _start_worker(), True
        try:
            worker.stdin.write(task)
            worker.stdin.flush()
            if worker.stdout.read(len(READY)) == READY:
                return worker
        except OSError:
            pass  # it was ended by somebody while it was idle
        except BaseException:
            worker.kill()
            raise
        worker.kill()
        if is_new:
            raise RuntimeError(f"the process that cuts pictures ended with {worker.wait()}. What it said is above")


def _start_worker() -> subprocess.Popen:
    pipe, environment = subprocess.PIPE, os.environ | {"PYTHONSAFEPATH": "1"}  # no module of this folder is meant
    return subprocess.Popen([sys.executable, str(WORKER)], stdin=pipe, stdout=pipe, env=environment)


def _report_end(worker: subprocess.Popen, done: int, iterations: int, shape: tuple[int, ...], seconds: float) -> None:
    """Say why the process ended in the middle of a cut. Raises RuntimeError for any reason but the time."""
    code = worker.wait()
    if code != 1:
        raise RuntimeError(
            f"the process that cuts pictures ended with {code}. Memory may have run out: cut a smaller one"
        )
    log.warning(
        "grabcut: a cut of %d x %d pixels took over %.0f s and was ended after %d of %d iterations. Its colours hardly "
        "tell object and background apart; draw more cues, or choose another method",
        shape[1],
        shape[0],
        seconds,
        done,
        iterations,
    )
