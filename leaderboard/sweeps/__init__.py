"""Sweeps: the board trains and evaluates a grid of trials, on this machine or on others, and makes their records."""
