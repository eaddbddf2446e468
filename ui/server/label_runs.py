"""Label maps as the page sends them: runs of equal labels in reading order, each a label byte and a varint length."""

from __future__ import annotations

import numpy as np

LONGEST = 5  # bytes of a length


def encode_labels(labels: np.ndarray) -> bytes:
    """The runs of labels, uint8 (H, W). Length varints are little-endian groups of 7 bits, high bit = more follows."""
    flat = labels.ravel()
    starts = np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1]) + 1])
    lengths = np.diff(starts, append=flat.size)
    sizes = 1 + (lengths >= 1 << 7) + (lengths >= 1 << 14) + (lengths >= 1 << 21) + (lengths >= 1 << 28)
    places = np.concatenate([[0], np.cumsum(sizes + 1)])
    stream = np.zeros(places[-1], np.uint8)
    stream[places[:-1]] = flat[starts]
    for byte in range(int(sizes.max())):
        long_enough = sizes > byte
        group = (lengths[long_enough] >> (7 * byte)) & 0x7F
        more = np.where(sizes[long_enough] > byte + 1, 0x80, 0)
        stream[places[:-1][long_enough] + 1 + byte] = group | more
    return stream.tobytes()


def decode_labels(stream: bytes, shape: tuple[int, int]) -> np.ndarray:
    """uint8 (H, W) of the runs, as the page's script does it. Raises ValueError when they do not fill the shape."""
    labels, lengths = [], []
    place = 0
    while place < len(stream):
        labels.append(stream[place])
        length, place = _varint(stream, place + 1)
        lengths.append(length)
    if sum(lengths) != shape[0] * shape[1]:  # before anything of that size is made
        raise ValueError(f"{sum(lengths)} pixels in the runs, {shape[0] * shape[1]} in the picture")
    return np.repeat(np.array(labels, np.uint8), np.array(lengths, np.int64)).reshape(shape)


def _varint(stream: bytes, place: int) -> tuple[int, int]:
    """(the length that begins at `place`, the place behind it). Raises ValueError where it does not end."""
    length = 0
    for number, byte in enumerate(stream[place : place + LONGEST]):
        length |= (byte & 0x7F) << (7 * number)
        if byte < 0x80:
            return length, place + number + 1
    raise ValueError("the runs are cut short. Send them again")
