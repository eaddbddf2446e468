"""python -m wss_core train: pictures with whatever labels there are -> a checkpoint."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from .. import hub, training
from ..cues import Example
from ..cues.from_masks import KINDS, weakened
from ..data import Examples
from ..data.subset import Cueing, Part, Supply, held_out, shared_out
from ..methods import METHODS
from ..methods.settings import build, parse
from ..training.config import Run
from . import dataset_options

LEARNERS = tuple(method.name for method in METHODS if method.learns)
OWN = "own"
VALIDATED = 100  # pictures at most; each is looked at some ten times in a training
EXAMPLES = """\
examples:
  python -m wss_core train --data USER/REPO --out out/hearts                     (cues as the data have them)
  python -m wss_core train --data FOLDER --cue scribbles --labelled 10% --unlabelled rest --validation 20% --out out/ten
  python -m wss_core train --data FOLDER --cue full --labelled 60 --unlabelled rest --also tagged=own --out out/mix
  python -m wss_core train --data FOLDER --cue tags --method cam --setting steps=2000 --out out/tags
  python -m wss_core train --data FOLDER --out out/hearts --resume               (goes on where it was stopped)
  accelerate launch --num_processes 2 -m wss_core train --data FOLDER --out out/hearts

--cue makes cues from the masks, the same for a seed; "own" takes the cues that are there, and masks as full masks.
Stop with Ctrl-C: what was learned is kept in the folder, and --resume goes on to the same result.
"""


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    shown = argparse.RawDescriptionHelpFormatter
    run = commands.add_parser("train", epilog=EXAMPLES, formatter_class=shown, description=train.__doc__)
    run.set_defaults(run=train)
    run.add_argument("--data", required=True, metavar="SOURCE", help="a data set, as for weaken")
    dataset_options.add_reading(run)
    kinds = ", ".join((OWN, *KINDS))
    run.add_argument("--cue", default=OWN, choices=(OWN, *KINDS), metavar="KIND", help=f"one of: {kinds} ({OWN})")
    dataset_options.add_settings(run)
    run.add_argument("--labelled", default="rest", metavar="SHARE", help="10%%, 60, or rest: pictures with cues (rest)")
    run.add_argument("--unlabelled", default="none", metavar="SHARE", help="of the others: 10%%, 60, rest (none)")
    run.add_argument(
        "--also", action="append", default=[], metavar="SPLIT=KIND", help="another split with such cues; repeatable"
    )
    run.add_argument(
        "--validation", default="", metavar="SPLIT", help="with masks, to choose by: a split, or 10%% of --split"
    )
    run.add_argument("--method", default=LEARNERS[0], choices=LEARNERS, help=f"one of: {', '.join(LEARNERS)}")
    run.add_argument("--setting", action="append", default=[], metavar="KEY=VALUE", help="see `methods`; repeatable")
    run.add_argument("--seed", type=int, default=0, help="of cues, pictures and training (0)")
    run.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="for checkpoint, state and report")
    run.add_argument("--resume", action="store_true", help="go on from the state in FOLDER")
    run.add_argument("--device", default="auto", help="auto, cpu, cuda, ...")
    run.add_argument("--precision", default="auto", help="auto, float32, bfloat16, float16")
    run.add_argument("--push", metavar="USER/REPO", help="push the checkpoint to the Hub")


def train(told: argparse.Namespace) -> None:
    """Train a method on a data set, and write checkpoint and report into a folder."""
    examples = dataset_options.examples(told, told.data, told.split)
    validation, places = _held_out(told, examples)
    supply = Supply([*_parts(told, examples, places), *_further(told)])
    usual = {"classes": list(examples.classes), "seed": told.seed}
    if told.method == "network" and (told.cue, told.per) == ("points", "object"):
        usual["apart"] = True
    segmenter = build(told.method, usual | parse(told.setting))
    run = Run(folder=told.out, resume=told.resume, device=told.device, precision=told.precision)
    try:
        segmenter.fit(supply, validation=validation, run=run)
    except KeyboardInterrupt:
        print(f"\nwss_core: stopped, and kept in {told.out}. Go on with the same command and --resume", file=sys.stderr)
        raise SystemExit(130) from None
    if not training.device.writes():
        return
    splits = [told.split, *(text.partition("=")[0] for text in told.also)]
    name = Path(told.data).name if Path(told.data).exists() else told.data
    segmenter.training["data"] = [{"name": name, "revision": examples.revision, "split": split} for split in splits]
    hub.save(segmenter, told.out)
    print(training.report.write(told.out, segmenter, validation))
    training.checkpointing.forget(told.out)
    if told.push:
        print(hub.push(segmenter, told.push).url)


def _held_out(told: argparse.Namespace, examples: Examples) -> tuple[Examples, list[int]]:
    """(validation examples, places of the others among `examples`)."""
    every = list(range(len(examples)))
    if told.validation.endswith("%"):
        groups = [example.group or example.id for example in examples]
        held = held_out(groups, told.validation, told.seed)
        return _some(examples.subset(held)), sorted(set(every) - set(held))
    if not told.validation:
        return examples.subset([]), every
    return _some(dataset_options.examples(told, told.data, told.validation)), every


def _some(examples: Examples) -> Examples:
    """At most VALIDATED of them, evenly spread."""
    count = len(examples)
    return examples.subset([i * count // min(count, VALIDATED) for i in range(min(count, VALIDATED))])


def _parts(told: argparse.Namespace, examples: Examples, places: list[int]) -> list[Part]:
    """The pictures with cues, and those without."""
    labelled, unlabelled = shared_out(len(places), told.labelled, told.unlabelled, told.seed)
    cueing = _cueing(told, told.cue, examples.classes)
    return [
        Part(examples, [places[i] for i in labelled], cueing),
        Part(examples, [places[i] for i in unlabelled], None),
    ]


def _further(told: argparse.Namespace) -> list[Part]:
    """The pictures of other splits."""
    parts = []
    for text in told.also:
        split, equals, kind = text.partition("=")
        if not equals or kind not in (OWN, *KINDS):
            raise ValueError(f"{text!r:.60} is not SPLIT=KIND. KIND is one of: {', '.join((OWN, *KINDS))}")
        examples = dataset_options.examples(told, told.data, split)
        parts.append(Part(examples, range(len(examples)), _cueing(told, kind, examples.classes)))
    return parts


def _cueing(told: argparse.Namespace, kind: str, classes: tuple[str, ...]) -> Cueing:
    if kind == OWN:
        return _own
    return partial(
        weakened,
        kind=kind,
        seed=told.seed,
        classes=classes,
        per=told.per,
        points=told.points,
        strokes=told.strokes,
        jitter=told.jitter,
        share=told.share,
        background=told.background,
    )


def _own(example: Example) -> Example:
    """With the cues it has; where none of them tells a place, the mask, if there is one."""
    if example.truth is None or example.cues.located:
        return example
    return replace(example, cues=replace(example.cues, labels=example.truth))
