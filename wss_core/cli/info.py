"""python -m wss_core info: describe a checkpoint, without loading its weights."""

from __future__ import annotations

import argparse
import json

from .. import hub


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    parser = commands.add_parser("info", description=info.__doc__)
    parser.set_defaults(run=info)
    parser.add_argument("source", metavar="SOURCE", help="USER/REPO, a folder, or builtin")
    parser.add_argument("--revision", metavar="REVISION", help="a branch, a tag or the hash of a commit")
    parser.add_argument("--card", action="store_true", help="also the text of its card")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")


def info(args: argparse.Namespace) -> None:
    """Print the method, settings, classes and training of a checkpoint."""
    checkpoint = hub.info(args.source, args.revision)
    if args.json:
        print(json.dumps(to_dict(checkpoint) | ({"card": checkpoint.card} if args.card else {}), indent=2))
        return
    for key, value in to_dict(checkpoint).items():
        print(f"{key}: {value if isinstance(value, str) else json.dumps(value)}")
    if args.card:
        print("\n" + printable(checkpoint.card))


def to_dict(checkpoint: hub.Checkpoint) -> dict:
    """A Checkpoint as plain JSON values, without its card."""
    return {
        "source": checkpoint.source,
        "revision": checkpoint.sha,
        "modified": checkpoint.modified.isoformat(timespec="seconds") if checkpoint.modified else None,
        "method": checkpoint.method,
        "classes": list(checkpoint.classes),
        "cues": list(checkpoint.cues),
        "label_seconds": checkpoint.label_seconds,
        "settings": {key: value for key, value in checkpoint.settings.items() if key != "classes"},
        "training": checkpoint.training,
    }


def printable(text: str) -> str:
    """The text without control characters, with which a stranger could steer the terminal."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
