"""Compares candidate methods on pictures held out from training, in one run.

    python -m recipes.builtin.compare_methods --data FOLDER --teacher FOLDER --out FOLDER

Measures masks after strokes in every class and after the clicks of a simulated user. Writes routes.csv; the table in RECIPE.md is its mean over the
data sets. None of these pictures is in a benchmark's test split.
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from tqdm import tqdm

from leaderboard.metrics.interactive import iou_after_strokes, run_session
from wss_core import create

from .data import TrainImage, load_images

EACH = 6  # pictures of a data set
CLICKS = 10
SETS = ("horses", "clothing", "nuclei", "acdc", "segments", "camvid")


def routes(teacher: str) -> dict[str, dict]:
    """Return the candidates, {name: arguments of `create`}."""
    return {
        "nearest seed": {"name": "propagate", "spread": "nearest"},
        "colour mixtures and a graph cut (grabcut)": {"name": "grabcut"},
        "ridge on colour and texture, geodesics, walk": {"name": "propagate", "spread": "live"},
        "the same on the built-in model's features": {"name": "propagate", "features": "builtin", "spread": "live"},
        "the same on the teacher's features": {"name": "propagate", "features": f"timm:{teacher}", "spread": "live"},
        "CueNet on the solver's evidence, walk": {"name": "propagate"},
    }


def truths(pictures: list[TrainImage]) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Select EACH held-out pictures of a data set, (data set, image, truth); of `segments`, one region of 1 to 50 %."""
    examples = []
    for name in SETS:
        random = np.random.default_rng(0)
        for picture in [p for p in pictures if p.source == name and p.held_out][:: 1 if name == "horses" else 2][:EACH]:
            truth = picture.maps[0]
            if name == "segments":
                ids, counts = np.unique(truth, return_counts=True)
                ids = ids[(counts > 0.01 * truth.size) & (counts < 0.5 * truth.size)]
                truth = (truth == random.choice(ids)).astype(np.uint8) if len(ids) else np.zeros_like(truth)
            if ((truth != 0) & (truth != 255)).any():
                examples.append((name, picture.image, truth))
    return examples


def measure(settings: dict, examples) -> dict[str, float]:
    """Measure a method: means over the data sets, with equal weight for each."""
    model, rows = create(**settings), {}
    for number, (name, image, truth) in enumerate(tqdm(examples, desc=settings["name"], leave=False)):
        row = [iou_after_strokes(model, image, truth, count, seed=number) for count in (1, 2, 3)]
        start = time.perf_counter()
        session = run_session(model, image, truth, limit=CLICKS)
        seconds = (time.perf_counter() - start) / len(session.ious)
        drops = session.drops() / max(1, len(session.ious) - 1)
        rows.setdefault(name, []).append([*row, *(session.at(k) for k in (1, 3, 5, CLICKS)), drops, seconds])
    means = np.mean([np.mean(values, axis=0) for values in rows.values()], axis=0)
    names = ("strokes1", "strokes2", "strokes3", "click1", "click3", "click5", f"click{CLICKS}", "drops", "seconds")
    return dict(zip(names, means.round(4).tolist(), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets in the Hub's layout")
    parser.add_argument("--teacher", type=Path, required=True, help="folder with timm's config.json and weights")
    parser.add_argument("--out", type=Path, required=True, help="folder for routes.csv")
    parser.add_argument("--threads", type=int, default=2, help="threads of torch and OpenCV (%(default)s)")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(args.threads)
    examples = truths(load_images(args.data, SETS))
    lines = [{"route": name} | measure(s, examples) for name, s in routes(f"local-dir:{args.teacher}").items()]
    args.out.mkdir(parents=True, exist_ok=True)
    with open(args.out / "routes.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, lines[0])
        writer.writeheader()
        writer.writerows(lines)
    for line in lines:
        print("| " + " | ".join(str(value) for value in line.values()) + " |")


if __name__ == "__main__":
    main()
