"""One cell of a data set -> pixels, or rows of the JSON form of cues (see `cues.schema`), where each value is checked.

A cell of pixels is bytes or a Path of a file, an array, or nested lists of numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ..conventions import ImageError
from ..imaging.io import read_image, read_mask_values

Relabel = Callable[[int | str], int]


def picture(cell) -> np.ndarray:
    """uint8 (H, W, 3) RGB. Raises ImageError."""
    return read_image(cell if isinstance(cell, bytes | Path) else np.asarray(cell))


def numbers(cell) -> np.ndarray:
    """Whole numbers (H, W) of a mask. Raises ImageError."""
    if isinstance(cell, bytes | Path):
        return read_mask_values(cell)
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


def tags(cell, names: Sequence[str]) -> list:
    """Names; a whole number is a place in `names`, a single value a list of one."""
    values = cell if isinstance(cell, list | tuple) else [cell]
    places = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
    strange = [place for place in places if not 0 <= place < len(names)]
    if strange:
        raise ValueError(f"has the tag {strange[0]}, but there are {len(names)} names of tags. Give the classes' names")
    return [names[value] if value in places else value for value in values]


def points(cell, relabel: Relabel) -> list[list]:
    """[x, y, label] rows of such rows or of {"x", "y", "label"}."""
    return [_relabelled(row, relabel) for row in _rows(cell, ("x", "y", "label"))]


def boxes(cell, relabel: Relabel) -> list[list]:
    """[x0, y0, x1, y1, label] rows of such rows or of {"x0", "y0", "x1", "y1", "label"}."""
    return [_relabelled(row, relabel) for row in _rows(cell, ("x0", "y0", "x1", "y1", "label"))]


def objects(cell, relabel: Relabel) -> list[list]:
    """[x0, y0, x1, y1, label] rows of the Hub's form for detection: {"bbox": [[x, y, width, height], ...],
    "category": [label, ...]}, or a list of {"bbox", "category"}."""
    found = cell if isinstance(cell, dict) else {key: [row.get(key) for row in cell] for key in ("bbox", "category")}
    labels = next((found[key] for key in ("category", "categories", "label", "labels") if key in found), None)
    if "bbox" not in found or labels is None or len(labels) != len(found["bbox"]):
        raise ValueError('objects must hold as many "bbox" as "category". Give columns={"objects": None} to do without')
    if any(len(corner) != 4 for corner in found["bbox"]):
        raise ValueError("every bbox must be [x, y, width, height]")
    rows = zip(found["bbox"], labels, strict=True)
    return [_relabelled([x, y, x + width, y + height, label], relabel) for (x, y, width, height), label in rows]


def strokes(cell, relabel: Relabel) -> list[dict]:
    """{"label", "width", "path"} rows."""
    if not all(isinstance(row, dict) and "label" in row for row in cell):
        raise ValueError('every stroke must be {"label": 1, "width": 7, "path": [[x, y], ...]}')
    return [{**row, "label": _label(row["label"], relabel)} for row in cell]


def _rows(cell, keys: Sequence[str]) -> list[list]:
    rows = [[row.get(key) for key in keys] if isinstance(row, dict) else row for row in cell]
    if not all(isinstance(row, list | tuple) and len(row) == len(keys) for row in rows):
        raise ValueError(f"every one must be [{', '.join(keys)}]")
    return rows


def _relabelled(row: Sequence, relabel: Relabel) -> list:
    return [*row[:-1], _label(row[-1], relabel)]


def _label(value, relabel: Relabel):
    """Only names and whole numbers have a label; `wire` refuses the rest."""
    if isinstance(value, str):
        return relabel(value)
    whole = isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1
    return relabel(int(value)) if whole else value
