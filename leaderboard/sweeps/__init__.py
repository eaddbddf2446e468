"""The board trains: a grid of trials -> records."""
