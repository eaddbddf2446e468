"""python -m leaderboard discover: checkpoints without a record, found and evaluated."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..benchmarks.catalog import BENCHMARKS, find_benchmark
from ..evaluation.discover import discover
from ..records import hub_sync
from ..report.text import outcome_line
from . import options
from .results_option import add_results


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    parser = commands.add_parser("discover")
    parser.set_defaults(run=run)
    parser.add_argument(
        "--where", default="hub", metavar="hub|DIR", help="the Hub, or a folder of checkpoints (default: hub)"
    )
    parser.add_argument(
        "--limit", type=int, default=100, help="of the newest checkpoints, at most (default: %(default)s)"
    )
    parser.add_argument("--retry", action="store_true", help="try again what has failed")
    parser.add_argument(
        "--share", metavar="USER/REPO", help="a results data set: what it has is not done again, what is new is added"
    )
    options.add_benchmarks(parser)
    add_results(parser)


def run(args: argparse.Namespace) -> None:
    """Evaluate, and print a line a record and a line a failure."""
    benchmarks = [find_benchmark(name) for name in args.benchmark] or _present(args.data)
    if args.share:
        hub_sync.pull(args.share, args.results)
    found = discover(
        args.where,
        benchmarks,
        args.data,
        args.results,
        limit=args.limit,
        retry=args.retry,
        limits=options.limits(args),
        progress=not args.quiet,
    )
    for record in found.records:
        print(outcome_line(record))
    for failure in found.failures:
        print(f"{failure.identity.benchmark}: failed, {failure.checkpoint}: {failure.reason}")
    print(f"{len(found.records)} evaluated, {len(found.failures)} failed, {found.known} known before")
    if args.share:
        added, sha = hub_sync.push(args.results, args.share)
        print(f"{added} records added to {args.share} at {sha[:12]}")


def _present(data: Path) -> list:
    """The benchmarks of checkpoints whose data are there."""
    present = [one for one in BENCHMARKS.values() if one.track == "trained" and (data / one.source).is_dir()]
    if not present:
        raise ValueError(f"no benchmark's data are in {data}. Give --data DIR, or --benchmark NAME")
    return present
