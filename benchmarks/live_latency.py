"""Measure how long a person waits for the mask after each stroke, beside OpenCV's GrabCut and scikit-image's walker.

    python benchmarks/live_latency.py --out /tmp/latency

Pictures bundled with scikit-image, cropped to 4:3 and resized; the same growing list of strokes for every method in
one run; every method in a process of its own, so that its memory can be measured. The slow peers answer after some of
the strokes only, so "times faster" compares the same picture after the same strokes, pair by pair: the median, the
least, and the median over pictures that were not enlarged (GrabCut's cut is slower on enlarged, smooth ones).
Writes live_latency.csv.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import os
import platform
import resource
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from skimage import data
from skimage.segmentation import random_walker
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ui.server.label_runs import encode_labels
from wss_core import Cues, Stroke, create
from wss_core.cues import raster

SIZES = ((640, 480), (1024, 768))
# picture -> an ellipse inside its object: centre and half axes, in parts of the picture
IMAGES = {
    "retina": (0.50, 0.50, 0.20, 0.30),
    "coffee": (0.50, 0.50, 0.22, 0.30),
    "hubble_deep_field": (0.45, 0.50, 0.05, 0.07),
    "chelsea": (0.45, 0.55, 0.25, 0.30),
    "astronaut": (0.40, 0.60, 0.18, 0.35),
    "rocket": (0.50, 0.60, 0.02, 0.20),
}
METHODS = ("propagate", "grabcut", "OpenCV grabCut", "scikit-image random_walker")
PEERS = METHODS[2:]
BASE = "OpenCV grabCut"
NATIVE = 1.05  # enlarged by no more than this counts as not enlarged


def crop_image(name: str, size: tuple[int, int]) -> tuple[np.ndarray, float]:
    """Crop the picture's middle to 4:3 and resize it: uint8 (H, W, 3), and the factor it was enlarged by."""
    image = getattr(data, name)()
    height, width = image.shape[:2]
    high, wide = min(height, width * 3 // 4), min(width, height * 4 // 3)
    top, left = (height - high) // 2, (width - wide) // 2
    interpolation = cv2.INTER_AREA if wide > size[0] else cv2.INTER_CUBIC
    return cv2.resize(image[top : top + high, left : left + wide], size, interpolation=interpolation), size[0] / wide


def strokes(name: str, size: tuple[int, int], count: int) -> list[Stroke]:
    """Draw strokes on object and background in turns: 12 points each, inside the ellipse or outside one twice its size."""
    random = np.random.default_rng(0)
    x, y, a, b = np.array(IMAGES[name]) * (*size, *size)
    drawn = []
    for i in range(count):
        label = 1 - i % 2
        angle, reach = random.uniform(0, 2 * np.pi), random.uniform(0, 0.7) if label else random.uniform(2, 3)
        start = np.array([x + reach * a * np.cos(angle), y + reach * b * np.sin(angle)])
        path = start + np.cumsum(random.normal(0, 0.1 * min(a, b) * (1 if label else 2), (12, 2)), axis=0)
        path = np.clip(path, 0, np.array(size) - 1)
        drawn.append(Stroke(label, size[0] / 100, tuple(map(tuple, path.round(1).tolist()))))
    return drawn


def opencv_grabcut(image: np.ndarray, cues: Cues) -> np.ndarray:
    """Segment like OpenCV's tutorial, labels uint8 (H, W): mask mode, 5 iterations, probably background without a cue."""
    seeds = raster.draw_seeds(cues, image.shape[:2])
    trimap = np.choose(np.minimum(seeds, 2), [cv2.GC_BGD, cv2.GC_FGD, cv2.GC_PR_BGD]).astype(np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(image, trimap, None, *models, iterCount=5, mode=cv2.GC_INIT_WITH_MASK)
    return trimap & 1


def skimage_walker(image: np.ndarray, cues: Cues) -> np.ndarray:
    """Segment by random walks, labels uint8 (H, W); a lone class gets the border as background, which scikit-image needs."""
    seeds = raster.draw_seeds(cues, image.shape[:2])
    markers = np.where(seeds == 255, 0, seeds.astype(int) + 1)
    if not (markers == 1).any():
        markers[0] = markers[-1] = 1
    return (random_walker(image / 255, markers, beta=130, mode="cg_j", channel_axis=-1) - 1).astype(np.uint8)


def measure(method: str, size: tuple[int, int], updates: int, peer_updates: list[int], threads: int) -> dict:
    """Make one row of the table without its ratios, from answers of (picture, strokes, seconds, mask bytes)."""
    cv2.setNumThreads(threads)
    names = list(IMAGES)[: 2 if method == METHODS[3] else None]
    counts = peer_updates if method in PEERS else range(1, updates + 1)
    _answers(method, crop_image("coffee", (64, 48))[0], strokes("coffee", (64, 48), 4), [2])  # first calls load code
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    runs = {name: _answers(method, crop_image(name, size)[0], strokes(name, size, updates), counts) for name in names}
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    answers = [(name, *answer) for name, run in runs.items() for answer in run["answers"]]
    seconds = [answer[2] for answer in answers]
    return {
        "method": method,
        "width": size[0],
        "height": size[1],
        "updates": len(seconds),
        "median_ms": 1e3 * statistics.median(seconds),
        "p95_ms": 1e3 * float(np.percentile(seconds, 95)),
        "prepare_ms": 1e3 * statistics.median(run["prepare"] for run in runs.values()),
        "content_mb": max(run["content"] for run in runs.values()) / 1e6,
        "peak_mb": grown / 1e3,
        "mask_bytes": round(statistics.median(answer[3] for answer in answers)),
        "answers": answers,
    }


def _answers(method: str, image: np.ndarray, drawn: list[Stroke], counts) -> dict:
    """Time one picture: seconds to prepare, bytes kept, and (strokes, seconds, mask bytes) after each of `counts` strokes."""
    start, prepared = time.perf_counter(), None
    if method not in PEERS:
        segmenter = create(method)
        prepared = segmenter.prepare(image)
    run = {"prepare": time.perf_counter() - start, "content": prepared.nbytes if prepared else 0, "answers": []}
    for count in counts:
        cues = Cues(strokes=drawn[:count])
        start = time.perf_counter()
        if prepared:
            labels = segmenter.segment(image, cues, prepared).labels
        else:
            labels = (opencv_grabcut if method == BASE else skimage_walker)(image, cues)
        run["answers"].append((count, time.perf_counter() - start, len(encode_labels(labels))))
    return run


def compare(row: dict, base: dict) -> dict:
    """Compute how many times faster `row` is than `base` on the same picture after the same strokes; NaN without a pair."""
    size = row["width"], row["height"]
    slow = {answer[:2]: answer[2] for answer in base["answers"]}
    pairs = [(name, slow[name, n] / seconds) for name, n, seconds, _ in row["answers"] if (name, n) in slow]
    ratios = [ratio for _, ratio in pairs]
    native = [ratio for name, ratio in pairs if crop_image(name, size)[1] <= NATIVE]
    return {
        "pairs": len(pairs),
        "times_faster": statistics.median(ratios) if ratios else float("nan"),
        "least": min(ratios, default=float("nan")),
        "not_enlarged": statistics.median(native) if native else float("nan"),
    }


def measure_all(args) -> list[dict]:
    """Time every method at every size, one after the other, each in a fresh process."""
    jobs = [(method, size) for size in SIZES for method in METHODS if args.walker or method != METHODS[3]]
    rows = []
    for method, size in tqdm(jobs, unit="method"):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            rows.append(pool.submit(measure, method, size, args.updates, args.peer_updates, args.threads).result())
    bases = {row["width"]: row for row in rows if row["method"] == BASE}
    for row in rows:
        row |= compare(row, bases[row["width"]])
        row |= {"threads": args.threads, "machine": platform.processor() or platform.machine()}
        row |= {"opencv": cv2.__version__, "scikit_image": version("scikit-image"), "numpy": np.__version__}
        row["date"] = datetime.date.today().isoformat()
    for row in rows:
        del row["answers"]
    return rows


def show(rows: list[dict]) -> None:
    """Print the table; the last three columns compare with raw GrabCut at the same size."""
    keys = ("updates", "median_ms", "p95_ms", "prepare_ms", "content_mb", "peak_mb", "mask_bytes")
    ratios = ("times_faster", "least", "not_enlarged")
    print(f"{'method':28}{'size':>10}" + "".join(f"{key:>13}" for key in (*keys, *ratios)))
    for row in rows:
        cells = [f"{row[key]:13.0f}" for key in keys] + [f"{row[key]:13.1f}" for key in ratios]
        print(f"{row['method']:28}{row['width']:>5}x{row['height']:<4}" + "".join(cells))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for live_latency.csv")
    parser.add_argument("--updates", type=int, default=32, help="strokes drawn on each picture (default 32)")
    parser.add_argument(
        "--peer-updates", type=int, nargs="+", default=[4, 16], help="strokes after which the slow peers answer"
    )
    parser.add_argument("--threads", type=int, default=2, help="threads for OpenCV and BLAS (default 2)")
    parser.add_argument("--no-walker", dest="walker", action="store_false", help="leave scikit-image's walker out")
    args = parser.parse_args()
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(args.threads)  # read by the fresh processes when they import NumPy
    rows = measure_all(args)
    args.out.mkdir(parents=True, exist_ok=True)
    with open(args.out / "live_latency.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    show(rows)


if __name__ == "__main__":
    main()
