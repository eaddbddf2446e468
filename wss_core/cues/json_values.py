"""Single values of the JSON form of cues: lists, labels, positions and names, checked; CueError says what to do."""

from __future__ import annotations

import unicodedata

from ..conventions import MAX_OBJECT, UNKNOWN, CueError

MAX_CUES = 2_000  # of a kind
MAX_NAME = 64  # characters
MAX_POSITION = 1e6  # pixels


def check_list(rows, where: str, max_length: int = MAX_CUES) -> list:
    """The list, [] for None. Raises CueError for another type, and for more than `max_length` entries."""
    if rows is None:
        return []
    if not isinstance(rows, list | tuple):
        raise CueError(f"'{where}' must be a list, got {type(rows).__name__}")
    if len(rows) > max_length:
        raise CueError(f"'{where}' has {len(rows):,} entries; at most {max_length:,} are taken. Remove some")
    return list(rows)


def check_label(value, where: str, class_count: int) -> int:
    """The label: below `class_count`, or 255. Raises CueError."""
    if not _is_number(value) or value not in range(256):
        raise CueError(f"{where}: the label must be a whole number, got {value!r:.40}")
    if value >= class_count and value != UNKNOWN:
        raise CueError(
            f"{where}: label {int(value)}, but there are {class_count} classes (0..{class_count - 1}, 255 = ignore)"
        )
    return int(value)


def check_object(value, where: str) -> int | None:
    """The object number, 1..MAX_OBJECT; None for None. Raises CueError."""
    if value is None:
        return None
    if not _is_number(value) or not 1 <= value <= MAX_OBJECT or value != int(value):
        raise CueError(
            f"{where}: the object number must be a whole number 1..{MAX_OBJECT}, got {value!r:.40}. Leave it out if "
            "objects are not numbered"
        )
    return int(value)


def check_number(value, where: str) -> float:
    """The position in pixels, finite and not absurdly far away. Raises CueError."""
    if not _is_number(value) or not abs(value) <= MAX_POSITION:
        raise CueError(f"{where} holds {value!r:.40}, which is no position. Give finite numbers of pixels")
    return float(value)


def check_name(name, where: str) -> str:
    """The name of a class without surrounding blanks. Raises CueError."""
    if not isinstance(name, str) or not name.strip() or len(name) > MAX_NAME or _has_controls(name):
        raise CueError(f"{where}: {name!r:.40} is no name. Use 1 to {MAX_NAME} printable characters")
    return name.strip()


def _is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _has_controls(name: str) -> bool:
    """True with control characters, halves of surrogate pairs, or line and paragraph separators. Joiners and
    non-breaking spaces are parts of names (Persian, emoji), also those newer than Python's own tables."""
    return any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in name)
