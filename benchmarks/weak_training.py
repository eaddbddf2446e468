"""How much of full supervision is left when labels are weak: the rows of `weak_rows.py`, trained, tested and held together.

    python benchmarks/weak_training.py --part acdc --weights ../shared/weights/mobilenetv2_100 --out out
    python benchmarks/weak_training.py --out out --report            (every part, from the records that there are)

Each row is trained from three seeds and tested on the test pictures (horses: validation), as trials of the leaderboard, whose
records these are: what has one is not done again, and a training that was stopped goes on where it was. Full supervision is the
same network with the same steps. A share, or a gap, has the interval of trainings drawn again and then pictures, in pairs: of the
same seed, on the same resamples. tiles is held against what needs no learning, see `saliency.py`. Writes weak_training.csv (a line
a row), weak_claims.csv (a line a claim), weak_training.md and weak_training.png.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import backbone
from weak_claims import claim_line, recorded, row_line, seen, unlearned
from weak_rows import CLAIMS, ROWS, UNLEARNED, Row

from leaderboard.benchmarks.catalog import find_benchmark
from leaderboard.evaluation.watched_process import LIMITS
from leaderboard.paths import RESULTS
from leaderboard.report.text import outcome_line
from leaderboard.sweeps import grid
from leaderboard.sweeps.engines.local import Local
from leaderboard.sweeps.sweep import SweepFolders, sweep
from leaderboard.tasks.task import EvalTask
from leaderboard.tasks.trial import Trial

PARTS = tuple(dict.fromkeys(row.part for row in ROWS))
SHOWN = ("row", "labels", "seeds", "metric", "value", "spread", "low", "high", "label_seconds", "train_seconds")
HELD = ("row", "against", "kind", "bar", "seeds", "found", "low", "high", "met")


def main() -> None:
    told = arguments()
    rows = [row for row in ROWS if row.part in (told.part or PARTS)]
    names = {row.name for row in rows}
    beside = {claim.against for claim in CLAIMS if claim.row in names}  # of other parts, as far as there are records
    works = {row.name: works_of(row, told) for row in ROWS if row.name in names | beside}
    if not told.report:
        train([works[row.name][i] for i in range(len(told.seeds)) for row in rows], told)
    records = {name: recorded(some, told.results) for name, some in works.items()}
    found = {name: [seen(record) for record in some] for name, some in records.items()}
    for work in (some[0] for name, some in works.items() if name in UNLEARNED):
        found |= unlearned(work.benchmark, told.data, len(told.seeds))
    made = [row_line(row, records[row.name]) for row in rows]
    held = [claim_line(c, found[c.row], found[c.against]) for c in CLAIMS if c.row in names]
    write(told.out, made, held)


def works_of(row: Row, told: argparse.Namespace) -> list[EvalTask]:
    """The trials of a row, one a seed."""
    settings = backbone.placed(row.settings, told.weights)
    trials = [Trial(method=row.method, settings=settings, budget=row.budget, seed=s) for s in told.seeds]
    return grid.eval_tasks(find_benchmark(f"{row.data}-labels"), trials, told.data)


def train(works: Sequence[EvalTask], told: argparse.Namespace) -> None:
    """Do what is not done yet, seed after seed: the table is whole with one seed before the next begins."""
    limits = replace(LIMITS, load=60 * told.minutes, threads=told.threads)
    for outcome in sweep(works, SweepFolders(told.results.resolve()), Local(told.jobs, limits), retry=told.retry):
        tqdm.write(outcome_line(outcome))


def write(folder: Path, made: list[dict], held: list[dict]) -> None:
    """The files, and the Markdown on the screen too."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in (("weak_training.csv", made), ("weak_claims.csv", held)):
        with open(folder / name, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(key for one in lines for key in one)))
            writer.writeheader()
            writer.writerows(lines)
    text = f"{table(made, SHOWN)}\n\n{table(held, HELD)}\n"
    (folder / "weak_training.md").write_text(text, encoding="utf-8")
    draw(folder / "weak_training.png", [one for one in held if one["seeds"]])
    print(text, end="")


def table(lines: Sequence[dict], columns: Sequence[str]) -> str:
    """The lines as a table of Markdown."""
    rows = [columns, ["---"] * len(columns), *([cell(one.get(key)) for key in columns] for one in lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None or value != value else f"{value:.4g}" if isinstance(value, float) else str(value)


def draw(path: Path, held: Sequence[dict]) -> None:
    """What was found of each claim with its 95 % interval, and its bar in red: shares on the left, gaps on the right."""
    from matplotlib.figure import Figure

    if not held:
        return
    kinds = {kind: [one for one in held if one["kind"] == kind] for kind in dict.fromkeys(one["kind"] for one in held)}
    figure = Figure(figsize=(13, 1.4 + 0.3 * max(map(len, kinds.values()))), layout="constrained")
    for axes, (kind, some) in zip(figure.subplots(1, len(kinds), squeeze=False)[0], kinds.items(), strict=True):
        for place, one in enumerate(some):
            axes.plot([one["low"], one["high"]], [-place] * 2, color="#4269d0")
            axes.plot(one["found"], -place, "o", color="#4269d0")
            axes.plot(
                [] if one["bar"] is None else one["bar"], [] if one["bar"] is None else -place, "r|", markersize=14
            )
        names = [one["row"] if kind == "share" else f"{one['row']} - {one['against']}" for one in some]
        axes.set_yticks([-place for place in range(len(some))], names, fontsize=8)
        axes.set_title("share of full supervision" if kind == "share" else "gap")
        axes.margins(y=0.1)
        axes.grid(axis="x", alpha=0.3)
    figure.savefig(path, dpi=110)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", action="append", choices=PARTS, help="this one alone; repeatable (all)")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("WSS_DATA", "../shared/data")))
    backbone.add_to(parser)
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the records (%(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the table and the figure")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--report", action="store_true", help="train nothing")
    parser.add_argument("--retry", action="store_true", help="try again what has failed")
    parser.add_argument("--jobs", type=int, default=1, help="trainings at a time (1)")
    parser.add_argument("--threads", type=int, default=0, help="of each, 0 = as many as it likes")
    parser.add_argument("--minutes", type=float, default=60.0, help="for one training, at most (60)")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("stopped. The same command goes on from here")
