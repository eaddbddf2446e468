"""Options of commands that read data sets and make cues from masks."""

from __future__ import annotations

import argparse

from ..cues import CueSpec
from ..data import ExampleDataset, load


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a data set is read (see `examples.read`)."""
    parser.add_argument("--split", default="train", help="of the source (train)")
    parser.add_argument("--revision", help="a branch, tag or commit of the Hub; locally the hash of the files")
    parser.add_argument(
        "--column", action="append", default=[], metavar="ROLE=NAME", help="e.g. mask=label; repeatable"
    )
    parser.add_argument("--classes", metavar="A,B,...", help="class names, background first, if the data do not say")
    parser.add_argument("--value", action="append", default=[], metavar="NUMBER=LABEL", help="e.g. 255=1; repeatable")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N pictures")


def add_cue_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which cues are made from a mask (the fields of `CueSpec`)."""
    defaults = CueSpec
    parser.add_argument(
        "--per", choices=("class", "object"), default=defaults.per, help="what gets points or strokes (class)"
    )
    parser.add_argument("--points", type=int, default=defaults.points, metavar="N", help="for each of them (1)")
    parser.add_argument("--strokes", type=int, default=defaults.strokes, metavar="N", help="for each of them (1)")
    parser.add_argument(
        "--no-background", dest="background", action="store_false", help="points and strokes on objects only"
    )
    parser.add_argument(
        "--jitter", type=float, default=defaults.jitter, help="share of its side by which a box's edge strays (0)"
    )
    parser.add_argument("--share", type=float, default=defaults.share, help="of a partial mask's blocks (0.12)")


def cue_spec(args: argparse.Namespace, kind: str) -> CueSpec:
    """The settings of cues of `kind`, from the options. Raises ValueError when one is out of its range."""
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
    """A split of a data set, read as the options say."""
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
