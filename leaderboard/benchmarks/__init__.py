"""Benchmarks: the data, the cues and the metrics that are compared, each by its name."""
