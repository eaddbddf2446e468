"""The public entrance to data sets: `examples.read` (or `examples.load`) opens one as an ExampleDataset."""

from .data import ROLES, ExampleDataset, load, read

__all__ = ["ROLES", "ExampleDataset", "load", "read"]
