"""python -m wss_core push: push a checkpoint in a folder to the Hub."""

from __future__ import annotations

import argparse
from pathlib import Path

from .. import hub
from ..hub import checkpoint_folder
from ..hub.card import About

EXAMPLES = """\
examples:
  python -m wss_core push out/hearts user/hearts --license cc-by-4.0 --text "Left ventricle in MRI slices."
  python -m wss_core push out/hearts lab/hearts --private --picture sample.jpg
  python -m wss_core push out/hearts someone/hearts --pr --message "Trained on twice the scribbles"

The token is the one of `hf auth login`, or HF_TOKEN. What others wrote into the card or the repository is kept. Where
USER/REPO has no card yet, README.md of the folder, if it has one, is what the card begins with.
"""


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = commands.add_parser("push", epilog=EXAMPLES, formatter_class=formatter, description=push.__doc__)
    parser.set_defaults(run=push)
    parser.add_argument("source", metavar="FOLDER", help="a folder written by save or train")
    parser.add_argument("repo", metavar="USER/REPO", help="the repository, created if there is none")
    visibility = parser.add_mutually_exclusive_group()
    visibility.add_argument("--private", action="store_true", default=None, help="make the repository private")
    visibility.add_argument("--public", action="store_false", dest="private", help="make it public")
    parser.add_argument("--pr", action="store_true", help="as a pull request, for repositories of others")
    parser.add_argument("--message", default="", help="the commit's title")
    parser.add_argument("--text", default="", help="for the card: what it is, Markdown")
    parser.add_argument("--limits", default="", help="for the card: where it fails, Markdown")
    parser.add_argument("--license", default="", metavar="ID", help="as the Hub spells it: apache-2.0, cc-by-4.0, ...")
    parser.add_argument(
        "--base-model",
        action="append",
        default=[],
        metavar="USER/REPO",
        help="for the card: what it was trained from; repeatable",
    )
    parser.add_argument("--picture", metavar="FILE", help="for the card: a sample of what it makes")


def push(args: argparse.Namespace) -> None:
    """Push a checkpoint in a folder to the Hub, after loading it as a check, and print its address."""
    if not Path(args.source).is_dir():
        raise ValueError(f"no folder {args.source!r:.80}. Give one written by save or train")
    segmenter = hub.load(args.source)
    about = About(args.text, args.limits, args.license, tuple(args.base_model))
    options = {"private": args.private, "create_pr": args.pr, "message": args.message}
    card = checkpoint_folder.read_card(Path(args.source), args.source)
    pushed = hub.push(segmenter, args.repo, about=about, card=card, picture=args.picture, **options)
    print(f"{pushed.repo} {pushed.sha}")
    print(pushed.url)
