"""python -m leaderboard table: print the results, a row each."""

from __future__ import annotations

import argparse

from .. import bounds
from ..records import store
from ..report import table, table_text
from .results_option import add_results


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    parser = commands.add_parser("table")
    parser.set_defaults(run=run)
    parser.add_argument("--csv", action="store_true", help="print CSV with every column, for programs")
    parser.add_argument(
        "--metric",
        action="append",
        default=[],
        metavar="NAME",
        help="this metric instead of each benchmark's own; repeatable",
    )
    parser.add_argument(
        "--benchmark", action="append", default=[], metavar="NAME", help="only this benchmark; repeatable"
    )
    parser.add_argument(
        "--merge-seeds",
        action="store_true",
        help="one row, without a rank, for trainings of the board's own that differ in their seed alone",
    )
    parser.add_argument("--failures", action="store_true", help="print instead what failed, and why")
    add_results(parser)


def run(args: argparse.Namespace) -> None:
    """Print the rows."""
    if not args.results.is_dir():
        raise ValueError(f"there is no folder {args.results}. Give --results DIR, as `evaluate` wrote it")
    if args.failures:
        for failure in store.read_failures(args.results):
            reason = bounds.visible(f"{failure.checkpoint}: {failure.reason}")
            print(f"{failure.date}  {failure.identity.benchmark}  {reason}")
        return
    rows = table.table(args.results, benchmarks=args.benchmark, metrics=args.metric, merge_seeds=args.merge_seeds)
    print(table_text.to_csv(rows) if args.csv else table_text.to_text(rows) + "\n", end="")
