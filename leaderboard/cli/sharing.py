"""python -m leaderboard push | pull: copy records to and from a results data set on the Hub."""

from __future__ import annotations

import argparse

from ..records import hub_sync
from .results_option import add_results


def add(commands) -> None:
    """Add both commands to argparse's `commands`."""
    push_parser = commands.add_parser("push")
    push_parser.set_defaults(run=push)
    push_parser.add_argument("--private", action="store_true", help="make the data set private, where it is new")
    pull_parser = commands.add_parser("pull")
    pull_parser.set_defaults(run=pull)
    pull_parser.add_argument("--revision", help="a branch, a tag or a commit of the data set")
    for parser in (push_parser, pull_parser):
        parser.add_argument("repo", metavar="USER/REPO", help="the results data set")
        add_results(parser)


def push(args: argparse.Namespace) -> None:
    """Add the records that the data set lacks, and print how many."""
    added, sha = hub_sync.push(args.results, args.repo, private=args.private or None)
    print(f"{added} records added; {args.repo} is at {sha[:12]}")


def pull(args: argparse.Namespace) -> None:
    """Fetch the records that the folder lacks, and print how many."""
    print(f"{hub_sync.pull(args.repo, args.results, revision=args.revision)} records fetched")
