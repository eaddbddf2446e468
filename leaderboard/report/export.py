"""The board as files that other programs read: CSV and Parquet of all results, and the page that needs no server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..metrics.registry import METRICS
from ..records.record import Record
from . import html_page, table, table_text

if TYPE_CHECKING:
    import pandas

KINDS = ("csv", "parquet", "html")


def export(records: Sequence[Record], folder: Path, kinds: Sequence[str] = KINDS) -> list[Path]:
    """Write board.csv, board.parquet (every metric of every record, a row each) and board.html into a folder.

    Raises ValueError when there is nothing to write, or for a kind that is not known.
    """
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise ValueError(f"no export {unknown[0]!r:.40}. Choose of: {', '.join(KINDS)}")
    if not records:
        raise ValueError("there are no records to export. Evaluate something first, or give the folder that holds them")
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"board.{kind}" for kind in kinds]
    rows = table.table(records, metrics=tuple(METRICS)) if {"csv", "parquet"} & set(kinds) else None
    for kind, path in zip(kinds, paths, strict=True):
        if kind == "csv":
            path.write_text(table_text.to_csv(rows), encoding="utf-8")
        elif kind == "parquet":
            _write_parquet(rows, path)
        else:
            path.write_text(html_page.page(records), encoding="utf-8")
    return paths


def _write_parquet(rows: pandas.DataFrame, path: Path) -> None:
    """Columns of strings, 64-bit integers and doubles; what is not known is null."""
    import pyarrow

    types = {"str": pyarrow.string(), "Int64": pyarrow.int64(), "float64": pyarrow.float64()}
    schema = pyarrow.schema([(name, types[kind]) for name, kind in table.COLUMNS.items()])
    rows.to_parquet(path, engine="pyarrow", index=False, schema=schema)
