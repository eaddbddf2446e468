"""python -m leaderboard discover: find the checkpoints that have no record yet, and evaluate them."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..benchmarks.benchmark import Benchmark
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
        "--where", default="hub", metavar="hub|DIR", help="search the Hub, or a folder of checkpoints (default: hub)"
    )
    parser.add_argument(
        "--limit", type=int, default=100, help="look at so many of the newest checkpoints (default: %(default)s)"
    )
    parser.add_argument("--retry", action="store_true", help="try again what has failed")
    parser.add_argument(
        "--share-with",
        "--share",
        metavar="USER/REPO",
        help="a results data set: what it has is not done again, what is new is added to it",
    )
    options.add_benchmarks(parser)
    add_results(parser)


def run(args: argparse.Namespace) -> None:
    """Evaluate, and print a line for each record and each failure."""
    benchmarks = [find_benchmark(name) for name in args.benchmark] or _available_benchmarks(args.data)
    if args.share_with:
        hub_sync.pull(args.share_with, args.results)
    discovery = discover(
        args.where,
        benchmarks,
        args.data,
        args.results,
        limit=args.limit,
        retry=args.retry,
        limits=options.limits(args),
        progress=not args.quiet,
    )
    for record in discovery.records:
        print(outcome_line(record))
    for failure in discovery.failures:
        print(f"{failure.identity.benchmark}: failed, {failure.checkpoint}: {failure.reason}")
    print(f"{len(discovery.records)} evaluated, {len(discovery.failures)} failed, {discovery.known} known before")
    if args.share_with:
        added, sha = hub_sync.push(args.results, args.share_with)
        print(f"{added} records added to {args.share_with} at {sha[:12]}")


def _available_benchmarks(data: Path) -> list[Benchmark]:
    """The benchmarks of the trained track whose data are in the folder. Raises ValueError when there is none."""
    available = [
        benchmark
        for benchmark in BENCHMARKS.values()
        if benchmark.track == "trained" and (data / benchmark.source).is_dir()
    ]
    if not available:
        raise ValueError(f"no benchmark's data are in {data}. Give --data DIR, or --benchmark NAME")
    return available
