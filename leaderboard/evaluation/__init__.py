"""Evaluation: a checkpoint or a trial on a benchmark, in a watched process of its own, gives a record."""
