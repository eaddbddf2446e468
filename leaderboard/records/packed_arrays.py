"""Arrays of whole numbers, and texts, as short strings inside a JSON record; their size is checked before they are unpacked."""

from __future__ import annotations

import base64
import binascii
import math
import zlib

import numpy as np

TYPES = ("int8", "uint8", "int16", "uint16", "int32", "int64")
ROWS, PLANES = "rows", "planes"  # how the bytes are ordered; records of format 1 do not say, theirs are in rows
MAX_BYTES = 400_000_000  # of one array, unpacked
BROKEN = (KeyError, IndexError, TypeError, ValueError, OverflowError, zlib.error, binascii.Error)


def pack(array: np.ndarray) -> dict:
    """Pack an array of whole numbers, one row for each image, into {"dtype", "shape", "order", "data"}.

    The numbers have the smallest type that holds them all, and are deflated and written as base64. The order is the smaller of
    ROWS, and PLANES: the lowest bytes of all rows for each number of a row, then the next bytes. Planes take a third less
    where most classes are on most images.
    """
    low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
    dtype = next(t for t in TYPES if np.iinfo(t).min <= low and high <= np.iinfo(t).max)
    small = np.ascontiguousarray(array, np.dtype(dtype).newbyteorder("<"))
    orders = {ROWS: small.tobytes()}
    if small.size:
        orders[PLANES] = small.view(np.uint8).reshape(len(small), -1).T.tobytes()
    order, data = min(((key, zlib.compress(value, 9)) for key, value in orders.items()), key=lambda pair: len(pair[1]))
    return {"dtype": dtype, "shape": list(array.shape), "order": order, "data": base64.b64encode(data).decode()}


def unpacked_size(form: dict) -> int:
    """The bytes that a packed array says it takes once it is unpacked. Raises ValueError for what `pack` cannot have given."""
    dtype, shape = form.get("dtype"), form.get("shape")
    if dtype not in TYPES or type(shape) is not list or not all(type(side) is int and side >= 0 for side in shape):
        raise ValueError(f"{dtype!r:.40} {shape!r:.80} is not an array of whole numbers")
    return math.prod(shape) * np.dtype(dtype).itemsize


def unpack(form: dict) -> np.ndarray:
    """Unpack what `pack` gave into an int64 array. Raises ValueError for anything else, and for more than MAX_BYTES."""
    try:
        expected = unpacked_size(form)
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
    """Pack texts, which have no line breaks, into one string: deflated, as base64."""
    return base64.b64encode(zlib.compress("\n".join(texts).encode(), 9)).decode()


def unpack_texts(text: str, count: int) -> tuple[str, ...]:
    """Unpack `count` texts of what `pack_texts` gave. Raises ValueError for anything else."""
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
    """Inflate base64 to exactly `size` bytes; never more, whatever the data would unpack to. Raises ValueError."""
    unpacker = zlib.decompressobj()
    data = unpacker.decompress(base64.b64decode(text, validate=True), size + 1)
    if len(data) != size or not unpacker.eof:
        raise ValueError(f"{len(data):,} bytes where {size:,} belong")
    return data
