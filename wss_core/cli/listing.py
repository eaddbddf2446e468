"""python -m wss_core list: which checkpoints there are."""

from __future__ import annotations

import argparse
import json

from .. import hub
from .info import form, printable

COLUMNS = ("source", "revision", "modified", "method", "cues", "label_seconds")


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    run = commands.add_parser("list", description=list_checkpoints.__doc__)
    run.set_defaults(run=list_checkpoints)
    run.add_argument("where", nargs="?", default="hub", metavar="WHERE", help="hub, or a folder; hub when not given")
    run.add_argument("--author", metavar="USER", help="on the Hub: only this user's")
    run.add_argument("--limit", type=int, default=20, metavar="N", help="at most so many, 20 when not given")
    run.add_argument("--json", action="store_true", help="one JSON list instead of a table")


def list_checkpoints(told: argparse.Namespace) -> None:
    """Print the checkpoints of this library, newest first."""
    found = [form(seen) for seen in hub.checkpoints(told.where, told.limit, told.author)]
    if told.json:
        print(json.dumps(found, indent=2))
        return
    print("\t".join(COLUMNS))
    for row in found:
        print("\t".join(_cell(row[key]) for key in COLUMNS))


def _cell(value) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return printable(",".join(value)) or "-"
    return f"{value:g}" if isinstance(value, float) else str(value)
