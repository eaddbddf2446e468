"""Decodes one cell of a data set into pixels, or into rows of the JSON form of cues, whose values `cues.schema` checks.

A cell of pixels is bytes or a Path of a file, an array, or nested lists of numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ..conventions import ImageError
from ..imaging.header import Header, read_header
from ..imaging.io import read_image, read_mask_values

Relabel = Callable[[int | str], int]


def header(cell) -> Header:
    """Return the header of a picture's cell. Raises ImageError for a file of several pages."""
    if not isinstance(cell, bytes | Path):
        return Header()
    found = read_header(cell)
    if found.pages > 1:
        raise ImageError(f"the file holds {found.pages} pages. Save each page as a file of its own, and its mask alike")
    return found


def image(cell) -> np.ndarray:
    """Decode a picture to uint8 (H, W, 3) RGB. Raises ImageError."""
    return read_image(cell if isinstance(cell, bytes | Path) else np.asarray(cell))


def mask_values(cell) -> np.ndarray:
    """Decode a mask to whole numbers (H, W). Raises ImageError."""
    if isinstance(cell, bytes | Path):
        header(cell)
        return read_mask_values(cell)
    if is_mask_list(cell):
        raise ImageError(f'there are {len(cell)} masks. Choose one by its index, columns={{"mask": "COLUMN[0]"}}')
    values = np.asarray(cell)
    if values.ndim != 2 or values.dtype.kind not in "bui":
        raise ImageError(f"a mask must be whole numbers (H, W), got {values.dtype} {values.shape}")
    return values.astype(np.uint8) if values.dtype == bool else values


def instance_ids(cell) -> np.ndarray:
    """Decode the ids of objects to int32 (H, W), 0 = no object. In a list, each mask is one object; later ones lie on top.

    Raises ImageError.
    """
    if not is_mask_list(cell):
        ids = mask_values(cell)
        if ids.size and (ids.min() < 0 or ids.max() >= 2**31):
            raise ImageError("ids of objects must be 0 or above. Renumber them from 1")
        return ids.astype(np.int32)
    ids = None
    for number, mask in enumerate(map(mask_values, cell), 1):
        ids = np.zeros(mask.shape, np.int32) if ids is None else ids
        if mask.shape != ids.shape:
            raise ImageError(f"mask {number} is {_size(mask)}, the first {_size(ids)}. Give them one size")
        ids[mask > 0] = number
    return ids


def is_mask_list(cell) -> bool:
    """Return whether the cell is a list of masks and not a single mask."""
    return isinstance(cell, list) and len(cell) > 0 and isinstance(cell[0], bytes | Path)


def check_size(name: str, array: np.ndarray, image: np.ndarray, header: Header) -> np.ndarray:
    """Return the array, or raise ImageError when it is not as large as the picture."""
    if array.shape != image.shape[:2]:
        if header.swaps_sides and array.shape == image.shape[1::-1]:
            raise ImageError(
                f"the {name} is {_size(array)}, and so is the picture before its EXIF data turn it (orientation "
                f"{header.orientation}). Take the orientation out of the picture's file, or turn the {name} alike"
            )
        raise ImageError(f"the {name} is {_size(array)}, the picture {_size(image)}. Give them the same size")
    return array


def _size(array: np.ndarray) -> str:
    return f"{array.shape[1]} x {array.shape[0]}"


def tags(cell, names: Sequence[str]) -> list:
    """Return the names of tags; a whole number is an index in `names`. Raises ValueError."""
    values = cell if isinstance(cell, list | tuple) else [cell]
    indices = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
    invalid = [index for index in indices if not 0 <= index < len(names)]
    if invalid:
        raise ValueError(f"has the tag {invalid[0]}, but there are {len(names)} names of tags. Give the classes' names")
    return [names[value] if value in indices else value for value in values]


def points(cell, relabel: Relabel) -> list[list]:
    """Return points as [x, y, label] rows, from such rows or of {"x", "y", "label"}."""
    return [_with_label(row, relabel) for row in _rows(cell, ("x", "y", "label"))]


def boxes(cell, relabel: Relabel) -> list[list]:
    """Return boxes as [x0, y0, x1, y1, label] rows, from such rows or of {"x0", "y0", "x1", "y1", "label"}."""
    return [_with_label(row, relabel) for row in _rows(cell, ("x0", "y0", "x1", "y1", "label"))]


def objects(cell, relabel: Relabel) -> list[list]:
    """Return boxes as [x0, y0, x1, y1, label] rows, from the Hub's form for detection.

    That form is {"bbox": [[x, y, width, height], ...], "category": [label, ...]}, or a list of {"bbox", "category"}, in
    pixels. Raises ValueError.
    """
    table = cell if isinstance(cell, dict) else {key: [row.get(key) for row in cell] for key in ("bbox", "category")}
    labels = next((table[key] for key in ("category", "categories", "label", "labels") if key in table), None)
    if "bbox" not in table or labels is None or len(labels) != len(table["bbox"]):
        raise ValueError('objects must hold as many "bbox" as "category". Give columns={"objects": None} to do without')
    if any(len(corner) != 4 for corner in table["bbox"]):
        raise ValueError("every bbox must be [x, y, width, height]")
    rows = zip(table["bbox"], labels, strict=True)
    return [_with_label([x, y, x + width, y + height, label], relabel) for (x, y, width, height), label in rows]


def strokes(cell, relabel: Relabel) -> list[dict]:
    """Return strokes as {"label", "width", "path"} rows. Raises ValueError."""
    if not all(isinstance(row, dict) and "label" in row for row in cell):
        raise ValueError('every stroke must be {"label": 1, "width": 7, "path": [[x, y], ...]}')
    return [{**row, "label": _label(row["label"], relabel)} for row in cell]


def _rows(cell, keys: Sequence[str]) -> list[list]:
    rows = [[row.get(key) for key in keys] if isinstance(row, dict) else row for row in cell]
    if not all(isinstance(row, list | tuple) and len(row) == len(keys) for row in rows):
        raise ValueError(f"every one must be [{', '.join(keys)}]")
    return rows


def _with_label(row: Sequence, relabel: Relabel) -> list:
    return [*row[:-1], _label(row[-1], relabel)]


def _label(value, relabel: Relabel):
    """Return the label of a name or a whole number; other values stay, and `cues.schema` refuses them."""
    if isinstance(value, str):
        return relabel(value)
    whole = isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1
    return relabel(int(value)) if whole else value
