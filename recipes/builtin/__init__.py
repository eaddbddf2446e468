"""How the built-in model was made; RECIPE.md has the figures."""

import os

from wss_core import threads

threads.configure()  # before torch and NumPy are loaded: what waits leaves the cores to the processes that make lessons
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
