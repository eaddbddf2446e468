"""Measure the speed of the leaderboard's metrics, evaluations and records, beside its peers on the same arrays.

    python benchmarks/evaluation_speed.py --out /tmp/speed

confusion: pixels of two label maps counted by class, one thread, ours and theirs in turns. Peers: torchmetrics'
MulticlassJaccardIndex and its segmentation.MeanIoU, and Hugging Face evaluate's mean_iou: with --evaluate FOLDER the module in that
folder (a clone's metrics/mean_iou), else the three np.histogram of masked maps that it is made of.
bootstrap: 1,000 resamples of 1,449 pictures with 21 classes, drawing included. evaluation: the share of an evaluation's time that is
not the model's own forward, on made-up pictures of 500 x 375 (or --data and --benchmark), two threads. records: reading 5,000
record files and making their rows. Confusion and bootstrap are timed in seconds of the processor, which other work on the machine
does not lengthen. Writes evaluation_speed.csv.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]

SIZES = ((375, 500, 21), (375, 500, 150))
CALLS = 5  # one after the other, so that each method finds its own things in the processor's cache
PARTS = ("arithmetic", "evaluation", "records")
FIELDS = ("what", "case", "value", "unit", "bar", "times_slower", "threads")


def blobs(height: int, width: int, classes: int, seed: int) -> np.ndarray:
    """Make up a label map uint8 (H, W) of smooth patches, like a mask."""
    import cv2

    random = np.random.default_rng(seed)
    best, labels = np.full((height, width), -np.inf, np.float32), np.zeros((height, width), np.uint8)
    for label in range(classes):
        plane = cv2.GaussianBlur(random.normal(size=(height, width)).astype(np.float32), (0, 0), height / 12)
        labels[plane > best] = label
        np.maximum(best, plane, out=best)
    return labels


def peers(folder: Path | None) -> dict[str, Callable[[np.ndarray, np.ndarray, int], object]]:
    """List the implementations by name, ours first: each takes (truth, labels, number of classes) and counts pixels."""
    import torch
    from torchmetrics.functional.classification import multiclass_jaccard_index
    from torchmetrics.functional.segmentation import mean_iou

    from wss_core import metrics

    def three_histograms(truth, labels, count):
        known = truth != 255
        mine, true = labels[known], truth[known]
        areas = [np.histogram(values, count, (0, count - 1))[0] for values in (mine[mine == true], mine, true)]
        return areas[0] / (areas[1] + areas[2] - areas[0])

    def jaccard(truth, labels, count):
        maps = torch.from_numpy(labels).long()[None], torch.from_numpy(truth).long()[None]
        return multiclass_jaccard_index(*maps, count, ignore_index=255)

    def one_hot(truth, labels, count):  # it knows no ignored pixels: they are class 0 here
        maps = (torch.from_numpy(np.where(truth == 255, 0, values)).long()[None] for values in (labels, truth))
        return mean_iou(*maps, count, input_format="index")

    methods = {"ours": metrics.counts, "three np.histogram": three_histograms}
    methods |= {"torchmetrics MulticlassJaccardIndex": jaccard, "torchmetrics MeanIoU": one_hot}
    if folder:
        import evaluate

        module = sys.modules[type(evaluate.load(str(folder))).__module__]
        methods["evaluate mean_iou"] = lambda t, p, c: module.mean_iou([p], [t], c, ignore_index=255)
    return methods


def confusion(repeats: int, folder: Path | None) -> list[dict]:
    """Time every implementation in turns: the median, in milliseconds."""
    rows, known = [], peers(folder)
    for height, width, count in SIZES:
        truth, labels = blobs(height, width, count, 0), blobs(height, width, count, 1)
        truth[:20] = 255
        took: dict[str, list[float]] = {}
        for turn in tqdm(range(repeats), f"confusion {width} x {height}, {count} classes"):
            for name, count_pixels in known.items():
                if turn > 2 and name == "torchmetrics MeanIoU":
                    continue  # up to seconds each
                for _ in range(1 if name == "torchmetrics MeanIoU" else CALLS):
                    start = time.process_time()
                    count_pixels(truth, labels, count)
                    took.setdefault(name, []).append(time.process_time() - start)
        medians = {name: 1e3 * float(np.median(seconds)) for name, seconds in took.items()}
        for name, value in medians.items():
            bar = (
                "<= 0.7"
                if (name, count, height) == ("ours", 21, 375)
                else ">= 10 times slower"
                if name != "ours"
                else ""
            )
            case = f"{name}, {width} x {height}, {count} classes"
            rows.append({"what": "confusion", "case": case, "value": value, "unit": "ms", "bar": bar, "threads": 1,
                         "times_slower": value / medians["ours"]})  # fmt: skip
    return rows


def bootstrap(repeats: int) -> list[dict]:
    """Time drawing and measuring resamples: the median, in seconds."""
    from leaderboard.metrics import bootstrap as statistics
    from leaderboard.metrics import registry

    counts = np.random.default_rng(0).integers(0, 60_000, (1449, 21, 3))
    took = []
    for _ in range(repeats):
        start = time.process_time()
        registry.values("miou", {"counts": counts}, statistics.resample_weights([""] * 1449))
        took.append(time.process_time() - start)
    case = "mIoU of 1,449 pictures, 21 classes, 1,000 resamples"
    return [{"what": "bootstrap", "case": case, "value": np.median(took), "unit": "s", "bar": "<= 0.5", "threads": 1}]


def evaluations(args, folder: Path) -> list[dict]:
    """Measure which share of an evaluation's time is not the model's, for a method with cues and for a trained one."""
    from leaderboard.benchmarks.catalog import find_benchmark
    from leaderboard.evaluation.evaluate import checkpoint_task, evaluate
    from leaderboard.evaluation.watched_process import Limits

    if args.benchmark:
        cases = [(args.checkpoint, find_benchmark(args.benchmark), args.data)]
    else:
        cases = [("builtin", _made_up("scribbles"), folder), (_network(folder), _made_up(""), folder)]
    rows = []
    for source, benchmark, data in cases:
        record = evaluate(checkpoint_task(str(source), benchmark, data), folder / "results", limits=Limits(threads=2))
        rows.append({"what": "evaluation", "case": f"{record.method} on {benchmark.name}, {record.images} pictures, "
                     f"{1e3 * record.forward / record.images:.0f} ms a forward", "unit": "% not forward",
                     "value": 100 * (1 - record.forward / record.seconds), "bar": "<= 5", "threads": 2})  # fmt: skip
    return rows


def _made_up(cue: str):
    from leaderboard.benchmarks.benchmark import Benchmark

    track = "interactive" if cue else "trained"
    shapes = ("miou", "dice", "accuracy", "boundary_f", "boundary_iou", "hd95", "ece")
    classes = tuple(f"class {i}" for i in range(4))
    return Benchmark(name=f"made-up-{cue or 'trained'}", source="made", split="test", classes=classes, metrics=shapes,
                     track=track, cue=cue)  # fmt: skip


def write_images(folder: Path, count: int) -> None:
    """Write coloured noisy patches of four classes, 500 x 375 pixels, as JPEG beside PNG masks."""
    from PIL import Image

    colours = np.array([(60, 140, 70), (190, 60, 50), (60, 60, 190), (180, 170, 60)])
    for name in ("images", "masks"):
        (folder / "made" / name).mkdir(parents=True)
    for i in range(count):
        truth = blobs(375, 500, 4, i)
        noisy = colours[truth] + np.random.default_rng(i).normal(0, 25, (375, 500, 3))
        Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(folder / "made" / "images" / f"{i:03}.jpg")
        Image.fromarray(truth).save(folder / "made" / "masks" / f"{i:03}.png")


def _network(folder: Path) -> Path:
    """Save a network trained for two steps: its forward takes as long as that of a well trained one."""
    from wss_core import create, save
    from wss_core.cues import Cues

    benchmark = _made_up("")
    examples = [replace(e, cues=Cues(labels=e.truth)) for e in (benchmark.examples(folder)[i] for i in range(2))]
    return save(create("network", steps=2, classes=benchmark.classes).fit(examples), folder / "network")


def records(folder: Path, count: int = 5000) -> list[dict]:
    """Time the reading of as many records as a busy board has."""
    from leaderboard.records import store
    from leaderboard.report import table

    record = _record(folder)
    for i in tqdm(range(count), "records"):
        store.write(replace(record, identity=replace(record.identity, checkpoint=f"{i:040x}")), folder / "many")
    start = time.perf_counter()
    read = store.read_all(folder / "many")
    middle = time.perf_counter()
    table.table(read, ranked=False)
    rows = [("read", middle - start), ("rows, without ranks", time.perf_counter() - middle)]
    return [
        {"what": "records", "case": f"{count:,}, {what}", "value": value, "unit": "s", "threads": 1}
        for what, value in rows
    ]


def _record(folder: Path):
    """Make up a record of 167 pictures with two classes."""
    from leaderboard.evaluation.build_record import build_record
    from leaderboard.tasks.task import EvalTask
    from wss_core.hub import info

    random = np.random.default_rng(0)
    rows = [
        {"place": i, "id": f"{i:016x}", "group": "", "seconds": 1.0, "forward": 0.9,
         "parts": {"counts": random.integers(0, 60_000, (4, 3)).tolist()}}
        for i in range(167)
    ]  # fmt: skip
    benchmark = replace(_made_up("scribbles"), metrics=("miou", "dice", "accuracy"))
    task = EvalTask(checkpoint=info("builtin"), benchmark=benchmark, data=folder, data_revision="d" * 40)
    return build_record(task, {"device": "cpu", "machine": "made up"}, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for evaluation_speed.csv")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="only these (default: all)")
    parser.add_argument("--repeats", type=int, default=20, help="turns of each confusion (default 20)")
    parser.add_argument("--pictures", type=int, default=40, help="pictures of the made-up evaluation (default 40)")
    parser.add_argument("--evaluate", type=Path, help="folder of Hugging Face evaluate's metrics/mean_iou")
    parser.add_argument("--benchmark", help="benchmark to evaluate on instead of made-up pictures")
    parser.add_argument("--checkpoint", default="builtin", help="what to evaluate with --benchmark (default: builtin)")
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="folder of the data sets for --benchmark"
    )
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    import cv2
    import torch

    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    rows = []
    if "arithmetic" in args.parts:
        rows += confusion(args.repeats, args.evaluate) + bootstrap(7)
    with tempfile.TemporaryDirectory() as folder:
        write_images(Path(folder), args.pictures)
        if "evaluation" in args.parts:
            rows += evaluations(args, Path(folder))
        if "records" in args.parts:
            rows += records(Path(folder))
    about = {"machine": f"{platform.machine()}, {os.cpu_count()} cores", "date": datetime.date.today().isoformat()}
    with open(args.out / "evaluation_speed.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, (*FIELDS, *about))
        writer.writeheader()
        writer.writerows(row | about for row in rows)
    for row in rows:
        slower = f"{row['times_slower']:8.1f} x" if "times_slower" in row else " " * 10
        print(f"{row['what']:11}{row['case']:64}{row['value']:10.3f} {row['unit']:14}{slower}  {row.get('bar', '')}")


if __name__ == "__main__":
    main()
