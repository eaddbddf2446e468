"""python -m leaderboard evaluate: evaluate a checkpoint on benchmarks, and write records."""

from __future__ import annotations

import argparse

from ..benchmarks.catalog import find_benchmark
from ..evaluation.evaluate import checkpoint_task, evaluate
from ..records import store
from ..report.text import outcome_line
from . import options
from .results_option import add_results

EXAMPLES = """\
examples:
  python -m leaderboard evaluate runs/horses --benchmark horses --results results
  python -m leaderboard evaluate USER/REPO --revision v1 --benchmark acdc --benchmark acdc-people
  python -m leaderboard evaluate builtin --benchmark voc99-clicks --threads 1

An evaluation that was stopped goes on where it was. One that has a record is not done again.
"""


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    parser = commands.add_parser("evaluate", epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.set_defaults(run=run)
    parser.add_argument("checkpoint", metavar="CHECKPOINT", help='USER/REPO of the Hub, a folder, or "builtin"')
    parser.add_argument("--revision", help="a branch, a tag or a commit of the Hub's repository")
    options.add_benchmarks(parser)
    add_results(parser)


def run(args: argparse.Namespace) -> None:
    """Evaluate, and print a line for each record and the path of its file."""
    if not args.benchmark:
        raise ValueError("on which benchmark? Give --benchmark NAME; `python -m leaderboard benchmarks` lists them")
    benchmarks = [find_benchmark(name) for name in args.benchmark]
    tasks = [checkpoint_task(args.checkpoint, benchmark, args.data, args.revision) for benchmark in benchmarks]
    for task in tasks:
        record = evaluate(task, args.results, limits=options.limits(args), progress=not args.quiet)
        print(outcome_line(record))
        print(f"  {store.record_path(record.identity, args.results)}")
