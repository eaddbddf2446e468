"""Options of the commands that evaluate."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ..evaluation.watched_process import Limits
from ..paths import DATA


def add_benchmarks(parser: argparse.ArgumentParser) -> None:
    """Add --benchmark, --data and the limits of an evaluation."""
    parser.add_argument(
        "--benchmark",
        action="append",
        default=[],
        metavar="NAME",
        help="a name that `benchmarks` lists, or a JSON file of a benchmark; repeatable",
    )
    add_limits(parser)


def add_limits(parser: argparse.ArgumentParser) -> None:
    """Add --data and the limits of an evaluation."""
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("WSS_DATA", DATA)),
        metavar="DIR",
        help="folder of the benchmarks' data, or set WSS_DATA (default: %(default)s)",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=Limits.seconds,
        help="the longest that one picture may take (default: %(default)s)",
    )
    parser.add_argument(
        "--megabytes",
        type=int,
        default=Limits.megabytes,
        help="the most memory that an evaluation may take (default: %(default)s)",
    )
    parser.add_argument(
        "--threads",
        type=int,
        default=Limits.threads,
        help="how many threads an evaluation uses, 0 = as many as it likes (default: %(default)s)",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress bar")


def limits(args: argparse.Namespace) -> Limits:
    """The limits that the arguments give."""
    return Limits(seconds=args.seconds, megabytes=args.megabytes, threads=args.threads)
