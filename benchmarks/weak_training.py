"""Measure how much of full supervision's score weak labels reach: train, test and compare the rows of `weak_rows.py`.

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
from weak_claims import claim_line, find_records, record_estimate, row_line, untrained_estimates
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
    args = arguments()
    rows = [row for row in ROWS if row.part in (args.part or PARTS)]
    names = {row.name for row in rows}
    beside = {claim.against for claim in CLAIMS if claim.row in names}  # of other parts, as far as there are records
    tasks = {row.name: row_tasks(row, args) for row in ROWS if row.name in names | beside}
    if not args.report:
        train([tasks[row.name][i] for i in range(len(args.seeds)) for row in rows], args)
    records = {name: find_records(of_row, args.results) for name, of_row in tasks.items()}
    estimates = {name: [record_estimate(record) for record in row_records] for name, row_records in records.items()}
    for task in (of_row[0] for name, of_row in tasks.items() if name in UNLEARNED):
        estimates |= untrained_estimates(task.benchmark, args.data, len(args.seeds))
    row_lines = [row_line(row, records[row.name]) for row in rows]
    claim_lines = [claim_line(c, estimates[c.row], estimates[c.against]) for c in CLAIMS if c.row in names]
    write(args.out, row_lines, claim_lines)


def row_tasks(row: Row, args: argparse.Namespace) -> list[EvalTask]:
    """List the trials of a row, one for each seed."""
    settings = backbone.with_local_weights(row.settings, args.weights)
    trials = [Trial(method=row.method, settings=settings, budget=row.budget, seed=s) for s in args.seeds]
    return grid.eval_tasks(find_benchmark(f"{row.data}-labels"), trials, args.data)


def train(tasks: Sequence[EvalTask], args: argparse.Namespace) -> None:
    """Run the trials without a record, seed by seed: the table is complete with one seed before the next begins."""
    limits = replace(LIMITS, load=60 * args.minutes, threads=args.threads)
    for outcome in sweep(tasks, SweepFolders(args.results.resolve()), Local(args.jobs, limits), retry=args.retry):
        tqdm.write(outcome_line(outcome))


def write(folder: Path, row_lines: list[dict], claim_lines: list[dict]) -> None:
    """Write the files and print the Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in (("weak_training.csv", row_lines), ("weak_claims.csv", claim_lines)):
        with open(folder / name, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(key for line in lines for key in line)))
            writer.writeheader()
            writer.writerows(lines)
    text = f"{table(row_lines, SHOWN)}\n\n{table(claim_lines, HELD)}\n"
    (folder / "weak_training.md").write_text(text, encoding="utf-8")
    draw(folder / "weak_training.png", [line for line in claim_lines if line["seeds"]])
    print(text, end="")


def table(lines: Sequence[dict], columns: Sequence[str]) -> str:
    """Format the lines as a Markdown table."""
    rows = [columns, ["---"] * len(columns), *([cell(line.get(key)) for key in columns] for line in lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None or value != value else f"{value:.4g}" if isinstance(value, float) else str(value)


def draw(path: Path, claim_lines: Sequence[dict]) -> None:
    """Draw each claim's estimate with its 95 % interval and its bar in red: shares on the left, gaps on the right."""
    from matplotlib.figure import Figure

    if not claim_lines:
        return
    kinds = {
        kind: [line for line in claim_lines if line["kind"] == kind]
        for kind in dict.fromkeys(line["kind"] for line in claim_lines)
    }
    figure = Figure(figsize=(13, 1.4 + 0.3 * max(map(len, kinds.values()))), layout="constrained")
    for axes, (kind, kind_lines) in zip(figure.subplots(1, len(kinds), squeeze=False)[0], kinds.items(), strict=True):
        for position, line in enumerate(kind_lines):
            axes.plot([line["low"], line["high"]], [-position] * 2, color="#4269d0")
            axes.plot(line["found"], -position, "o", color="#4269d0")
            axes.plot(
                [] if line["bar"] is None else line["bar"],
                [] if line["bar"] is None else -position,
                "r|",
                markersize=14,
            )
        names = [line["row"] if kind == "share" else f"{line['row']} - {line['against']}" for line in kind_lines]
        axes.set_yticks([-position for position in range(len(kind_lines))], names, fontsize=8)
        axes.set_title("share of full supervision" if kind == "share" else "gap")
        axes.margins(y=0.1)
        axes.grid(axis="x", alpha=0.3)
    figure.savefig(path, dpi=110)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part; repeatable (default: all)")
    default_data = Path(os.environ.get("WSS_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=default_data, help="folder of the data sets (%(default)s)")
    backbone.add_to(parser)
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the records (%(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the table and the figure")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], help="seeds of the trainings (0 1 2)")
    parser.add_argument("--report", action="store_true", help="train nothing, report the records that there are")
    parser.add_argument("--retry", action="store_true", help="run failed trials again")
    parser.add_argument("--jobs", type=int, default=1, help="trainings at a time (%(default)s)")
    parser.add_argument("--threads", type=int, default=0, help="threads of each training, 0 = no limit (%(default)s)")
    parser.add_argument("--minutes", type=float, default=60.0, help="time limit of one training (%(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("stopped. The same command goes on from here")
