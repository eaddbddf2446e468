"""Accuracy against the amount of labels: checkpoints and methods are evaluated on benchmarks, and kept as records."""
