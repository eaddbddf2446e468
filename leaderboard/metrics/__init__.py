"""Scores with intervals and ranks, from whole numbers that are kept of every picture."""
