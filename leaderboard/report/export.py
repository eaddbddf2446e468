"""The board as files that other programs read: CSV and Parquet of the rows, and the page that needs no server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..metrics.registry import METRICS
from ..records.record import Record
from . import html_page, table
from .table import COLUMNS

KINDS = ("csv", "parquet", "html")
WHOLE = ("labelled_images", "unlabelled_images", "rank", "seed", "images")
REAL = ("label_seconds", "value", "low", "high", "share", "lost", "seconds", "forward_seconds")


def export(records: Sequence[Record], folder: Path, kinds: Sequence[str] = KINDS) -> list[Path]:
    """Write board.csv, board.parquet (every metric of every record, a row each) and board.html into a folder.

    Raises ValueError when there is nothing to write, or for a kind that is not known.
    """
    strange = [kind for kind in kinds if kind not in KINDS]
    if strange:
        raise ValueError(f"no export {strange[0]!r:.40}. Choose of: {', '.join(KINDS)}")
    if not records:
        raise ValueError("there are no records to export. Evaluate something first, or give the folder that holds them")
    folder.mkdir(parents=True, exist_ok=True)
    every = table.rows(records, tuple(METRICS))
    made = []
    for kind in kinds:
        path = folder / f"board.{kind}"
        if kind == "csv":
            path.write_text(table.to_csv(every), encoding="utf-8")
        elif kind == "parquet":
            _write_parquet(every, path)
        else:
            path.write_text(html_page.page(records), encoding="utf-8")
        made.append(path)
    return made


def _write_parquet(rows: Sequence[table.Row], path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    types = dict.fromkeys(COLUMNS, pyarrow.string())
    types |= dict.fromkeys(WHOLE, pyarrow.int64()) | dict.fromkeys(REAL, pyarrow.float64())
    columns = {name: pyarrow.array([row[name] for row in rows], types[name]) for name in COLUMNS}
    parquet.write_table(pyarrow.table(columns), path)
