"""python -m wss_core info: what is known of a checkpoint."""

from __future__ import annotations

import argparse
import json

from .. import hub


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    run = commands.add_parser("info", description=info.__doc__)
    run.set_defaults(run=info)
    run.add_argument("source", metavar="SOURCE", help="USER/REPO, a folder, or builtin")
    run.add_argument("--revision", metavar="REVISION", help="a branch, a tag or the hash of a commit")
    run.add_argument("--card", action="store_true", help="also the text of its card")
    run.add_argument("--json", action="store_true", help="one JSON object instead of lines")


def info(told: argparse.Namespace) -> None:
    """Print the method, settings, classes and training of a checkpoint."""
    seen = hub.info(told.source, told.revision)
    if told.json:
        print(json.dumps(form(seen) | ({"card": seen.card} if told.card else {}), indent=2))
        return
    for key, value in form(seen).items():
        print(f"{key}: {value if isinstance(value, str) else json.dumps(value)}")
    if told.card:
        print("\n" + printable(seen.card))


def form(seen: hub.Checkpoint) -> dict:
    """A Checkpoint as plain values, without its card."""
    return {
        "source": seen.source,
        "revision": seen.sha,
        "modified": seen.modified.isoformat(timespec="seconds") if seen.modified else None,
        "method": seen.method,
        "classes": list(seen.classes),
        "cues": list(seen.cues),
        "label_seconds": seen.label_seconds,
        "settings": {key: value for key, value in seen.settings.items() if key != "classes"},
        "training": seen.training,
    }


def printable(text: str) -> str:
    """Text of a stranger without what would steer the terminal."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
