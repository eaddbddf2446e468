"""The command line: python -m leaderboard COMMAND ..."""

from __future__ import annotations

import logging
import sys

from wss_core import threads
from wss_core.cli import entry

from .cli import COMMANDS


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status: 0, or 2 after a sentence on stderr that says why it cannot be done."""
    threads.configure()
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)
    argv = sys.argv[1:] if argv is None else argv
    description = "Accuracy against the amount of labels."
    args = entry.parse("python -m leaderboard", description, "leaderboard.cli", COMMANDS, argv)
    return entry.run(args, "leaderboard")


if __name__ == "__main__":
    sys.exit(main())
