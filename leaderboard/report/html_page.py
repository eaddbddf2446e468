"""The board as one HTML file that needs no server and no network: figures, and a table that sorts and filters."""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from string import Template

from plotly.offline import get_plotlyjs

from ..evaluation.build_record import utc_now
from ..records.record import Record
from . import figures, table
from .table import Row

PAGE = Path(__file__).with_name("snapshot.html")
HUB = "https://huggingface.co"
SHOWN = (
    *(
        "benchmark",
        "track",
        "method",
        "cue",
        "labelled_images",
        "label_seconds",
        "metric",
        "value",
        "low",
        "high",
        "rank",
    ),
    *("seed", "knows", "checkpoint", "device", "date"),
)


def page(records: Sequence[Record]) -> str:
    """The HTML of the board of these records."""
    rows = table.rows(records)
    on_hub = {record.identity.name for record in records if record.on_hub}
    return Template(PAGE.read_text(encoding="utf-8")).substitute(
        plotly=get_plotlyjs(),
        count=f"{len(records):,}",
        date=utc_now(),
        figures="\n".join(_section(name, list(some), records) for name, some in groupby(rows, _benchmark)),
        head="".join(f"<th>{name.replace('_', ' ')}</th>" for name in SHOWN),
        rows="\n".join(_line(row, row["record"] in on_hub) for row in rows),
    )


def _benchmark(row: Row) -> str:
    return row["benchmark"]


def _section(name: str, rows: list[Row], records: Sequence[Record]) -> str:
    """One benchmark: its figure, if there is anything to draw, and how many could not be drawn."""
    clicked = [r for r in records if r.identity.benchmark == name and figures.has_click_curve(r)]
    if clicked:
        figure, left_out = figures.clicks(clicked), 0
    else:
        figure, left_out = figures.accuracy(rows), sum(row["label_seconds"] is None for row in rows)
    drawn = figure.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False, "responsive": True})
    note = f"<p>{left_out} of {len(rows)} results do not say what their labels cost, and are in the table only.</p>"
    return f"<section><h2>{html.escape(name)}</h2>{drawn if figure.data else ''}{note if left_out else ''}</section>"


def _line(row: Row, on_hub: bool) -> str:
    cells = []
    for name in SHOWN:
        text = html.escape(table.short(row[name]))
        if name == "checkpoint":
            revision = html.escape(str(row["revision"]))
            address = f"{HUB}/{text}/tree/{revision}"
            text = f'<a href="{address}">{text}</a>' if on_hub else f'<span title="{revision}">{text}</span>'
        number = row[name] if isinstance(row[name], int | float) and row[name] == row[name] else ""
        cells.append(f'<td data-number="{number}">{text}</td>')
    return f"<tr>{''.join(cells)}</tr>"
