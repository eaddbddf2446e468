"""Accuracy against the amount of labels: checkpoints evaluated on benchmarks, kept as records, shown as rows and figures."""
