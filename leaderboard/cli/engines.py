"""Run the tasks of a sweep where the options say: on this machine, on a Ray cluster or in Jobs of the Hub.

The records are the same wherever the tasks run.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from ..records import hub_sync
from ..records.record import Record
from ..report.text import outcome_line
from ..sweeps.engines import Engine
from ..sweeps.engines.jobs import Jobs
from ..sweeps.engines.local import Local
from ..sweeps.engines.ray import Ray
from ..sweeps.sweep import SweepFolders, sweep
from ..tasks.task import EvalTask
from . import options
from .results_option import add_results

PUSH_EVERY = 600.0  # seconds between two commits to a results data set


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of a sweep: where it runs, its limits, and what is kept."""
    parser.add_argument(
        "--minutes", type=float, default=30.0, help="the longest that one training may take (default: %(default)s)"
    )
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the trained checkpoints in this folder")
    parser.add_argument("--retry", action="store_true", help="try again what has failed")
    parser.add_argument(
        "--part", default="1/1", metavar="I/N", help="do only this part of the trials, every N-th from the I-th on"
    )
    parser.add_argument(
        "--share-with",
        metavar="USER/REPO",
        help="a results data set: what it has is not done again, what is new is added to it",
    )
    options.add_limits(parser)
    add_results(parser)
    _add_engines(parser)


def run_tasks(args: argparse.Namespace, tasks: Sequence[EvalTask]) -> None:
    """Run the part of the tasks that --part names, and print a line for each record and each failure."""
    number, count = _part(args.part)
    tasks = tasks[number - 1 :: count]
    if args.share_with:
        hub_sync.push(args.results, args.share_with)  # which makes the data set where there is none
        hub_sync.pull(args.share_with, args.results)
    folders = SweepFolders(args.results.resolve(), args.keep and args.keep.resolve())
    outcomes = sweep(tasks, folders, _engine(args), retry=args.retry, progress=not args.quiet)
    done, failed = 0, 0
    for outcome in _push_outcomes(outcomes, args):
        done, failed = done + isinstance(outcome, Record), failed + (not isinstance(outcome, Record))
        tqdm.write(outcome_line(outcome))
    print(f"{done} trials done, {failed} failed, {len(tasks) - done - failed} known before")


def launch(args: argparse.Namespace) -> None:
    """Start Jobs of the Hub that run the same command, and print their addresses."""
    if not args.share_with:
        raise ValueError("the records of Jobs come by a results data set. Give --share-with USER/REPO")
    own = argparse.ArgumentParser(add_help=False)  # of the options that the Jobs do not get
    _add_engines(own)
    for name in ("--data", "--results", "--share-with", "--part"):
        own.add_argument(name)
    own.add_argument("--quiet", action="store_true")
    command = own.parse_known_args(args.argv)[1]
    jobs = Jobs(
        share=args.share_with,
        code=args.code,
        data=args.data_repo,
        flavor=args.flavor,
        image=args.image,
        timeout=args.timeout,
    )
    for job in jobs.launch(command, args.jobs):
        print(job.url)


def _engine(args: argparse.Namespace) -> Engine:
    limits = replace(options.limits(args), load=60 * args.minutes)
    return Local(args.jobs, limits) if args.engine == "local" else Ray(args.address, args.gpus, limits)


def _push_outcomes(outcomes: Iterator, args: argparse.Namespace) -> Iterator:
    """The outcomes; every PUSH_EVERY seconds, and at the end whatever happens, the records are pushed to --share-with."""
    last = time.monotonic()
    try:
        for outcome in outcomes:
            yield outcome
            if args.share_with and time.monotonic() - last > PUSH_EVERY:
                hub_sync.push(args.results, args.share_with)
                last = time.monotonic()
    finally:
        if args.share_with and args.results.is_dir():
            added, sha = hub_sync.push(args.results, args.share_with)
            print(f"{added} records added to {args.share_with} at {sha[:12]}", file=sys.stderr)


def _part(text: str) -> tuple[int, int]:
    """(1, 4) for "1/4"."""
    number, slash, count = text.partition("/")
    if not (slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        raise ValueError(f"{text!r:.20} is no part. Give I/N, as 1/4 .. 4/4")
    return int(number), int(count)


def _add_engines(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--engine", default="local", choices=("local", "ray", "jobs"), help="where to run (default: %(default)s)"
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=1,
        metavar="N",
        help="run N trials at a time, or start N Jobs of the Hub (default: %(default)s)",
    )
    parser.add_argument("--address", default="", help="address of a Ray cluster (default: one on this machine)")
    parser.add_argument(
        "--gpus", type=float, help="how many GPUs each trial on Ray gets (default: 1 where there are any)"
    )
    parser.add_argument("--flavor", default=Jobs.flavor, help="hardware of a Job (default: %(default)s)")
    parser.add_argument("--image", default=Jobs.image, help="container image of a Job (default: %(default)s)")
    parser.add_argument(
        "--timeout", default=Jobs.timeout, help="the longest that a Job may take (default: %(default)s)"
    )
    parser.add_argument(
        "--code", default="", metavar="ADDRESS", help="git repository of this project, which a Job clones"
    )
    parser.add_argument(
        "--data-repo", default="", metavar="USER/REPO", help="data set whose folders are the data of a Job"
    )
