"""python -m leaderboard plot: the figures of the board as files."""

from __future__ import annotations

import argparse
import html
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import plotly.graph_objects as go

from ..records import store
from ..records.record import Record
from ..report import figures as plots
from ..report import static_png, table
from . import options

KINDS = ("png", "html")


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    parser = commands.add_parser("plot")
    parser.set_defaults(run=run)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--kind", action="append", choices=KINDS, help="this one alone; repeatable")
    parser.add_argument("--x", default="label_seconds", choices=plots.AXES, help="(label_seconds)")
    parser.add_argument("--metric", default="", metavar="NAME", help="instead of the benchmark's own")
    parser.add_argument(
        "--benchmark", action="append", default=[], metavar="NAME", help="of this benchmark alone; repeatable"
    )
    options.add_results(parser)


def run(args: argparse.Namespace) -> None:
    """Write the figures that have something to show, and print their names."""
    records = [r for r in store.read_all(args.results) if not args.benchmark or r.identity.benchmark in args.benchmark]
    made = [(name, figure) for name, figure in figures(records, args.x, args.metric) if figure.data]
    if not made:
        raise ValueError(f"nothing in {args.results} can be drawn against {args.x}. Give another --x, or --results DIR")
    args.out.mkdir(parents=True, exist_ok=True)
    for name, figure in made:
        for kind in args.kind or KINDS:
            path = args.out / f"{name}.{kind}"
            path.write_bytes(static_png.png(figure, name) if kind == "png" else _page(figure, name))
            print(path)


def figures(records: Sequence[Record], x: str, metric: str = "") -> Iterator[tuple[str, go.Figure]]:
    """(benchmark, figure) of the records: IoU against cues where a robot user gave them, else accuracy against labels."""
    for name, some in groupby(sorted(records, key=_benchmark), _benchmark):
        found = list(some)
        robots = [record for record in found if plots.has_click_curve(record)]
        if robots:
            yield name, plots.clicks(robots)
        else:
            yield name, plots.accuracy(table.rows(found, (metric,) if metric else (), ranked=False), x)


def _benchmark(record: Record) -> str:
    return record.identity.benchmark


def _page(figure: go.Figure, title: str) -> bytes:
    figure.update_layout(title=html.escape(title), margin={"t": 50})
    return figure.to_html(include_plotlyjs=True, config={"displaylogo": False, "responsive": True}).encode()
