"""python -m wss_core weaken: a data set with masks -> the same pictures with cues, and what those would have cost."""

from __future__ import annotations

import argparse

from ..cues.from_masks import KINDS
from ..data import Examples
from ..data.weak_version.card import Tally
from ..data.weak_version.rows import WeakVersion
from ..data.weak_version.upload import push, save
from . import dataset_options

EXAMPLES = """\
examples:
  python -m wss_core weaken USER/REPO --cue scribbles --seed 0                (only says what it would cost)
  python -m wss_core weaken USER/REPO --cue points --per object --out FOLDER
  python -m wss_core weaken FOLDER --split train --cue boxes --jitter 0.05 --push USER/REPO-boxes
  python -m wss_core weaken coco.json --column image=photos --cue partial --share 0.1 --out FOLDER

SOURCE is USER/REPO of the Hub, or a local path: a folder in the Hub's layout, a VOC folder, a folder with images/ and
masks/, or a COCO JSON file. The same source, cue and seed always give the same cues. FOLDER and REPO keep their other
splits, so that train can be weak and test whole (--cue none --with-masks).
"""


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    shown = argparse.RawDescriptionHelpFormatter
    run = commands.add_parser("weaken", epilog=EXAMPLES, formatter_class=shown, description=weaken_data.__doc__)
    run.set_defaults(run=weaken_data)
    run.add_argument("source", metavar="SOURCE", help="a data set with masks")
    run.add_argument("--cue", required=True, choices=KINDS, metavar="KIND", help=f"one of: {', '.join(KINDS)}")
    run.add_argument("--seed", type=int, default=0, help="other seeds give other cues (0)")
    run.add_argument("--out", metavar="FOLDER", help="write the weak version there")
    run.add_argument("--push", metavar="USER/REPO", help="push the weak version to the Hub")
    run.add_argument("--private", action="store_true", default=None, help="when --push makes the repository")
    run.add_argument("--create-pr", action="store_true", help="push as a pull request")
    run.add_argument("--with-masks", action="store_true", help="let the true masks go along, for scoring")
    dataset_options.add_reading(run)
    dataset_options.add_settings(run)


def weaken_data(told: argparse.Namespace) -> None:
    """Make cues from the masks of a data set, say what they would have cost, and write or push them."""
    version = _version(told, dataset_options.examples(told, told.source, told.split))
    tally = save(version, told.out) if told.out else None
    if told.push:
        tally, commit = push(version, told.push, private=told.private, create_pr=told.create_pr)
        print(f"pushed to {told.push}, commit {commit}")
    print(f"{told.cue}: {tally or _counted(version)}")


def _version(told: argparse.Namespace, examples: Examples) -> WeakVersion:
    return WeakVersion(
        examples,
        told.cue,
        seed=told.seed,
        per=told.per,
        points=told.points,
        strokes=told.strokes,
        jitter=told.jitter,
        share=told.share,
        background=told.background,
        truth=told.with_masks,
    )


def _counted(version: WeakVersion) -> Tally:
    seconds = [row["seconds"] for row in version.rows()]
    return Tally(len(seconds), sum(seconds))
