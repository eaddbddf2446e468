"""Run the trials of the board that comes with the project; one command makes them all again.

    python benchmarks/first_board.py --data ../shared/data                (all of it, into leaderboard/results)
    python benchmarks/first_board.py --data ../shared/data --part acdc    (a part alone; --count says how many there are)

On each data set propagate and probe get every kind of cue at every budget, and network a chosen part, from three seeds: as
in `weak_training.py`, whose records these are too, and on most from a tenth of the labels. On the interactive track the
methods that need no learning are cued by robots. The built-in model has learned from masks of these data sets, so features
come from ImageNet weights and cues spread without it; only horses-builtin is propagate as it comes, from one seed, and the
board says so of it. What has a record is not done again, and what was stopped goes on where it was. The records say on which
machine and how long.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import backbone
from backbone import WEIGHTS
from weak_rows import ROWS

from leaderboard.benchmarks.catalog import find_benchmark
from leaderboard.evaluation.watched_process import LIMITS
from leaderboard.paths import RESULTS
from leaderboard.report.text import outcome_line
from leaderboard.sweeps import grid
from leaderboard.sweeps.engines.local import Local
from leaderboard.sweeps.sweep import SweepFolders, sweep
from leaderboard.tasks.task import EvalTask

QUICK = ("propagate", "probe")
WITHOUT_BUILTIN = {"propagate": {"spread": "live"}, "probe": {"features": WEIGHTS}}  # without labels of the data sets
SHARES = (0.05, 0.1, 0.25, 1.0)
FEW = (0.1, 1.0)  # of the network, which takes some minutes


@dataclass(frozen=True)
class Part:
    """Trials of a benchmark: each method with every cue at every share. first_seed_only: only with the first seed."""

    name: str
    benchmark: str
    methods: tuple[str, ...]
    cues: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    first_seed_only: bool = False


def _data(name: str, *cues: str, learned: str, few: tuple[float, ...] = FEW) -> tuple[Part, ...]:
    """Plan the quick methods with all cues and with full masks, and the network with one cue and with full masks.

    The network's settings are those of the row of weak_rows that is called `learned`.
    """
    labels = f"{name}-labels"
    rows = [row for row in ROWS if row.name in (f"{name} {learned}", f"{name} full")]
    return (
        Part(name, labels, QUICK, (*cues, "full"), SHARES, WITHOUT_BUILTIN),
        *(Part(f"{name}-network", labels, (r.method,), (r.budget.cue,), few, {r.method: r.settings}) for r in rows),
    )


PARTS = (
    *_data("nuclei", "points-object", "boxes", "scribbles", learned="boxes"),
    *_data("acdc", "people", "points", "scribbles", learned="scribbles", few=(1.0,)),
    *_data("horses", "points", "boxes", "scribbles", learned="scribbles"),
    *_data("camvid", "points", "partial", "scribbles", learned="scribbles"),
    Part("horses-builtin", "horses-labels", ("propagate",), ("points", "boxes", "scribbles"), first_seed_only=True),
    *(
        Part("interactive", name, ("propagate", "grabcut"), first_seed_only=True)  # robots have a seed of their own
        for name in ("voc99-clicks", "voc99-strokes", "horses-clicks", "horses-strokes", "acdc-clicks")
    ),
    Part("interactive", "acdc-strokes", ("propagate",), first_seed_only=True),  # GrabCut would take an hour
)
NAMES = tuple(dict.fromkeys(part.name for part in PARTS))


def main() -> None:
    args = arguments()
    tasks = list(selected_tasks(args))
    if args.count:
        for (name, method), count in Counter((task.benchmark.name, task.checkpoint.method) for task in tasks).items():
            print(f"{name:20} {method:10} {count}")
        return
    limits = replace(LIMITS, load=60 * args.minutes)
    for outcome in sweep(tasks, SweepFolders(args.results.resolve()), Local(args.jobs, limits), retry=args.retry):
        tqdm.write(outcome_line(outcome))


def selected_tasks(args: argparse.Namespace) -> Iterator[EvalTask]:
    """List the trials of the chosen parts, seed by seed: the board is complete with one seed before the next begins."""
    for seed in args.seeds:
        for part in PARTS:
            benchmark = find_benchmark(part.benchmark)
            if part.name not in (args.part or NAMES) or (part.first_seed_only and seed != args.seeds[0]):
                continue
            settings = {name: backbone.with_local_weights(own, args.weights) for name, own in part.settings.items()}
            trials = grid.trials(
                benchmark, part.methods, cues=part.cues, shares=part.shares, seeds=(seed,), settings=settings, rest=""
            )
            yield from grid.eval_tasks(benchmark, trials, args.data)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", action="append", choices=NAMES, help="only this part; repeatable (default: all)")
    default_data = Path(os.environ.get("WSS_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=default_data, help="folder of the data sets (%(default)s)")
    backbone.add_to(parser)
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the records (%(default)s)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], help="seeds of the trainings (0 1 2)")
    parser.add_argument("--jobs", type=int, default=2, help="trials at a time (%(default)s)")
    parser.add_argument("--minutes", type=float, default=30.0, help="time limit of one training (%(default)s)")
    parser.add_argument("--retry", action="store_true", help="run failed trials again")
    parser.add_argument("--count", action="store_true", help="print how many trials there are and run none")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("stopped. The same command goes on from here")
