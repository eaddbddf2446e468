"""python -m leaderboard table: the records as rows."""

from __future__ import annotations

import argparse

from .. import bounds
from ..records import store
from ..report import table
from . import options


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    parser = commands.add_parser("table")
    parser.set_defaults(run=run)
    parser.add_argument("--csv", action="store_true", help="as CSV, with every column")
    parser.add_argument(
        "--metric",
        action="append",
        default=[],
        metavar="NAME",
        help="this metric instead of the benchmark's own; repeatable",
    )
    parser.add_argument(
        "--benchmark", action="append", default=[], metavar="NAME", help="of this benchmark alone; repeatable"
    )
    parser.add_argument(
        "--merge-seeds",
        action="store_true",
        help="trainings of the board's own that differ in their seed alone are one row, without a rank",
    )
    parser.add_argument("--failures", action="store_true", help="what failed, and why, instead")
    options.add_results(parser)


def run(args: argparse.Namespace) -> None:
    """Print the rows."""
    if not args.results.is_dir():
        raise ValueError(f"there is no folder {args.results}. Give --results DIR, as `evaluate` wrote it")
    if args.failures:
        for failure in store.failures(args.results):
            what = bounds.visible(f"{failure.checkpoint}: {failure.reason}")
            print(f"{failure.date}  {failure.identity.benchmark}  {what}")
        return
    records = [r for r in store.read_all(args.results) if not args.benchmark or r.identity.benchmark in args.benchmark]
    if args.merge_seeds:
        rows = [row for metric in args.metric or [""] for row in table.merged(records, metric)]
    else:
        rows = table.rows(records, args.metric)
    print(table.to_csv(rows) if args.csv else table.to_text(rows) + "\n", end="")
