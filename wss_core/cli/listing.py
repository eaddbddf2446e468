"""python -m wss_core list: list the checkpoints on the Hub or in a folder."""

from __future__ import annotations

import argparse
import json

from .. import hub
from .info import printable, to_dict

COLUMNS = ("source", "revision", "modified", "method", "cues", "label_seconds")


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    parser = commands.add_parser("list", description=list_checkpoints.__doc__)
    parser.set_defaults(run=list_checkpoints)
    parser.add_argument("where", nargs="?", default="hub", metavar="WHERE", help="hub, or a folder (hub)")
    parser.add_argument("--author", metavar="USER", help="on the Hub: only this user's")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="how many at most (20)")
    parser.add_argument("--json", action="store_true", help="one JSON list instead of a table")


def list_checkpoints(args: argparse.Namespace) -> None:
    """Print the checkpoints of this library, newest first."""
    rows = [to_dict(checkpoint) for checkpoint in hub.checkpoints(args.where, args.limit, args.author)]
    if args.json:
        print(json.dumps(rows, indent=2))
        return
    print("\t".join(COLUMNS))
    for row in rows:
        print("\t".join(_cell(row[key]) for key in COLUMNS))


def _cell(value) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return printable(",".join(value)) or "-"
    return f"{value:g}" if isinstance(value, float) else str(value)
