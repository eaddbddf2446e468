"""Measure how good masks are and how many cues they take: our methods and their peers on real pictures.

    python benchmarks/live_quality.py --data FOLDER --out /tmp/quality

FOLDER holds data sets in the Hub's layout (voc99, horses, clothing, nuclei, acdc); those absent are left out. Four
protocols: 2 simulated strokes in every class; a box around the object and nothing else; the robot user's clicks, up to
20; and people's own scribbles (acdc).
An update is the answer to one more cue. Every method gets the same cues on the same pictures, and the slow ones may be
given fewer pictures (--slow), always the first ones of the same shuffled list: a comparison is over the pictures that
both have seen. The run can be stopped and started again: a line of live_quality.csv that is there is not made anew.
Writes live_quality.csv, live_quality_summary.csv and live_quality.png.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from tqdm import tqdm

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent)]

# data set -> split, mask column, protocols
TASKS = {
    "voc99": ("test", "object_mask", ("strokes", "boxes", "clicks")),
    "horses": ("validation", "mask", ("strokes", "boxes", "clicks")),
    "clothing": ("test", "mask_coarse", ("strokes",)),
    "nuclei": ("test", "mask", ("strokes",)),
    "acdc": ("test", "mask", ("scribbles", "strokes")),
}
# method -> settings of propagate or None, protocols, and those in which it is slow
METHODS = {
    "ours": ({}, ("strokes", "boxes", "clicks", "scribbles"), ()),
    "ours, no network": ({"spread": "live"}, ("strokes", "boxes", "clicks", "scribbles"), ()),
    "grabcut": (None, ("strokes", "boxes", "clicks", "scribbles"), ("clicks",)),
    "opencv_grabcut": (None, ("strokes", "boxes", "scribbles"), ("strokes",)),
    "random_walker": ({"spread": "random_walker"}, ("strokes", "scribbles"), ("strokes",)),
    "pixel_forest": (None, ("strokes", "scribbles"), ("strokes",)),
    "nearest seed": ({"spread": "nearest"}, ("strokes", "clicks", "scribbles"), ()),
}
FIELDS = ("data", "method", "protocol", "id", "value", "dice", "ious", "prepare_s", "update_s", "height", "width")
BASES = ("grabcut", "opencv_grabcut")


def segmenter(method: str):
    """Create a method by its name in the table above."""
    from peers import OpenCVGrabCut, PixelForest

    from wss_core import create

    if method in ("opencv_grabcut", "pixel_forest"):
        return {"opencv_grabcut": OpenCVGrabCut, "pixel_forest": PixelForest}[method]()
    settings = METHODS[method][0]
    return create(method) if settings is None else create("propagate", **settings)


def read_images(root: Path, data: str, count: int) -> Iterator[tuple[str, np.ndarray, np.ndarray, np.ndarray | None]]:
    """Load the first `count` pictures of a list shuffled by seed 0, as (id, image, truth, scribble or None)."""
    from datasets import load_dataset

    split, column, _ = TASKS[data]
    rows = load_dataset(str(root / data), split=split)
    for i in np.random.default_rng(0).permutation(len(rows))[:count]:
        row = rows[int(i)]
        truth = np.asarray(row[column], np.uint8)
        if ((truth != 0) & (truth != 255)).any():
            scribble = np.asarray(row["scribble"], np.uint8) if "scribble" in row else None
            yield str(row["id"]), np.asarray(row["image"].convert("RGB")), truth, scribble


def measure(root: str, data: str, method: str, protocol: str, count: int, done: set, threads: int) -> list[dict]:
    """Yield a row for every picture that is not in `done` yet."""
    import cv2
    import torch

    cv2.setNumThreads(threads)
    torch.set_num_threads(threads)
    model, rows = segmenter(method), []
    model.prepare(np.zeros((48, 64, 3), np.uint8))
    for name, image, truth, scribble in read_images(Path(root), data, count):
        if (data, method, protocol, name) not in done:
            row = _row(model, protocol, image, truth, scribble, int.from_bytes(name.encode()[-4:], "big"))
            rows.append({"data": data, "method": method, "protocol": protocol, "id": name} | row)
    return rows


def _row(model, protocol: str, image, truth, scribble, seed: int) -> dict:
    from leaderboard.metrics.interactive import run_session
    from wss_core import Cues
    from wss_core.cues.simulated_user import strokes_per_class, tight_box
    from wss_core.metrics import object_ious

    row = {"ious": "", "height": truth.shape[0], "width": truth.shape[1]}
    start = time.perf_counter()
    if protocol == "clicks":
        session = run_session(model, image, truth, seed=seed)
        took = time.perf_counter() - start
        ious = [round(v, 4) for v in session.ious]
        return row | {"value": session.number_of_clicks(0.85), "dice": "", "ious": json.dumps(ious), "prepare_s": "",
                      "update_s": took / max(1, len(ious))}  # fmt: skip
    prepared = model.prepare(image)
    middle = time.perf_counter()
    drawn = Cues(labels=scribble)
    if protocol == "boxes":
        drawn = Cues(boxes=(tight_box(truth == 1, 1),))
    if protocol == "strokes":
        drawn = Cues(strokes=tuple(strokes_per_class(truth, 2, np.random.default_rng(seed))))
        model.segment(image, Cues(strokes=drawn.strokes[:-1]), prepared)  # what a person saw before the last stroke
    begun = time.perf_counter()
    labels = model.segment(image, drawn, prepared).labels
    end = time.perf_counter()
    ious = object_ious(truth, labels)
    dice = np.mean(2 * ious / (1 + ious))
    return row | {"value": ious.mean(), "dice": dice, "prepare_s": middle - start, "update_s": end - begun}


def read(path: Path) -> list[dict]:
    """Read the rows that an earlier run wrote."""
    if not path.exists():
        return []
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def measure_all(args) -> list[dict]:
    """Run all jobs in `args.jobs` processes; each row is written when it is finished."""
    path = args.out / "live_quality.csv"
    done = {tuple(row[key] for key in FIELDS[:4]) for row in read(path)}
    jobs = []
    for data, (_, _, protocols) in TASKS.items():
        if not (args.data / data).is_dir() or (args.only and data not in args.only):
            continue
        for method, (_, can, slow) in METHODS.items():
            if not args.methods or method in args.methods:
                for protocol in set(protocols) & set(can):
                    count = args.slow if protocol in slow else args.pictures
                    jobs.append((str(args.data), data, method, protocol, count, done, args.threads))
    with ProcessPoolExecutor(args.jobs, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(measure, *job) for job in jobs]
        for task in tqdm(as_completed(waiting), total=len(waiting), unit="job"):
            fresh = not path.exists()
            with open(path, "a", newline="") as file:
                writer = csv.DictWriter(file, FIELDS)
                if fresh:
                    writer.writeheader()
                writer.writerows(task.result())
    return read(path)


def summary(rows: list[dict]) -> list[dict]:
    """Summarise each data set, protocol and method in a line, with a comparison to GrabCut on the pictures that both have."""
    table = {}
    for row in rows:
        table.setdefault((row["data"], row["protocol"], row["method"]), {})[row["id"]] = row
    lines = []
    for (data, protocol, method), own_rows in sorted(table.items()):
        line = {"data": data, "protocol": protocol, "method": method, "pictures": len(own_rows)}
        values = np.array([float(r["value"]) for r in own_rows.values()])
        if protocol == "clicks":
            line |= _clicks([json.loads(r["ious"]) for r in own_rows.values()])
        else:
            line |= {"iou": values.mean(), "dice": np.mean([float(r["dice"]) for r in own_rows.values()])}
            line["iou_error"] = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else float("nan")
        line["update_ms"] = 1e3 * np.median([float(r["update_s"]) for r in own_rows.values()])
        for base in BASES:
            other = table.get((data, protocol, base), {})
            both = [(own_rows[i], other[i]) for i in own_rows if i in other]
            if both and protocol != "clicks":
                line[f"above {base}"] = np.mean([float(a["value"]) - float(b["value"]) for a, b in both])
            if both:
                line[f"faster than {base}"] = np.median([float(b["update_s"]) / float(a["update_s"]) for a, b in both])
        lines.append(line)
    return lines


def _clicks(ious: list[list[float]]) -> dict:
    from leaderboard.metrics.interactive import LIMIT, InteractiveSession, summarize_sessions

    return summarize_sessions([InteractiveSession(tuple(session), LIMIT) for session in ious])


def plot(lines: list[dict], rows: list[dict], path: Path) -> None:
    """Draw strokes, boxes and scribbles as bars with standard errors, and mean IoU by clicks as a curve for each method."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(15, 5.5), constrained_layout=True)
    groups = sorted({(row["data"], row["protocol"]) for row in lines if "iou" in row})
    for i, method in enumerate(METHODS):
        own = {(r["data"], r["protocol"]): r for r in lines if r["method"] == method and "iou" in r}
        at = [g for g in groups if g in own]
        places = [groups.index(g) + (i - len(METHODS) / 2) * 0.11 for g in at]
        left.bar(places, [own[g]["iou"] for g in at], 0.11, yerr=[own[g]["iou_error"] for g in at], label=method)
        clicks = [json.loads(r["ious"]) for r in rows if r["method"] == method and r["protocol"] == "clicks"
                  and r["data"] == "voc99"]  # fmt: skip
        if clicks:
            curve = [np.mean([c[min(k, len(c)) - 1] for c in clicks]) for k in range(1, 21)]
            right.plot(range(1, 21), curve, marker="o", markersize=3, color=left.containers[-1][0].get_facecolor(),
                       label=method)  # fmt: skip
    left.set_xticks(range(len(groups)), [f"{data}\n{protocol}" for data, protocol in groups])
    left.set(ylabel="mean IoU", ylim=(0, 1), title="2 strokes in every class, a box, or people's scribbles")
    right.set(xlabel="clicks", ylabel="mean IoU", ylim=(0, 1), title="voc99: the robot user's clicks")
    right.set_xticks(range(2, 21, 2))
    for axes in (left, right):
        axes.grid(axis="y", alpha=0.3)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=len(METHODS), fontsize=9)
    figure.savefig(path, dpi=110)


def show(lines: list[dict]) -> None:
    """Print the summary."""
    for protocol in ("strokes", "boxes", "scribbles", "clicks"):
        keys = ["iou", "dice", "above grabcut", "above opencv_grabcut"]
        if protocol == "clicks":
            keys = ["noc80", "noc85", "noc90", "fail85", "iou_at_1", "iou_at_5", "drops"]
        keys += ["update_ms", "faster than grabcut", "faster than opencv_grabcut"]
        print(f"\n{protocol:10}{'method':18}{'n':>4}" + "".join(f"{key[-14:]:>15}" for key in keys))
        for line in lines:
            if line["protocol"] == protocol:
                cells = "".join(f"{line.get(key, float('nan')):15.3f}" for key in keys)
                print(f"{line['data']:10}{line['method']:18}{line['pictures']:4}{cells}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the data sets")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tables and the figure")
    parser.add_argument("--pictures", type=int, default=100, help="pictures of each data set, at most (default 100)")
    parser.add_argument("--slow", type=int, default=30, help="pictures for the slow peers, at most (default 30)")
    parser.add_argument("--only", nargs="+", choices=TASKS, help="these data sets only")
    parser.add_argument("--methods", nargs="+", choices=METHODS, help="these methods only")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    parser.add_argument("--threads", type=int, default=1, help="threads of each process (default 1)")
    args = parser.parse_args()
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(args.threads)  # read by the fresh processes when they import NumPy
    args.out.mkdir(parents=True, exist_ok=True)
    rows = measure_all(args)
    lines = summary(rows)
    about = {"machine": platform.machine(), "date": datetime.date.today().isoformat(), "threads": args.threads}
    with open(args.out / "live_quality_summary.csv", "w", newline="") as file:
        keys = list(dict.fromkeys(key for line in lines for key in line))
        writer = csv.DictWriter(file, [*keys, *about])
        writer.writeheader()
        writer.writerows(line | about for line in lines)
    plot(lines, rows, args.out / "live_quality.png")
    show(lines)


if __name__ == "__main__":
    main()
