"""python -m leaderboard push | pull: records to and from a results data set on the Hub."""

from __future__ import annotations

import argparse

from ..records import hub_sync
from .results_option import add_results


def add(commands) -> None:
    """Add both commands to argparse's `commands`."""
    pushing = commands.add_parser("push")
    pushing.set_defaults(run=push)
    pulling = commands.add_parser("pull")
    pulling.set_defaults(run=pull)
    pushing.add_argument("--private", action="store_true", help="where the data set is new")
    pulling.add_argument("--revision", help="a branch, a tag or a commit")
    for parser in (pushing, pulling):
        parser.add_argument("repo", metavar="USER/REPO")
        add_results(parser)


def push(args: argparse.Namespace) -> None:
    """Add what is missing there, and print how many."""
    added, sha = hub_sync.push(args.results, args.repo, private=args.private or None)
    print(f"{added} records added; {args.repo} is at {sha[:12]}")


def pull(args: argparse.Namespace) -> None:
    """Fetch what is missing here, and print how many."""
    print(f"{hub_sync.pull(args.repo, args.results, revision=args.revision)} records fetched")
