"""Checkpoints of the Hub and of visitors, in memory."""
