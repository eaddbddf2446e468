"""The recipe that trains the built-in model; RECIPE.md has the figures."""

import os

from wss_core import threads

threads.configure()  # before torch and NumPy are loaded: waiting threads leave the cores to the processes that make training tasks
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
