"""Data sets -> Examples: `examples.read` is the public name of `wss_core.data.read`."""

from .data import ROLES, Examples, read

__all__ = ["ROLES", "Examples", "read"]
