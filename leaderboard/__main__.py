"""The command line: python -m leaderboard COMMAND ..."""

from __future__ import annotations

import argparse
import logging
import sys

from .cli import benchmarks, discover, evaluate, export, plot, sharing, sweep, table

COMMANDS = (evaluate, sweep, discover, table, plot, export, sharing, benchmarks)


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0, or 2 after a sentence on stderr when it cannot be done."""
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)
    told = _parser().parse_args(argv)
    told.argv = list(sys.argv[1:] if argv is None else argv)
    try:
        told.run(told)
    except OSError as error:
        print(f"leaderboard: {error.filename}: {error.strerror}. Check the path", file=sys.stderr)
        return 2
    except ValueError as error:
        print(f"leaderboard: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("leaderboard: stopped. The same command goes on from here", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m leaderboard", description="Accuracy against the amount of labels.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
