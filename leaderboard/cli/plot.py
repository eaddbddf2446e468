"""python -m leaderboard plot: write the figures of the board as files."""

from __future__ import annotations

import argparse
import html
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from ..records.record import Record
from ..report import figures, static_png, table
from .results_option import add_results

if TYPE_CHECKING:
    import plotly.graph_objects as go

KINDS = ("png", "html")


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    parser = commands.add_parser("plot")
    parser.set_defaults(run=run)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to")
    parser.add_argument("--kind", action="append", choices=KINDS, help="write only this kind of file; repeatable")
    parser.add_argument(
        "--x",
        default="label_seconds",
        choices=figures.AXES,
        help="what accuracy is drawn against (default: %(default)s)",
    )
    parser.add_argument("--metric", default="", metavar="NAME", help="instead of each benchmark's own")
    parser.add_argument(
        "--benchmark", action="append", default=[], metavar="NAME", help="only this benchmark; repeatable"
    )
    add_results(parser)


def run(args: argparse.Namespace) -> None:
    """Write the figures that have something to show, and print their names."""
    records = sorted(table.read_records(args.results, args.benchmark), key=_benchmark)
    drawn = [
        (name, figures.benchmark_figure(list(some), args.x, args.metric)) for name, some in groupby(records, _benchmark)
    ]
    drawn = [(name, figure) for name, figure in drawn if figure.data]
    if not drawn:
        raise ValueError(f"nothing in {args.results} can be drawn against {args.x}. Give another --x, or --results DIR")
    args.out.mkdir(parents=True, exist_ok=True)
    for name, figure in drawn:
        for kind in args.kind or KINDS:
            path = args.out / f"{name}.{kind}"
            path.write_bytes(static_png.png(figure, name) if kind == "png" else _page(figure, name))
            print(path)


def _benchmark(record: Record) -> str:
    return record.identity.benchmark


def _page(figure: go.Figure, title: str) -> bytes:
    figure.update_layout(title=html.escape(title), margin={"t": 50})
    return figure.to_html(include_plotlyjs=True, config={"displaylogo": False, "responsive": True}).encode()
