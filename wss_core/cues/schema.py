"""The JSON form of cues, checked: what arrives is finite, known and bounded, or CueError says what to do.

{"classes": ["background", "cat"], "tags": ["cat"], "points": [[x, y, label], ...],
 "boxes": [[x0, y0, x1, y1, label], ...],
 "strokes": [{"label": 1, "width": 7, "path": [[x, y], ...]}, ...], "labels": "<base64 PNG, 255 unknown>",
 "objects": 2.5}
"""

from __future__ import annotations

import base64
import binascii
import json
import unicodedata

import numpy as np

from ..conventions import MAX_CLASSES, UNKNOWN, CueError, ImageError
from ..imaging.io import labels_from_png

KEYS = ("classes", "tags", "points", "boxes", "strokes", "labels", "objects")
MAX_CUES = 2_000
MAX_PATH = 10_000
MAX_NAME = 64
FAR = 1e6


def document(text_or_dict) -> dict:
    """The JSON object as a dict with known keys only."""
    if isinstance(text_or_dict, str | bytes):
        try:
            text_or_dict = json.loads(text_or_dict, parse_constant=_no_constant)
        except CueError:
            raise
        except (ValueError, RecursionError) as error:  # not JSON, not UTF-8, or a number of too many digits
            raise CueError(f'the cues are not JSON ({error}). Expected {{"points": [[x, y, label]], ...}}') from None
    if not isinstance(text_or_dict, dict):
        raise CueError(f"cues must be a JSON object, got {type(text_or_dict).__name__}. Known keys: {', '.join(KEYS)}")
    unknown = [str(key)[:MAX_NAME] for key in text_or_dict if key not in KEYS]
    if unknown:
        raise CueError(f"unknown key {unknown[0]!r} in the cues. Known keys: {', '.join(KEYS)}")
    return text_or_dict


def class_names(names) -> tuple[str, ...]:
    """Distinct printable names, at most MAX_CLASSES; () when not told."""
    if names is None:
        return ()
    rows = _rows(names, "classes", MAX_CLASSES)
    checked = tuple(_name(name, "classes") for name in rows)
    twice = [name for name in checked if checked.count(name) > 1]
    if twice:
        raise CueError(f"class {twice[0]!r} is listed twice. Give every class a name of its own")
    return checked


def tags(names, classes: tuple[str, ...]) -> tuple[str, ...] | None:
    """Class names told present; None when not told."""
    if names is None:
        return None
    checked = tuple(dict.fromkeys(_name(name, "tags") for name in _rows(names, "tags", MAX_CLASSES)))
    strange = [name for name in checked if classes and name not in classes]
    if strange:
        raise CueError(f"tag {strange[0]!r} is not among the classes {list(classes)}. Add the class or drop the tag")
    return checked


def points(rows, count: int) -> list[tuple[float, float, int]]:
    """(x, y, label) rows."""
    return [_place(row, f"points[{i}]", "[x, y, label]", 2, count) for i, row in enumerate(_rows(rows, "points"))]


def boxes(rows, count: int) -> list[tuple[float, float, float, float, int]]:
    """(x0, y0, x1, y1, label) rows with x0 < x1 and y0 < y1, whichever corners were sent."""
    checked = []
    for i, row in enumerate(_rows(rows, "boxes")):
        x0, y0, x1, y1, label = _place(row, f"boxes[{i}]", "[x0, y0, x1, y1, label]", 4, count)
        if x0 == x1 or y0 == y1:
            raise CueError(f"boxes[{i}] has no area. Draw it from one corner to the opposite one")
        checked.append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), label))
    return checked


def strokes(rows, count: int) -> list[tuple[int, float, tuple[tuple[float, float], ...]]]:
    """(label, width, path) rows."""
    return [_stroke(row, f"strokes[{i}]", count) for i, row in enumerate(_rows(rows, "strokes"))]


def label_map(text, shape: tuple[int, int] | None, count: int) -> np.ndarray | None:
    """uint8 (H, W) of a base64 PNG; None when not told."""
    if text is None:
        return None
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise CueError("'labels' must be a base64 text of a PNG. Leave it out if there is no partial mask") from None
    try:
        values = labels_from_png(data, shape)
    except ImageError as error:
        raise CueError(f"'labels': {error}") from None
    strange = np.setdiff1d(values, [*range(count), UNKNOWN])
    if strange.size:
        raise CueError(f"'labels' holds {strange[0]}, but there are {count} classes. Use 0..{count - 1} or 255")
    return values


def number_of_objects(value) -> float | None:
    """How many objects `labels` outlines; None when not told."""
    if value is None:
        return None
    if _number(value, "objects") < 0:
        raise CueError(f"'objects' is {value}. Give how many objects 'labels' outlines, or leave it out")
    return float(value)


def _stroke(row, where: str, count: int):
    if not isinstance(row, dict) or set(row) - {"label", "width", "path"} or "path" not in row or "label" not in row:
        raise CueError(f'{where} must be {{"label": 1, "width": 7, "path": [[x, y], ...]}}')
    width = _number(row.get("width", 1), f"{where}.width")
    if not 0 <= width <= FAR:
        raise CueError(f"{where}.width is {width}. Give 0 (a filled outline) or the brush's width in pixels")
    path = _rows(row["path"], f"{where}.path", MAX_PATH)
    if not path:
        raise CueError(f"{where}.path is empty. Give at least one [x, y]")
    checked = []
    for i, pair in enumerate(path):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise CueError(f"{where}.path[{i}] must be [x, y]")
        checked.append((_number(pair[0], f"{where}.path[{i}]"), _number(pair[1], f"{where}.path[{i}]")))
    return _label(row["label"], f"{where}.label", count), width, tuple(checked)


def _place(row, where: str, form: str, numbers: int, count: int):
    if not isinstance(row, list | tuple) or len(row) != numbers + 1:
        raise CueError(f"{where} must be {form}")
    return *(_number(value, where) for value in row[:numbers]), _label(row[numbers], where, count)


def _label(value, where: str, count: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or value not in range(256):
        raise CueError(f"{where}: the label must be a whole number, got {value!r:.40}")
    if value >= count and value != UNKNOWN:
        raise CueError(f"{where}: label {int(value)}, but there are {count} classes (0..{count - 1}, 255 = ignore)")
    return int(value)


def _number(value, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= FAR:
        raise CueError(f"{where} holds {value!r:.40}, which is no position. Give finite numbers of pixels")
    return float(value)


def _name(name, where: str) -> str:
    if not isinstance(name, str) or not name.strip() or len(name) > MAX_NAME or _controls(name):
        raise CueError(f"{where}: {name!r:.40} is no name. Use 1 to {MAX_NAME} printable characters")
    return name.strip()


def _controls(name: str) -> bool:
    """True with control characters, halves of surrogate pairs, or line and paragraph separators. Joiners and
    non-breaking spaces are parts of names (Persian, emoji), also those newer than Python's own tables."""
    return any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in name)


def _rows(rows, where: str, most: int = MAX_CUES) -> list:
    if rows is None:
        return []
    if not isinstance(rows, list | tuple):
        raise CueError(f"'{where}' must be a list, got {type(rows).__name__}")
    if len(rows) > most:
        raise CueError(f"'{where}' has {len(rows):,} entries; at most {most:,} are taken. Remove some")
    return list(rows)


def _no_constant(name: str):
    raise CueError(f"the cues hold {name}. Give finite numbers of pixels")
