"""The command line: python -m wss_core COMMAND ..."""

from __future__ import annotations

import sys

from . import threads
from .cli import COMMANDS, entry


def main(argv: list[str] | None = None) -> int:
    """Run one command and return the exit code: 0, 2 after a sentence on stderr about unusable input, 130 when stopped."""
    threads.configure()
    argv = sys.argv[1:] if argv is None else argv
    args = entry.parse("python -m wss_core", "Pixel masks from few labels.", "wss_core.cli", COMMANDS, argv)
    return entry.run(args, "wss_core")


if __name__ == "__main__":
    sys.exit(main())
