"""The JSON form of cues, checked: numbers are finite, names are known and sizes bounded, or CueError says what to do.

{"classes": ["background", "cat"], "tags": ["cat"], "points": [[x, y, label], ...],
 "boxes": [[x0, y0, x1, y1, label], ...],
 "strokes": [{"label": 1, "width": 7, "path": [[x, y], ...]}, ...], "labels": "<base64 PNG, 255 unlabelled>",
 "objects": 2.5, "image": {"name": "cat.jpg", "size": [H, W]}}

Which of several objects of a class is meant may follow the label of a point or box, [x, y, label, 2], or stand in a
stroke as "object": 2.
"""

from __future__ import annotations

import base64
import binascii
import difflib
import functools
import json
import logging

import numpy as np

from ..conventions import MAX_CLASSES, UNKNOWN, CueError, ImageError
from ..imaging.io import labels_from_png
from .json_values import MAX_NAME, check_label, check_list, check_name, check_number, check_object

KEYS = ("classes", "tags", "points", "boxes", "strokes", "labels", "objects", "image")
STROKE_KEYS = {"label", "width", "path", "object"}
MAX_EXTRA = 20  # unknown keys in a document
MAX_PATH = 10_000
MAX_WIDTH = 1e6
MAX_SIDE = 1_000_000  # pixels of a picture's side
ALIKE = 0.8  # an unknown key this close to a known one is a slip, not a newer version's

logger = logging.getLogger(__name__)


def document(text_or_dict: str | bytes | dict) -> tuple[dict, dict]:
    """The JSON object as two dicts: the known keys, and those of a newer version, which are kept and logged once.

    Raises CueError when it is no JSON object, or an unknown key looks like a misspelt one.
    """
    if isinstance(text_or_dict, str | bytes):
        try:
            text_or_dict = json.loads(text_or_dict, parse_constant=_refuse_constant)
        except CueError:
            raise
        except (ValueError, RecursionError) as error:  # not JSON, not UTF-8, or a number of too many digits
            raise CueError(f'the cues are not JSON ({error}). Expected {{"points": [[x, y, label]], ...}}') from None
    if not isinstance(text_or_dict, dict):
        raise CueError(f"cues must be a JSON object, got {type(text_or_dict).__name__}. Known keys: {', '.join(KEYS)}")
    extra = {key: value for key, value in text_or_dict.items() if key not in KEYS}
    for key in extra:
        _check_unknown_key(key, len(extra))
    return {key: value for key, value in text_or_dict.items() if key in KEYS}, extra


def class_names(names) -> tuple[str, ...]:
    """Distinct printable class names, at most MAX_CLASSES; () when `names` is None."""
    if names is None:
        return ()
    checked = tuple(check_name(name, "classes") for name in check_list(names, "classes", MAX_CLASSES))
    twice = [name for name in checked if checked.count(name) > 1]
    if twice:
        raise CueError(f"class {twice[0]!r} is listed twice. Give every class a name of its own")
    return checked


def tags(names, classes: tuple[str, ...]) -> tuple[str, ...] | None:
    """Distinct names of the classes on the picture, all among `classes` if there are any; None when `names` is None."""
    if names is None:
        return None
    checked = tuple(dict.fromkeys(check_name(name, "tags") for name in check_list(names, "tags", MAX_CLASSES)))
    strange = [name for name in checked if classes and name not in classes]
    if strange:
        raise CueError(f"tag {strange[0]!r} is not among the classes {list(classes)}. Add the class or drop the tag")
    return checked


def points(rows, class_count: int) -> list[tuple[float, float, int, int | None]]:
    """The points as (x, y, label, object number or None)."""
    rows = check_list(rows, "points")
    return [_place(row, f"points[{i}]", "[x, y, label]", 2, class_count) for i, row in enumerate(rows)]


def boxes(rows, class_count: int) -> list[tuple[float, float, float, float, int, int | None]]:
    """The boxes as (x0, y0, x1, y1, label, object number or None), x0 < x1 and y0 < y1, whichever corners were sent."""
    checked = []
    for i, row in enumerate(check_list(rows, "boxes")):
        x0, y0, x1, y1, *rest = _place(row, f"boxes[{i}]", "[x0, y0, x1, y1, label]", 4, class_count)
        if x0 == x1 or y0 == y1:
            raise CueError(f"boxes[{i}] has no area. Draw it from one corner to the opposite one")
        checked.append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), *rest))
    return checked


def strokes(rows, class_count: int) -> list[tuple[int, float, tuple[tuple[float, float], ...], int | None]]:
    """The strokes as (label, width, path, object number or None)."""
    return [_stroke(row, f"strokes[{i}]", class_count) for i, row in enumerate(check_list(rows, "strokes"))]


def label_map(text, shape: tuple[int, int] | None, class_count: int) -> np.ndarray | None:
    """The partial mask, uint8 (H, W), of a base64 PNG; None when `text` is None."""
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
    strange = np.setdiff1d(values, [*range(class_count), UNKNOWN])
    if strange.size:
        raise CueError(
            f"'labels' holds {strange[0]}, but there are {class_count} classes. Use 0..{class_count - 1} or 255"
        )
    return values


def number_of_objects(value) -> float | None:
    """How many objects `labels` outlines; None when `value` is None."""
    if value is None:
        return None
    if check_number(value, "objects") < 0:
        raise CueError(f"'objects' is {value}. Give how many objects 'labels' outlines, or leave it out")
    return float(value)


def image_info(form) -> tuple[str, tuple[int, int] | None] | None:
    """(file name, (H, W) or None) of the picture the cues were drawn on; None when `form` is None."""
    if form is None:
        return None
    if not isinstance(form, dict) or set(form) - {"name", "size"}:
        raise CueError('\'image\' must be {"name": "cat.jpg", "size": [H, W]}. Leave out what is not known')
    name, size = form.get("name"), form.get("size")
    if name is not None and (not isinstance(name, str) or len(name) > 255):
        raise CueError(f"'image' has the name {name!r:.40}. Give the file's name, at most 255 characters")
    if size is None:
        return name or "", None
    if not isinstance(size, list | tuple) or len(size) != 2 or not all(_is_side(value) for value in size):
        raise CueError(f"'image' has the size {size!r:.40}. Give [height, width] in whole pixels")
    return name or "", (int(size[0]), int(size[1]))


def _check_unknown_key(key, count: int) -> None:
    if not isinstance(key, str) or difflib.get_close_matches(key.lower(), KEYS, n=1, cutoff=ALIKE) or count > MAX_EXTRA:
        raise CueError(f"unknown key {str(key)[:MAX_NAME]!r} in the cues. Known keys: {', '.join(KEYS)}")
    _log_unknown_key(key[:MAX_NAME])


@functools.lru_cache(maxsize=100)
def _log_unknown_key(key: str) -> None:
    logger.warning("the cues hold the unknown key %r, perhaps of a newer version: it is kept, and not used", key)


def _stroke(row, where: str, class_count: int):
    if not isinstance(row, dict) or set(row) - STROKE_KEYS or "path" not in row or "label" not in row:
        raise CueError(f'{where} must be {{"label": 1, "width": 7, "path": [[x, y], ...]}}')
    width = check_number(row.get("width", 1), f"{where}.width")
    if not 0 <= width <= MAX_WIDTH:
        raise CueError(f"{where}.width is {width}. Give 0 (a filled outline) or the brush's width in pixels")
    path = check_list(row["path"], f"{where}.path", MAX_PATH)
    if not path:
        raise CueError(f"{where}.path is empty. Give at least one [x, y]")
    checked = []
    for i, pair in enumerate(path):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise CueError(f"{where}.path[{i}] must be [x, y]")
        checked.append((check_number(pair[0], f"{where}.path[{i}]"), check_number(pair[1], f"{where}.path[{i}]")))
    label = check_label(row["label"], f"{where}.label", class_count)
    return label, width, tuple(checked), check_object(row.get("object"), f"{where}.object")


def _place(row, where: str, form: str, numbers: int, class_count: int):
    if not isinstance(row, list | tuple) or len(row) not in (numbers + 1, numbers + 2):
        raise CueError(f"{where} must be {form}")
    places = [check_number(value, where) for value in row[:numbers]]
    number = check_object(row[numbers + 1], where) if len(row) == numbers + 2 else None
    return *places, check_label(row[numbers], where, class_count), number


def _is_side(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_SIDE


def _refuse_constant(name: str):
    raise CueError(f"the cues hold {name}. Give finite numbers of pixels")
