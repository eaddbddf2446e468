"""The option --results, which all commands have."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..paths import RESULTS


def add_results(parser: argparse.ArgumentParser) -> None:
    """Add --results to a command."""
    parser.add_argument(
        "--results", type=Path, default=RESULTS, metavar="DIR", help="folder of the records (default: %(default)s)"
    )
