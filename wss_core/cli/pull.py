"""python -m wss_core pull: the Hub -> a folder."""

from __future__ import annotations

import argparse

from .. import hub


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    run = commands.add_parser("pull", description=pull.__doc__)
    run.set_defaults(run=pull)
    run.add_argument("repo", metavar="USER/REPO")
    run.add_argument("--revision", metavar="REVISION", help="a branch, a tag or the hash of a commit")
    run.add_argument("-o", "--output", metavar="FOLDER", help="a new folder; REPO when not given")


def pull(told: argparse.Namespace) -> None:
    """Fetch a checkpoint, load it once to check it, and copy it into a new folder."""
    folder = told.output or told.repo.rpartition("/")[2]
    sha = hub.pull(told.repo, folder, told.revision)
    print(f"{told.repo} {sha} in {folder}")
