"""The command line: python -m wss_core COMMAND ..."""

from __future__ import annotations

import argparse
import sys

from .cli import info, listing, methods, pull, push, segment, train, weaken

COMMANDS = (segment, train, weaken, push, pull, info, listing, methods)


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0, or 2 after a sentence on stderr when the input cannot be used."""
    told = _parser().parse_args(argv)
    try:
        told.run(told)
    except OSError as error:
        print(f"wss_core: {error.filename}: {error.strerror}. Check the path", file=sys.stderr)
        return 2
    except ValueError as error:
        print(f"wss_core: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m wss_core", description="Pixel masks from few labels.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
