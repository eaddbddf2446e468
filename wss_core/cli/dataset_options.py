"""The options of commands that read data sets and make cues from masks."""

from __future__ import annotations

import argparse

from ..cues import CueSpec
from ..data import ExampleDataset, load


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a data set is loaded; they are the parameters of `wss_core.data.load`."""
    parser.add_argument("--split", default="train", help="the split of the data set (train)")
    parser.add_argument(
        "--revision", help="the version: a branch, tag or commit of the Hub; locally the hash of the files"
    )
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="ROLE=NAME",
        help="the column (or folder) with the masks, tags, ..., e.g. mask=label; repeatable",
    )
    parser.add_argument("--classes", metavar="A,B,...", help="class names, background first, where the data have none")
    parser.add_argument(
        "--value",
        action="append",
        default=[],
        metavar="NUMBER=LABEL",
        help="what a number in the masks stands for, e.g. 255=1; repeatable",
    )
    parser.add_argument("--limit", type=int, metavar="N", help="read only the first N pictures (all)")


def add_cue_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which cues are made from a mask (the fields of `CueSpec`)."""
    parser.add_argument(
        "--per", choices=("class", "object"), default=CueSpec.per, help="what gets points or strokes of its own (class)"
    )
    parser.add_argument("--points", type=int, default=CueSpec.points, metavar="N", help="points for each of them (1)")
    parser.add_argument(
        "--strokes", type=int, default=CueSpec.strokes, metavar="N", help="strokes for each of them (1)"
    )
    parser.add_argument(
        "--no-background", dest="background", action="store_false", help="draw points and strokes on objects only"
    )
    parser.add_argument(
        "--jitter",
        type=float,
        default=CueSpec.jitter,
        help="how far an edge of a box strays, as a fraction of its side (0)",
    )
    parser.add_argument(
        "--share", type=float, default=CueSpec.share, help="fraction of the blocks that a partial mask labels (0.12)"
    )


def cue_spec(args: argparse.Namespace, kind: str) -> CueSpec:
    """Make the CueSpec of `kind` from the options. Raises ValueError when a setting is out of its range."""
    return CueSpec(
        kind,
        per=args.per,
        points=args.points,
        strokes=args.strokes,
        jitter=args.jitter,
        share=args.share,
        background=args.background,
    )


def read_examples(args: argparse.Namespace, source: str, split: str) -> ExampleDataset:
    """Read a split of a data set as the options say. Raises ValueError for options that do not fit."""
    columns = dict(_pair(text, "--column ROLE=NAME") for text in args.column)
    values = dict(_pair(text, "--value NUMBER=LABEL") for text in args.value)
    if not all(text.isdecimal() for pair in values.items() for text in pair):
        raise ValueError("--value takes whole numbers, NUMBER=LABEL")
    return load(
        source,
        split,
        revision=args.revision,
        columns={role: name or None for role, name in columns.items()},
        classes=args.classes.split(",") if args.classes else None,
        values={int(number): int(label) for number, label in values.items()},
        limit=args.limit,
    )


def _pair(text: str, form: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ValueError(f"{text!r:.60} is not {form}")
    return name, value
