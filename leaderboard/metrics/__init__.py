"""Whole numbers of a picture -> scores with intervals and ranks."""
