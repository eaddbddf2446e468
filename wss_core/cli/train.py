"""python -m wss_core train: train a method on pictures with whatever labels there are, and save a checkpoint."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from .. import hub, hub_client, training
from ..cues import Example
from ..cues.cue_spec import KINDS
from ..cues.from_masks import simulate_cues
from ..data import ExampleDataset
from ..data.subset import CueMaker, SubsetPart, TrainingSubset, hold_out_groups, split_labelled_unlabelled
from ..methods import METHODS, find
from ..methods.settings import build, parse
from ..run_options import RunOptions
from . import dataset_options

LEARNERS = tuple(method.name for method in METHODS if method.learns)
OWN = "own"
MAX_VALIDATION = 100  # pictures; each is segmented some ten times in a training
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
    formatter = argparse.RawDescriptionHelpFormatter
    parser = commands.add_parser("train", epilog=EXAMPLES, formatter_class=formatter, description=train.__doc__)
    parser.set_defaults(run=train)
    parser.add_argument("--data", required=True, metavar="SOURCE", help="a data set, as for weaken")
    dataset_options.add_reading_options(parser)
    kinds = ", ".join((OWN, *KINDS))
    parser.add_argument(
        "--cue", default=OWN, choices=(OWN, *KINDS), metavar="KIND", help=f"the cues to learn from: {kinds} ({OWN})"
    )
    dataset_options.add_cue_options(parser)
    parser.add_argument(
        "--labelled", default="rest", metavar="SHARE", help="how many pictures keep their cues: 10%%, 60 or rest (rest)"
    )
    parser.add_argument(
        "--unlabelled",
        default="none",
        metavar="SHARE",
        help="how many of the others are learned from without cues: 10%%, 60, rest or none (none)",
    )
    parser.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="SPLIT=KIND",
        help="learn from another split too, with cues of KIND; repeatable",
    )
    parser.add_argument(
        "--validation",
        default="",
        metavar="SPLIT",
        help="pictures with masks that choose the best weights: a split, or 10%% of --split",
    )
    parser.add_argument(
        "--method", default=LEARNERS[0], choices=LEARNERS, help=f"one of: {', '.join(LEARNERS)} ({LEARNERS[0]})"
    )
    parser.add_argument(
        "--setting",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a setting of the method, see the command methods; repeatable",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="seed of the cues, the choice of pictures and the training (0)"
    )
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FOLDER", help="where checkpoint, state and report are written"
    )
    parser.add_argument("--resume", action="store_true", help="continue from the state in the folder of --out")
    parser.add_argument("--device", default="auto", help="where to compute: auto, cpu, cuda, ... (auto)")
    parser.add_argument(
        "--precision", default="auto", help="numbers to compute with: auto, float32, bfloat16 or float16 (auto)"
    )
    parser.add_argument("--push", metavar="USER/REPO", help="push the checkpoint to this repository of the Hub")


def train(args: argparse.Namespace) -> None:
    """Train a method on a data set, and write checkpoint and report into a folder."""
    if args.push:
        hub_client.check_repo_name(args.push)  # before the training, not after it
    training.device.check_device(args.device, args.precision)  # before the data are read, which may take long
    examples = dataset_options.read_examples(args, args.data, args.split)
    validation, indices = _split_validation(args, examples)
    training_set = TrainingSubset([*_main_split(args, examples, indices), *_other_splits(args)])
    defaults = {"classes": list(examples.classes), "seed": args.seed}
    if args.cue != OWN:
        defaults |= find(args.method).settings_for_cues(dataset_options.cue_spec(args, args.cue))
    segmenter = build(args.method, defaults | parse(args.setting))
    run = RunOptions(folder=args.out, resume=args.resume, device=args.device, precision=args.precision)
    try:
        segmenter.fit(training_set, validation=validation, run=run)
    except KeyboardInterrupt:
        print(f"\nwss_core: stopped, and kept in {args.out}. Go on with the same command and --resume", file=sys.stderr)
        raise SystemExit(130) from None
    if not training.device.is_main_process():
        return
    splits = [args.split, *(text.partition("=")[0] for text in args.also)]
    name = Path(args.data).name if Path(args.data).exists() else args.data
    segmenter.training["data"] = [{"name": name, "revision": examples.revision, "split": split} for split in splits]
    hub.save(segmenter, args.out)
    print(training.report.write(args.out, segmenter, validation))
    training.checkpointing.delete_states(args.out)
    if args.push:
        print(hub.push(segmenter, args.push).url)


def _split_validation(args: argparse.Namespace, examples: ExampleDataset) -> tuple[ExampleDataset, list[int]]:
    """Split off the validation examples; returns them, and the indices of the others."""
    all_indices = list(range(len(examples)))
    if args.validation.endswith("%"):
        groups = [example.group or example.id for example in examples]
        validation_indices = hold_out_groups(groups, args.validation, args.seed)
        return _thin_out(examples.subset(validation_indices)), sorted(set(all_indices) - set(validation_indices))
    if not args.validation:
        return examples.subset([]), all_indices
    return _thin_out(dataset_options.read_examples(args, args.data, args.validation)), all_indices


def _thin_out(examples: ExampleDataset) -> ExampleDataset:
    """Keep at most MAX_VALIDATION examples, evenly spread."""
    count = len(examples)
    return examples.subset([i * count // min(count, MAX_VALIDATION) for i in range(min(count, MAX_VALIDATION))])


def _main_split(args: argparse.Namespace, examples: ExampleDataset, indices: list[int]) -> list[SubsetPart]:
    """The labelled and the unlabelled pictures of --split."""
    labelled, unlabelled = split_labelled_unlabelled(len(indices), args.labelled, args.unlabelled, args.seed)
    cue_maker = _cue_maker(args, args.cue, examples.classes)
    return [
        SubsetPart(examples, [indices[i] for i in labelled], cue_maker),
        SubsetPart(examples, [indices[i] for i in unlabelled], None),
    ]


def _other_splits(args: argparse.Namespace) -> list[SubsetPart]:
    """The pictures of the splits that --also names."""
    parts = []
    for text in args.also:
        split, equals, kind = text.partition("=")
        if not equals or kind not in (OWN, *KINDS):
            raise ValueError(f"{text!r:.60} is not SPLIT=KIND. KIND is one of: {', '.join((OWN, *KINDS))}")
        examples = dataset_options.read_examples(args, args.data, split)
        parts.append(SubsetPart(examples, range(len(examples)), _cue_maker(args, kind, examples.classes)))
    return parts


def _cue_maker(args: argparse.Namespace, kind: str, classes: tuple[str, ...]) -> CueMaker:
    if kind == OWN:
        return _keep_own_cues
    return partial(simulate_cues, spec=dataset_options.cue_spec(args, kind), seed=args.seed, classes=classes)


def _keep_own_cues(example: Example) -> Example:
    """Keep the cues of an example; where none of them labels a place, add its mask, if it has one."""
    if example.truth is None or example.cues.labelled_classes:
        return example
    return replace(example, cues=replace(example.cues, labels=example.truth))
