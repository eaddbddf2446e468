"""Label maps as the page sends them: runs of equal labels in reading order, each a label byte and a varint length."""

from __future__ import annotations

import numpy as np

MAX_LENGTH_BYTES = 5


def encode_labels(labels: np.ndarray) -> bytes:
    """Encode labels, uint8 (H, W), as runs. Lengths are little-endian groups of 7 bits, high bit = more follows."""
    flat = labels.ravel()
    starts = np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1]) + 1])
    lengths = np.diff(starts, append=flat.size)
    sizes = 1 + (lengths >= 1 << 7) + (lengths >= 1 << 14) + (lengths >= 1 << 21) + (lengths >= 1 << 28)
    offsets = np.concatenate([[0], np.cumsum(sizes + 1)])
    stream = np.zeros(offsets[-1], np.uint8)
    stream[offsets[:-1]] = flat[starts]
    for byte in range(int(sizes.max())):
        long_enough = sizes > byte
        group = (lengths[long_enough] >> (7 * byte)) & 0x7F
        more = np.where(sizes[long_enough] > byte + 1, 0x80, 0)
        stream[offsets[:-1][long_enough] + 1 + byte] = group | more
    return stream.tobytes()


def decode_labels(stream: bytes, shape: tuple[int, int]) -> np.ndarray:
    """Decode runs into uint8 (H, W), as the page's script does. Raises ValueError when they do not fill the shape."""
    labels, lengths = [], []
    offset = 0
    while offset < len(stream):
        labels.append(stream[offset])
        length, offset = _read_varint(stream, offset + 1)
        lengths.append(length)
    if sum(lengths) != shape[0] * shape[1]:  # checked before an array of that size is made
        raise ValueError(f"{sum(lengths)} pixels in the runs, {shape[0] * shape[1]} in the picture")
    return np.repeat(np.array(labels, np.uint8), np.array(lengths, np.int64)).reshape(shape)


def _read_varint(stream: bytes, offset: int) -> tuple[int, int]:
    """(The length that begins at `offset`, the offset behind it). Raises ValueError where it does not end."""
    length = 0
    for number, byte in enumerate(stream[offset : offset + MAX_LENGTH_BYTES]):
        length |= (byte & 0x7F) << (7 * number)
        if byte < 0x80:
            return length, offset + number + 1
    raise ValueError("the runs are cut short. Send them again")
