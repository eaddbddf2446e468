"""Prepared: what a method has computed of one picture before any cue, to be shared by many `segment` calls."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Prepared:
    """The slow part of one picture's segmentation, computed once; any number of `segment` calls may share it.

    shape: (H, W) of the picture, checksum: of its pixels. made_by: the method with its settings and weights. cache: what
    the method keeps.
    """

    shape: tuple[int, int]
    made_by: str
    cache: Any
    checksum: int = 0

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays in the cache."""
        return _nbytes(self.cache)


def checksum(image: np.ndarray) -> int:
    """CRC-32 of a picture's pixels: half a millisecond for a megapixel."""
    return zlib.crc32(np.ascontiguousarray(image))


def _nbytes(cache: Any) -> int:
    """Bytes of the arrays inside dataclasses, dicts, lists and sparse matrices, however nested."""
    if isinstance(cache, np.ndarray):
        return cache.nbytes
    if is_dataclass(cache):
        return sum(_nbytes(getattr(cache, f.name)) for f in fields(cache))
    if isinstance(cache, dict):
        return sum(_nbytes(value) for value in cache.values())
    if isinstance(cache, list | tuple):
        return sum(_nbytes(value) for value in cache)
    return sum(_nbytes(getattr(cache, part)) for part in ("data", "indices", "indptr") if hasattr(cache, part))
