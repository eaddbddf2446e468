"""python -m wss_core methods: what there is to choose from."""

from __future__ import annotations

import argparse
from dataclasses import MISSING, fields

from ..methods import METHODS


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    parser = commands.add_parser("methods")
    parser.set_defaults(run=list_methods)


def list_methods(args: argparse.Namespace) -> None:
    """Print every method with the cues it takes and its settings."""
    for method in METHODS:
        print(f"{method.name}: {(method.__doc__ or '').strip().splitlines()[0]}")
        print(f"  cues: {', '.join(sorted(method.uses))}")
        for field in fields(method):
            default = field.default if field.default is not MISSING else field.default_factory()
            if field.name != "classes":
                print(f"  --setting {field.name}={default}")
