"""python -m wss_core push: a folder -> the Hub."""

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
    shown = argparse.RawDescriptionHelpFormatter
    run = commands.add_parser("push", epilog=EXAMPLES, formatter_class=shown)
    run.set_defaults(run=push)
    run.add_argument("source", metavar="FOLDER", help="a folder written by save or train")
    run.add_argument("repo", metavar="USER/REPO", help="made where there is none")
    seen = run.add_mutually_exclusive_group()
    seen.add_argument("--private", action="store_true", default=None, help="make the repository private")
    seen.add_argument("--public", action="store_false", dest="private", help="make it public")
    run.add_argument("--pr", action="store_true", help="as a pull request, for repositories of others")
    run.add_argument("--message", default="", help="the commit's title")
    run.add_argument("--text", default="", help="for the card: what it is, Markdown")
    run.add_argument("--limits", default="", help="for the card: where it fails, Markdown")
    run.add_argument("--license", default="", metavar="ID", help="as the Hub spells it: apache-2.0, cc-by-4.0, ...")
    run.add_argument("--base-model", action="append", default=[], metavar="USER/REPO", help="repeatable")
    run.add_argument("--picture", metavar="FILE", help="for the card: a sample of what it makes")


def push(told: argparse.Namespace) -> None:
    """Load the folder, which checks it, push it, and print where it lies."""
    if not Path(told.source).is_dir():
        raise ValueError(f"no folder {told.source!r:.80}. Give one written by save or train")
    segmenter = hub.load(told.source)
    about = About(told.text, told.limits, told.license, tuple(told.base_model))
    options = {"private": told.private, "create_pr": told.pr, "message": told.message}
    card = checkpoint_folder.card(Path(told.source), told.source)
    pushed = hub.push(segmenter, told.repo, about=about, card=card, picture=told.picture, **options)
    print(f"{pushed.repo} {pushed.sha}")
    print(pushed.url)
