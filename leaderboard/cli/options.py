"""Options that several commands share."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ..evaluation.watched_process import Limits
from ..paths import DATA, RESULTS


def add_results(parser: argparse.ArgumentParser) -> None:
    """--results."""
    parser.add_argument(
        "--results", type=Path, default=RESULTS, metavar="DIR", help="folder of the records (default: %(default)s)"
    )


def add_work(parser: argparse.ArgumentParser) -> None:
    """--benchmark, --data and the limits of an evaluation."""
    parser.add_argument(
        "--benchmark",
        action="append",
        default=[],
        metavar="NAME",
        help="a name of `benchmarks`, or a JSON file of one; repeatable",
    )
    add_limits(parser)


def add_limits(parser: argparse.ArgumentParser) -> None:
    """--data and the limits of an evaluation."""
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("WSS_DATA", DATA)),
        metavar="DIR",
        help="folder of the benchmarks' data, or set WSS_DATA (default: %(default)s)",
    )
    parser.add_argument(
        "--seconds", type=float, default=Limits.seconds, help="for one picture, at most (default: %(default)s)"
    )
    parser.add_argument(
        "--megabytes", type=int, default=Limits.megabytes, help="of memory, at most (default: %(default)s)"
    )
    parser.add_argument(
        "--threads", type=int, default=Limits.threads, help="of the evaluation, 0 = as many as it likes"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def limits(args: argparse.Namespace) -> Limits:
    """The limits args."""
    return Limits(seconds=args.seconds, megabytes=args.megabytes, threads=args.threads)
