"""Formats of data sets, a file each."""
