"""Whole numbers and texts <-> short texts inside a JSON record; what is read back is bounded before it is unpacked."""

from __future__ import annotations

import base64
import binascii
import math
import zlib

import numpy as np

TYPES = ("int8", "uint8", "int16", "uint16", "int32", "int64")
MAX_BYTES = 400_000_000  # of one array, unpacked


def pack(array: np.ndarray) -> dict:
    """{"dtype", "shape", "data"}: the smallest type that holds the whole numbers, deflated, as base64."""
    low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
    dtype = next(t for t in TYPES if np.iinfo(t).min <= low and high <= np.iinfo(t).max)
    data = zlib.compress(np.ascontiguousarray(array, np.dtype(dtype).newbyteorder("<")).tobytes(), 9)
    return {"dtype": dtype, "shape": list(array.shape), "data": base64.b64encode(data).decode()}


def unpack(form: dict) -> np.ndarray:
    """int64 array of what `pack` gave. Raises ValueError for anything else."""
    try:
        dtype, shape = form["dtype"], tuple(form["shape"])
        if dtype not in TYPES or not all(type(side) is int and side >= 0 for side in shape):
            raise ValueError(f"{dtype} {shape} is no array of whole numbers")
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if size > MAX_BYTES:
            raise ValueError(f"{size:,} bytes are more than {MAX_BYTES:,}")
        data = _inflate(form["data"], size)
        return np.frombuffer(data, np.dtype(dtype).newbyteorder("<")).reshape(shape).astype(np.int64)
    except (KeyError, TypeError, ValueError, zlib.error, binascii.Error) as error:
        raise ValueError(f"packed numbers cannot be read ({error}). Evaluate again") from None


def pack_texts(texts) -> str:
    """Texts without line breaks, deflated, as base64."""
    return base64.b64encode(zlib.compress("\n".join(texts).encode(), 9)).decode()


def unpack_texts(text: str, count: int) -> tuple[str, ...]:
    """`count` texts of what `pack_texts` gave. Raises ValueError for anything else."""
    try:
        unpacker = zlib.decompressobj()
        texts = unpacker.decompress(base64.b64decode(text, validate=True), MAX_BYTES // 100).decode().split("\n")
    except (TypeError, ValueError, zlib.error, binascii.Error) as error:
        raise ValueError(f"packed texts cannot be read ({error}). Evaluate again") from None
    texts = texts if count else []
    if len(texts) != count:
        raise ValueError(f"{len(texts)} packed texts for {count} pictures. Evaluate again")
    return tuple(texts)


def _inflate(text: str, size: int) -> bytes:
    """The bytes, exactly `size` of them: a bomb is not unpacked further than that."""
    unpacker = zlib.decompressobj()
    data = unpacker.decompress(base64.b64decode(text, validate=True), size + 1)
    if len(data) != size or not unpacker.eof:
        raise ValueError(f"{len(data):,} bytes where {size:,} belong")
    return data
