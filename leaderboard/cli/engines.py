"""Options that say where pieces of work are done, and how they are watched, and the doing; none of it decides what comes of it."""

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

OFTEN = 600.0  # seconds between two commits to a results data set


def add(parser: argparse.ArgumentParser) -> None:
    """The engine, and what is kept."""
    parser.add_argument("--minutes", type=float, default=30.0, help="for one training, at most (default: %(default)s)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the trained checkpoints there")
    parser.add_argument("--retry", action="store_true", help="try again what has failed")
    parser.add_argument("--part", default="1/1", metavar="I/N", help="this part of the trials alone, every N-th")
    parser.add_argument(
        "--share-with",
        metavar="USER/REPO",
        help="a results data set: what it has is not done again, what is new is added",
    )
    options.add_limits(parser)
    add_results(parser)
    _add_engines(parser)


def run_tasks(args: argparse.Namespace, works: Sequence[EvalTask]) -> None:
    """Do a part of the works, as the options say, and print what comes of them."""
    number, count = _part(args.part)
    some = works[number - 1 :: count]
    if args.share_with:
        hub_sync.push(args.results, args.share_with)  # which makes the data set where there is none
        hub_sync.pull(args.share_with, args.results)
    place = SweepFolders(args.results.resolve(), args.keep and args.keep.resolve())
    found = sweep(some, place, _engine(args), retry=args.retry, progress=not args.quiet)
    made, failed = 0, 0
    for outcome in _shared(found, args):
        made, failed = made + isinstance(outcome, Record), failed + (not isinstance(outcome, Record))
        tqdm.write(outcome_line(outcome))
    print(f"{made} trials done, {failed} failed, {len(some) - made - failed} known before")


def launch(args: argparse.Namespace) -> None:
    """Have the same command run by Jobs of the Hub, and print where they are."""
    if not args.share_with:
        raise ValueError("the records of Jobs come by a results data set. Give --share-with USER/REPO")
    here = argparse.ArgumentParser(add_help=False)
    _add_engines(here)
    for name in ("--data", "--results", "--share-with", "--part"):
        here.add_argument(name)
    here.add_argument("--quiet", action="store_true")
    same = here.parse_known_args(args.argv)[1]
    jobs = Jobs(
        share=args.share_with,
        code=args.code,
        data=args.data_repo,
        flavor=args.flavor,
        image=args.image,
        timeout=args.timeout,
    )
    for job in jobs.launch(same, args.jobs):
        print(job.url)


def _engine(args: argparse.Namespace) -> Engine:
    limits = replace(options.limits(args), load=60 * args.minutes)
    return Local(args.jobs, limits) if args.engine == "local" else Ray(args.address, args.gpus, limits)


def _shared(found: Iterator, args: argparse.Namespace) -> Iterator:
    """What is found; now and then, and at the end whatever happens, the records go to the results data set, if there is one."""
    last = time.monotonic()
    try:
        for outcome in found:
            yield outcome
            if args.share_with and time.monotonic() - last > OFTEN:
                hub_sync.push(args.results, args.share_with)
                last = time.monotonic()
    finally:
        if args.share_with and args.results.is_dir():
            added, sha = hub_sync.push(args.results, args.share_with)
            print(f"{added} records added to {args.share_with} at {sha[:12]}", file=sys.stderr)


def _part(text: str) -> tuple[int, int]:
    """(which, of how many) of "1/4"."""
    number, slash, count = text.partition("/")
    if not (slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        raise ValueError(f"{text!r:.20} is no part. Give I/N, as 1/4 .. 4/4")
    return int(number), int(count)


def _add_engines(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--engine", default="local", choices=("local", "ray", "jobs"), help="(local)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="trials at a time, or Jobs of the Hub (1)")
    parser.add_argument("--address", default="", help="of a Ray cluster (one of this machine)")
    parser.add_argument("--gpus", type=float, help="of each trial, on Ray (1 where there are any)")
    for name, usual in (("flavor", Jobs.flavor), ("image", Jobs.image), ("timeout", Jobs.timeout)):
        parser.add_argument(f"--{name}", default=usual, help=f"of a Job ({usual})")
    parser.add_argument("--code", default="", metavar="ADDRESS", help="of this project's git repository, for a Job")
    parser.add_argument("--data-repo", default="", metavar="USER/REPO", help="whose folders are the data, for a Job")
