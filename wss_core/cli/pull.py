"""python -m wss_core pull: copy a checkpoint from the Hub into a folder."""

from __future__ import annotations

import argparse

from .. import hub


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    parser = commands.add_parser("pull", description=pull.__doc__)
    parser.set_defaults(run=pull)
    parser.add_argument("repo", metavar="USER/REPO")
    parser.add_argument("--revision", metavar="REVISION", help="a branch, a tag or the hash of a commit")
    parser.add_argument("-o", "--output", metavar="FOLDER", help="a new folder; REPO when not given")


def pull(args: argparse.Namespace) -> None:
    """Fetch a checkpoint, load it once to check it, and copy it into a new folder."""
    folder = args.output or args.repo.rpartition("/")[2]
    sha = hub.pull(args.repo, folder, args.revision)
    print(f"{args.repo} {sha} in {folder}")
