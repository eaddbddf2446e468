"""How the threads of the numerical libraries wait and how many they are, set in one place before those are loaded.

Threads of OpenMP that have nothing to do spin by default: fast on a machine of one's own, and up to fifty times slower
where others compute beside (a free Space, a laptop at work), because the spinning threads keep the cores from the one
that has work. `benchmarks/live_load.py --neighbours` measures it.
"""

from __future__ import annotations

import os
import sys

WAIT = {"OMP_WAIT_POLICY": "PASSIVE"}
# One thread for each visitor's work: two are hardly faster for one person, and slower for several at once.
ONE_EACH = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
LIBRARIES = ("torch", "numpy", "cv2", "scipy")  # read the variables when they are loaded


def configure(one_each: bool = False) -> None:
    """Set the environment variables that OpenMP and OpenBLAS read, where they are not set yet.

    one_each: one thread for each piece of work, as a server of several visitors wants it; otherwise as many as there
    are cores, as a training on a machine of one's own wants it. Child processes inherit the settings. Called first by
    every program of the project; in a notebook call it before torch is imported, or it has no effect on torch.
    """
    for name, value in {**WAIT, **(ONE_EACH if one_each else {})}.items():
        os.environ.setdefault(name, value)


def is_too_late() -> bool:
    """Whether a library that reads the settings only once is loaded already."""
    return any(name in sys.modules for name in LIBRARIES)
