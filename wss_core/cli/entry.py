"""The entry of a command line of several commands: only the module of the command that was named is loaded.

A help text so costs no import of torch, and an unknown command is answered at once.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Command(NamedTuple):
    """module: that holds `add(subparsers)`, below the package of the commands. help: one line."""

    module: str
    help: str


def parse(
    prog: str, description: str, package: str, commands: Mapping[str, Command], argv: Sequence[str]
) -> argparse.Namespace:
    """The arguments of one command line, with `run`, the function of the command. Ends the program on --help and errors."""
    parser = argparse.ArgumentParser(prog, description=description)
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command in commands.items():
        if argv and argv[0] == name:
            importlib.import_module(f"{package}.{command.module}").add(subparsers)
        elif not (argv and argv[0] in commands and commands[argv[0]].module == command.module):
            subparsers.add_parser(name, help=command.help)
    args = parser.parse_args(argv)
    args.argv = list(argv)
    return args


def run(args: argparse.Namespace, program: str) -> int:
    """Run the command: 0, or 2 after a sentence on stderr when its input cannot be used, or 130 when it was stopped."""
    try:
        args.run(args)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output, as `head`, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        what = f"{error.filename}: {error.strerror}. Check the path" if error.filename else str(error)
        print(f"{program}: {what}", file=sys.stderr)
        return 2
    except ValueError as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{program}: stopped. The same command goes on from here", file=sys.stderr)
        return 130
    return 0
