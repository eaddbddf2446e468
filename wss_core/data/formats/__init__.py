"""Readers of data formats, one format a file."""
