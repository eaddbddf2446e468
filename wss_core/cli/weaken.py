"""python -m wss_core weaken: replace the masks of a data set by cues made from them, and say what those would cost."""

from __future__ import annotations

import argparse

from ..cues.cue_spec import KINDS
from ..data import ExampleDataset
from ..data.weak_version.card import LabellingSummary
from ..data.weak_version.publish import push, save
from ..data.weak_version.rows import WeakVersion
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
    formatter = argparse.RawDescriptionHelpFormatter
    parser = commands.add_parser("weaken", epilog=EXAMPLES, formatter_class=formatter, description=weaken.__doc__)
    parser.set_defaults(run=weaken)
    parser.add_argument("source", metavar="SOURCE", help="a data set with masks")
    parser.add_argument(
        "--cue", required=True, choices=KINDS, metavar="KIND", help=f"the cues to make: {', '.join(KINDS)}"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the cues; another gives other cues (0)")
    parser.add_argument("--out", metavar="FOLDER", help="write the weak version there")
    parser.add_argument("--push", metavar="USER/REPO", help="push the weak version to the Hub")
    parser.add_argument(
        "--private", action="store_true", default=None, help="make the repository of --push private, if it is new"
    )
    parser.add_argument("--create-pr", action="store_true", help="push as a pull request")
    parser.add_argument("--with-masks", action="store_true", help="keep the true masks beside the cues, for scoring")
    dataset_options.add_reading_options(parser)
    dataset_options.add_cue_options(parser)


def weaken(args: argparse.Namespace) -> None:
    """Make cues from the masks of a data set, say what they would have cost, and write or push them."""
    version = _weak_version(args, dataset_options.read_examples(args, args.source, args.split))
    summary = save(version, args.out) if args.out else None
    if args.push:
        summary, commit = push(version, args.push, private=args.private, create_pr=args.create_pr)
        print(f"pushed to {args.push}, commit {commit}")
    print(f"{args.cue}: {summary or _count(version)}")


def _weak_version(args: argparse.Namespace, examples: ExampleDataset) -> WeakVersion:
    return WeakVersion(examples, dataset_options.cue_spec(args, args.cue), seed=args.seed, truth=args.with_masks)


def _count(version: WeakVersion) -> LabellingSummary:
    seconds = [row["seconds"] for row in version.rows()]
    return LabellingSummary(len(seconds), sum(seconds))
