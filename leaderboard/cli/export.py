"""python -m leaderboard export: write the board as CSV, Parquet and a page that needs no server."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..records import store
from ..report.export import KINDS, export
from .results_option import add_results


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    parser = commands.add_parser("export")
    parser.set_defaults(run=run)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to")
    parser.add_argument("--kind", action="append", choices=KINDS, help="write only this kind of file; repeatable")
    add_results(parser)


def run(args: argparse.Namespace) -> None:
    """Write the files, and print their names and sizes."""
    for path in export(store.read_all(args.results), args.out, args.kind or KINDS):
        print(f"{path}  {path.stat().st_size / 1e6:.1f} MB")
