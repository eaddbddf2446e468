"""Trained models that the page can use: checkpoints of the Hub, and those that visitors trained here."""
