"""python -m leaderboard sweep: train methods on shares of the labels and by kind of cue, and write records."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from wss_core.methods.settings import parse

from ..benchmarks.catalog import find_benchmark
from ..sweeps import grid
from ..tasks.label_budget import NONE
from . import engines

OUT = "out"
EXAMPLES = """\
examples:
  python -m leaderboard sweep horses-labels --methods propagate probe --cues scribbles full --shares 0.05 0.25 1 --seeds 0 1 2
  python -m leaderboard sweep nuclei-labels --methods network --cues full --shares 0.1 --setting network:steps=400
  python -m leaderboard sweep clothing-labels --methods network --cues full --shares 0.1 --also tagged=tags
  python -m leaderboard sweep acdc-clicks --methods propagate grabcut --jobs 2
  python -m leaderboard sweep camvid-labels --methods network --engine ray --address 10.0.0.1:6379
  python -m leaderboard sweep camvid-labels --methods network --engine jobs --jobs 4 --flavor t4-small --code https://... \\
      --data-repo USER/DATA --share-with USER/RESULTS

A cue is people (scribbles drawn by people, which the data set holds), tags, points, boxes, scribbles, partial or full;
scribbles-3 = three for each class, points-object = one for each object, scribbles-5-image = five on a picture. Methods that
learn get it on a share of the training pictures, which the seed draws: one group (a patient, a video) after another where
there are groups, and a smaller share is part of a larger one of the same seed. Methods that do not learn get it on every test
picture, and their seconds are those of the test pictures. What has a record is not done again; stopped, the same command goes
on where it was.
"""


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    parser = commands.add_parser("sweep", epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.set_defaults(run=run)
    parser.add_argument(
        "benchmark", metavar="BENCHMARK", help="a name that `benchmarks` lists, or a JSON file of a benchmark"
    )
    parser.add_argument(
        "--methods", nargs="+", required=True, metavar="METHOD", help="names that `python -m wss_core methods` lists"
    )
    parser.add_argument(
        "--cues", nargs="+", default=[], metavar="CUE", help="kinds of labels (default: those of the benchmark)"
    )
    parser.add_argument(
        "--shares",
        nargs="+",
        type=float,
        default=[],
        metavar="SHARE",
        help="shares of the training pictures, above 0 and at most 1 (default: those of the benchmark)",
    )
    parser.add_argument(
        "--seeds",
        nargs="+",
        type=int,
        default=[0],
        metavar="SEED",
        help="of the pictures drawn, the cues and the training (default: 0)",
    )
    parser.add_argument(
        "--setting",
        action="append",
        default=[],
        metavar="METHOD:KEY=VALUE",
        help="a setting of a method, see `python -m wss_core methods`; repeatable",
    )
    parser.add_argument(
        "--rest",
        default=NONE,
        metavar="CUE",
        help="cue of the other training pictures, for methods that can learn from it; none = without labels (default), "
        "out = leave them out",
    )
    parser.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="SPLIT=CUE",
        help="learn from another split too, with such cues; repeatable",
    )
    engines.add(parser)


def run(args: argparse.Namespace) -> None:
    """Run the trials, and print a line for each record and each failure."""
    if args.engine == "jobs":
        engines.launch(args)
        return
    benchmark = find_benchmark(args.benchmark)
    trials = grid.trials(
        benchmark,
        args.methods,
        cues=args.cues,
        shares=args.shares,
        seeds=args.seeds,
        settings=_settings(args.setting),
        rest="" if args.rest == OUT else args.rest,
        also=[_pair(text) for text in args.also],
    )
    engines.run_tasks(args, grid.eval_tasks(benchmark, trials, args.data))


def _settings(texts: Sequence[str]) -> dict[str, dict]:
    """{method: settings} of texts METHOD:KEY=VALUE."""
    settings: dict[str, dict] = {}
    for text in texts:
        method, colon, setting = text.partition(":")
        if not colon or "=" in method:
            raise ValueError(f"a setting is written METHOD:KEY=VALUE, got {text!r:.60}")
        settings.setdefault(method, {}).update(parse([setting]))
    return settings


def _pair(text: str) -> tuple[str, str]:
    split, equals, cue = text.partition("=")
    if not equals:
        raise ValueError(f"{text!r:.60} is not SPLIT=CUE")
    return split, cue
