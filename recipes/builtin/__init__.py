"""How the built-in model was made; RECIPE.md has the figures."""

import os

# Read when torch and NumPy are loaded: threads that wait must leave the cores to the processes that make lessons.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
