"""The board as one HTML file that needs no server and no network: figures, and a table that sorts and filters."""

from __future__ import annotations

import html
from collections.abc import Sequence
from numbers import Real
from pathlib import Path
from string import Template

from ..evaluation.build_record import utc_now
from ..records.record import Record
from . import figures, table, table_text, text

PAGE = Path(__file__).with_name("snapshot.html")
HUB = "https://huggingface.co"
SHOWN = (*list(table.COLUMNS)[:12], "knows", "checkpoint", "device", "date")


def page(records: Sequence[Record]) -> str:
    """The HTML of the board of these records."""
    from plotly.offline import get_plotlyjs

    rows = table.table(records)
    by_benchmark = {name: [] for name in rows["benchmark"]}
    for record in records:
        by_benchmark[record.identity.benchmark].append(record)
    on_hub = {record.identity.name for record in records if record.on_hub}
    return Template(PAGE.read_text(encoding="utf-8")).substitute(
        plotly=get_plotlyjs(),
        count=f"{len(records):,}",
        date=utc_now(),
        figures="\n".join(_section(name, some) for name, some in by_benchmark.items()),
        head="".join(f"<th>{name.replace('_', ' ')}</th>" for name in SHOWN),
        rows="\n".join(_line(row, row["record"] in on_hub) for row in rows.to_dict("records")),
    )


def _section(name: str, records: Sequence[Record]) -> str:
    """One benchmark: its figure, if there is anything to draw, and how many results could not be drawn."""
    figure = figures.benchmark_figure(records)
    clicked = any(figures.click_curve(record) for record in records)
    left_out = 0 if clicked else sum(record.labels.label_seconds is None for record in records)
    drawn = figure.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False, "responsive": True})
    note = f"<p>{left_out} of {len(records)} results do not say what their labels cost, and are in the table only.</p>"
    return f"<section><h2>{html.escape(name)}</h2>{drawn if figure.data else ''}{note if left_out else ''}</section>"


def _line(row: dict, on_hub: bool) -> str:
    cells = []
    for name in SHOWN:
        value = text.cue_label(row[name]) if name == "cue" else row[name]
        cell = html.escape(table_text.short(value))
        if name == "checkpoint":
            revision = html.escape(row["revision"])
            address = f"{HUB}/{cell}/tree/{revision}"
            cell = f'<a href="{address}">{cell}</a>' if on_hub else f'<span title="{revision}">{cell}</span>'
        number = value if isinstance(value, Real) and value == value else ""
        cells.append(f'<td data-number="{number}">{cell}</td>')
    return f"<tr>{''.join(cells)}</tr>"
