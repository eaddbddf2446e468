"""Masks as closed outlines and as run lengths, the two ways in which COCO and YOLO write them."""

from __future__ import annotations

import numpy as np
from skimage.measure import find_contours


def outline(mask: np.ndarray) -> np.ndarray:
    """float64 (N, 2): the (x, y) vertices of one closed ring round an 8-connected mask, bool (h, w).

    The origin is the mask's top left *corner* (a pixel covers [x, x + 1), as in COCO), vertices lie halfway along
    the pixels' edges, and the ring holds exactly the centres of the mask's pixels: pycocotools decodes it without
    one wrong pixel. COCO and YOLO polygons know no holes, so each hole is joined to the ring by a cut without
    width, walked there and back ("keyhole"). Even-odd filling leaves the hole open; a filler that also paints
    outlines (cv2.fillPoly) paints the cut one pixel wide.
    """
    rings = find_contours(np.pad(mask, 1).astype(np.float32), 0.5, fully_connected="high")
    rings = [ring[:-1, ::-1] - 0.5 for ring in rings]  # (x, y), from padded pixel centres to corners, not repeated
    return _without_straight_points(_keyhole(rings))


def _keyhole(rings: list[np.ndarray]) -> np.ndarray:
    """Join the rings to one: the leftmost vertex of every hole is tied to the next vertex on its left, in the same row.

    A ring crosses each row of pixels only at vertices, so that neighbour exists, belongs to a ring that reaches
    further left, and nothing lies between: cuts cross nothing, and following them ends at the outer ring.
    """
    points = np.concatenate(rings)
    ends = np.cumsum([len(ring) for ring in rings])
    starts = ends - [len(ring) for ring in rings]
    after = np.arange(1, len(points) + 1)
    after[ends - 1] = starts
    leftmost = [start + ring[:, 0].argmin() for start, ring in zip(starts, rings, strict=True)]
    outer = int(np.argmin(points[leftmost, 0]))
    order = np.lexsort((points[:, 0], points[:, 1]))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    before = np.empty_like(after)
    before[after] = np.arange(len(points))
    chain, copies = dict(enumerate(after.tolist())), list(range(len(points)))
    for hole in (vertex for ring, vertex in enumerate(leftmost) if ring != outer):
        tie = int(order[rank[hole] - 1])
        hole_again, tie_again = len(copies), len(copies) + 1
        copies += [int(hole), tie]
        chain[int(before[hole])], chain[hole_again] = hole_again, tie_again
        chain[tie_again], chain[tie] = chain[tie], int(hole)
    return points[_walk(chain, copies, int(starts[outer]))]


def _walk(chain: dict[int, int], copies: list[int], start: int) -> list[int]:
    path, at = [copies[start]], chain[start]
    while at != start:
        path.append(copies[at])
        at = chain[at]
    return path


def _without_straight_points(ring: np.ndarray) -> np.ndarray:
    """The ring without the vertices at which it goes straight on."""
    before, after = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
    return ring[before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]]  # it never turns right back


def run_lengths(mask: np.ndarray) -> list[int]:
    """COCO's uncompressed run lengths of a mask, bool (H, W): column by column, of 0 and 1 by turns, 0 first."""
    flat = np.asarray(mask, bool).ravel(order="F")
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs = np.diff([0, *changes.tolist(), flat.size]).tolist()
    return [0, *runs] if flat[0] else runs


def runs_to_text(counts: list[int]) -> str:
    """COCO's compressed text of run lengths: differences to the run but one before, 5 bits a character.

    Source: maskApi.c of pycocotools, by Dollar and Lin.
    """
    text = []
    for i, count in enumerate(counts):
        rest = count - counts[i - 2] if i > 2 else count
        while True:
            bits, rest = rest & 31, rest >> 5
            done = rest == (-1 if bits & 16 else 0)
            text.append(chr(48 + (bits if done else bits | 32)))
            if done:
                break
    return "".join(text)


def runs_from_text(text: str | bytes) -> list[int]:
    """The run lengths that `runs_to_text` wrote. Raises ValueError for a text it cannot have written."""
    data = text.encode("ascii") if isinstance(text, str) else text
    counts: list[int] = []
    value = shift = 0
    for byte in data:
        if not 48 <= byte < 112 or shift > 30:
            raise ValueError("the run lengths are no COCO text. Export the file again")
        bits = byte - 48
        value |= (bits & 31) << shift
        shift += 5
        if not bits & 32:
            value -= (1 << shift) if bits & 16 else 0
            counts.append(value + counts[-2] if len(counts) > 2 else value)
            value = shift = 0
    if shift:
        raise ValueError("the run lengths are cut short. Export the file again")
    return counts


def mask_from_runs(counts: list[int], shape: tuple[int, int]) -> np.ndarray:
    """bool (H, W): the mask that has these `run_lengths`. Raises ValueError unless they fill `shape` (H, W) exactly."""
    pixels = shape[0] * shape[1]
    if not isinstance(counts, list) or not all(_is_length(run, pixels) for run in counts) or sum(counts) != pixels:
        raise ValueError(f"the run lengths do not fill {shape[1]} x {shape[0]} pixels. Export the file again")
    runs = np.array(counts, np.int64)
    return np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(shape, order="F")


def _is_length(run, maximum: int) -> bool:
    """Whether `run` is a whole number 0..maximum. With each run bounded, no sum of them overflows 64 bits."""
    return type(run) in (int, float) and 0 <= run <= maximum and run == int(run)
