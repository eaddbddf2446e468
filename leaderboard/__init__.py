"""Accuracy against seconds of labelling: the evaluation of checkpoints comes with the leaderboard's own issue."""
