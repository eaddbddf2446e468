"""One cell of a data set -> pixels. A cell is bytes or a Path of a file, an array, or nested lists of numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..data import ImageError
from ..images import read_image, read_values


def picture(cell) -> np.ndarray:
    """uint8 (H, W, 3) RGB. Raises ImageError."""
    return read_image(cell if isinstance(cell, bytes | Path) else np.asarray(cell))


def numbers(cell) -> np.ndarray:
    """Whole numbers (H, W) of a mask. Raises ImageError."""
    if isinstance(cell, bytes | Path):
        return read_values(cell)
    if is_several(cell):
        raise ImageError(f'there are {len(cell)} masks. Choose one by its place, columns={{"mask": "COLUMN[0]"}}')
    values = np.asarray(cell)
    if values.ndim != 2 or values.dtype.kind not in "bui":
        raise ImageError(f"a mask must be whole numbers (H, W), got {values.dtype} {values.shape}")
    return values.astype(np.uint8) if values.dtype == bool else values


def identities(cell) -> np.ndarray:
    """int32 (H, W): an id for each object, 0 = none. Of several masks, each one object, later ones lie on top."""
    if not is_several(cell):
        ids = numbers(cell)
        if ids.size and (ids.min() < 0 or ids.max() >= 2**31):
            raise ImageError("ids of objects must be 0 or above. Renumber them from 1")
        return ids.astype(np.int32)
    found = None
    for number, mask in enumerate(map(numbers, cell), 1):
        found = np.zeros(mask.shape, np.int32) if found is None else found
        if mask.shape != found.shape:
            raise ImageError(f"mask {number} is {_size(mask)}, the first {_size(found)}. Give them one size")
        found[mask > 0] = number
    return found


def is_several(cell) -> bool:
    """Whether the cell is a list of masks, not one mask."""
    return isinstance(cell, list) and len(cell) > 0 and isinstance(cell[0], bytes | Path)


def check_size(name: str, plane: np.ndarray, image: np.ndarray) -> np.ndarray:
    """The plane itself. Raises ImageError unless it is as large as the picture."""
    if plane.shape != image.shape[:2]:
        raise ImageError(f"the {name} is {_size(plane)}, the picture {_size(image)}. Give them the same size")
    return plane


def _size(plane: np.ndarray) -> str:
    return f"{plane.shape[1]} x {plane.shape[0]}"
