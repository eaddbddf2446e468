"""GrabCut of OpenCV with a bound on its time: it runs in another process, which ends when a cut takes too long.

On a picture of one colour, or with next to no others, a single cut can take minutes or hours (256 x 192 pixels, a few of
them not white); ordinary ones take a tenth of a second. Which it will be cannot be known beforehand.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from .graph_cut_worker import HEAD, READY

SECONDS, SECONDS_A_MEGAPIXEL = 5.0, 100.0  # limit of a cut: a hundred times what ordinary pictures need
WORKER = Path(__file__).with_name("graph_cut_worker.py")

log = logging.getLogger(__name__)
_idle: list[subprocess.Popen] = []  # processes that wait for a cut, as many as ever worked at once
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # their pipes are the parent's


def run_grabcut(bgr: np.ndarray, trimap: np.ndarray, iterations: int) -> bool:
    """Cut a BGR picture uint8 (h, w, 3) and write the result into the trimap uint8 (h, w), in OpenCV's four values.

    Returns whether colours separated the sides, with the same result each time. False: a picture of one colour, which
    leaves the trimap as it is, or a cut that takes too long, which keeps the iterations that were done and warns. Each
    side needs 5 pixels. Raises RuntimeError where the process cannot be started or fails.
    """
    if (bgr == bgr[:1, :1]).all():
        return False
    seconds = SECONDS + SECONDS_A_MEGAPIXEL * trimap.size / 1e6
    worker = _assign(HEAD.pack(*trimap.shape, iterations, seconds) + bgr.tobytes() + trimap.tobytes())
    try:
        for done in range(iterations):
            written = worker.stdout.read(trimap.size)
            if len(written) < trimap.size:
                _report_end(worker, done, iterations, trimap.shape, seconds)
                return False
            trimap[...] = np.frombuffer(written, np.uint8).reshape(trimap.shape)
    except BaseException:
        worker.kill()  # what it would still write belongs to this cut
        raise
    _idle.append(worker)
    return True


def _assign(task: bytes) -> subprocess.Popen:
    """Give the task to an idle process or a new one, and return it. Raises RuntimeError where none can be started."""
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
            pass  # it ended while it was idle
        except BaseException:
            worker.kill()
            raise
        worker.kill()
        if is_new:
            raise RuntimeError(f"the process that cuts pictures ended with {worker.wait()}. Its own message is above")


def _start_worker() -> subprocess.Popen:
    pipe, environment = (
        subprocess.PIPE,
        os.environ | {"PYTHONSAFEPATH": "1"},
    )  # this folder's modules must not shadow others
    return subprocess.Popen([sys.executable, str(WORKER)], stdin=pipe, stdout=pipe, env=environment)


def _report_end(worker: subprocess.Popen, done: int, iterations: int, shape: tuple[int, ...], seconds: float) -> None:
    """Warn that a cut took too long and its process ended. Raises RuntimeError where it ended for another reason."""
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
