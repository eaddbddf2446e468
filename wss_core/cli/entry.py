"""Run a command line of several commands; only the module of the named command is loaded.

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
    """A command: the module with its `add(subparsers)`, by its name in the package of the commands, and one line of help."""

    module: str
    help: str


def parse(
    prog: str, description: str, package: str, commands: Mapping[str, Command], argv: Sequence[str]
) -> argparse.Namespace:
    """Parse a command line; `run` of the result is the function of its command. Ends the program on --help and errors."""
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
    """Run the command and return the exit code: 0, 2 after a sentence on stderr about unusable input, 130 when stopped."""
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
