"""Whole numbers and texts <-> short texts inside a JSON record; what is read back is bounded before it is unpacked."""

from __future__ import annotations

import base64
import binascii
import math
import zlib

import numpy as np

TYPES = ("int8", "uint8", "int16", "uint16", "int32", "int64")
ROWS, PLANES = "rows", "planes"  # how the bytes are ordered; records of earlier versions do not say, theirs are in rows
MAX_BYTES = 400_000_000  # of one array, unpacked
BROKEN = (KeyError, IndexError, TypeError, ValueError, OverflowError, zlib.error, binascii.Error)


def pack(array: np.ndarray) -> dict:
    """{"dtype", "shape", "order", "data"}: the smallest type that holds the whole numbers, deflated, as base64.

    In rows, one a picture, or in planes: for each number of a row the lowest bytes of all rows, then the next. Whichever is
    smaller: planes take a third less where most classes are on most pictures.
    """
    low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
    dtype = next(t for t in TYPES if np.iinfo(t).min <= low and high <= np.iinfo(t).max)
    small = np.ascontiguousarray(array, np.dtype(dtype).newbyteorder("<"))
    bytes_of = {ROWS: small.tobytes()}
    if small.size:
        bytes_of[PLANES] = small.view(np.uint8).reshape(len(small), -1).T.tobytes()
    order, data = min(((key, zlib.compress(value, 9)) for key, value in bytes_of.items()), key=lambda one: len(one[1]))
    return {"dtype": dtype, "shape": list(array.shape), "order": order, "data": base64.b64encode(data).decode()}


def size(form: dict) -> int:
    """How many bytes the numbers of what `pack` gave say they take, once unpacked. Raises ValueError for anything else."""
    dtype, shape = form.get("dtype"), form.get("shape")
    if dtype not in TYPES or type(shape) is not list or not all(type(side) is int and side >= 0 for side in shape):
        raise ValueError(f"{dtype!r:.40} {shape!r:.80} is no array of whole numbers")
    return math.prod(shape) * np.dtype(dtype).itemsize


def unpack(form: dict) -> np.ndarray:
    """int64 array of what `pack` gave. Raises ValueError for anything else."""
    try:
        expected = size(form)
        dtype, shape, order = form["dtype"], tuple(form["shape"]), form.get("order", ROWS)
        if expected > MAX_BYTES:
            raise ValueError(f"{expected:,} bytes are more than {MAX_BYTES:,}")
        if order not in (ROWS, PLANES):
            raise ValueError(f"the order {order!r:.40} is not known")
        data = _inflate(form["data"], expected)
        if order == PLANES and expected:
            data = np.frombuffer(data, np.uint8).reshape(-1, shape[0]).T.tobytes()
        return np.frombuffer(data, np.dtype(dtype).newbyteorder("<")).reshape(shape).astype(np.int64)
    except (*BROKEN, MemoryError) as error:
        raise ValueError(f"packed numbers cannot be read ({error}). Evaluate again") from None


def pack_texts(texts) -> str:
    """Texts without line breaks, deflated, as base64."""
    return base64.b64encode(zlib.compress("\n".join(texts).encode(), 9)).decode()


def unpack_texts(text: str, count: int) -> tuple[str, ...]:
    """`count` texts of what `pack_texts` gave. Raises ValueError for anything else."""
    try:
        unpacker = zlib.decompressobj()
        texts = unpacker.decompress(base64.b64decode(text, validate=True), MAX_BYTES // 100).decode().split("\n")
    except (*BROKEN, MemoryError) as error:
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
