"""A table of the board as CSV for programs, and as text for a terminal."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING

from .. import bounds
from . import text
from .table import COLUMNS

if TYPE_CHECKING:
    import pandas

SHOWN = ("benchmark", "method", "cue", "labelled_images", "label_seconds", "metric", "value", "interval", "rank")
SHOWN += ("seed", "checkpoint")


def to_csv(rows: pandas.DataFrame) -> str:
    """The COLUMNS of a table as CSV with a header; what is not known is empty."""
    shown = rows[list(COLUMNS)].copy()
    for name in _texts(shown):
        shown[name] = shown[name].map(_visible)
    return shown.to_csv(index=False, lineterminator="\n")


def to_text(rows: pandas.DataFrame) -> str:
    """The SHOWN columns of a table for a terminal, with the labels in the words of people."""
    interval = [f"{short(low)} .. {short(high)}" for low, high in zip(rows["low"], rows["high"], strict=True)]
    rows = rows.assign(interval=interval, cue=[text.cue_label(cue) for cue in rows["cue"]])
    columns = []
    for name in SHOWN:
        cells = [name, *map(short, rows[name])]
        width = max(map(len, cells))
        columns.append([cell.ljust(width) for cell in cells])
    return "\n".join("  ".join(line).rstrip() for line in zip(*columns, strict=True))


def short(value: object) -> str:
    """A value for a cell that people read: four digits, "" for what is not known."""
    if isinstance(value, str):
        return bounds.visible(value)
    if isinstance(value, float):
        return "" if value != value else f"{value:.4g}"
    return str(value) if isinstance(value, Integral) else ""  # None, pandas.NA


def _texts(rows: pandas.DataFrame) -> list[str]:
    return [
        name for name in rows.columns if COLUMNS[name] == "str" or (name == "seed" and rows["seed"].dtype != "Int64")
    ]


def _visible(value: object) -> object:
    return bounds.visible(value) if isinstance(value, str) else value
