"""How long a person waits for the mask after each stroke, beside OpenCV's GrabCut and scikit-image's random walker.

    python benchmarks/live_latency.py --out /tmp/latency

Pictures bundled with scikit-image, cropped to 4:3 and resized; the same growing list of strokes for every method in
one run; every method in a process of its own, so that its memory can be told. Writes live_latency.csv.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import os
import platform
import resource
import statistics
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

from ui.codec import encode_labels
from wss_core import Cues, Stroke, create, seeds

SIZES = ((640, 480), (1024, 768))
# picture -> an ellipse inside its object: centre and half axes, in parts of the picture
PICTURES = {
    "coffee": (0.50, 0.50, 0.22, 0.30),
    "chelsea": (0.45, 0.55, 0.25, 0.30),
    "astronaut": (0.40, 0.60, 0.18, 0.35),
    "rocket": (0.50, 0.60, 0.02, 0.20),
}
METHODS = ("propagate", "grabcut", "OpenCV grabCut", "scikit-image random_walker")
PEERS = METHODS[2:]
BASE = "OpenCV grabCut"


def picture(name: str, size: tuple[int, int]) -> np.ndarray:
    """uint8 (H, W, 3), the middle of the picture at 4:3, resized to (W, H)."""
    image = getattr(data, name)()
    height, width = image.shape[:2]
    high, wide = min(height, width * 3 // 4), min(width, height * 4 // 3)
    top, left = (height - high) // 2, (width - wide) // 2
    return cv2.resize(image[top : top + high, left : left + wide], size, interpolation=cv2.INTER_CUBIC)


def strokes(name: str, size: tuple[int, int], count: int) -> list[Stroke]:
    """Object and background by turns: squiggles of 12 points inside the ellipse, or outside twice of it."""
    random = np.random.default_rng(0)
    x, y, a, b = np.array(PICTURES[name]) * (*size, *size)
    made = []
    for i in range(count):
        label = 1 - i % 2
        angle, reach = random.uniform(0, 2 * np.pi), random.uniform(0, 0.7) if label else random.uniform(2, 3)
        start = np.array([x + reach * a * np.cos(angle), y + reach * b * np.sin(angle)])
        path = start + np.cumsum(random.normal(0, 0.1 * min(a, b) * (1 if label else 2), (12, 2)), axis=0)
        path = np.clip(path, 0, np.array(size) - 1)
        made.append(Stroke(label, size[0] / 100, tuple(map(tuple, path.round(1).tolist()))))
    return made


def opencv_grabcut(image: np.ndarray, cues: Cues) -> np.ndarray:
    """uint8 (H, W) labels as OpenCV's tutorial does it: mask mode, 5 iterations, probably background where untold."""
    told = seeds.draw(cues, image.shape[:2])
    trimap = np.choose(np.minimum(told, 2), [cv2.GC_BGD, cv2.GC_FGD, cv2.GC_PR_BGD]).astype(np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(image, trimap, None, *models, iterCount=5, mode=cv2.GC_INIT_WITH_MASK)
    return trimap & 1


def skimage_walker(image: np.ndarray, cues: Cues) -> np.ndarray:
    """uint8 (H, W) labels; a lone class gets the border as background, which scikit-image cannot do without."""
    told = seeds.draw(cues, image.shape[:2])
    markers = np.where(told == 255, 0, told.astype(int) + 1)
    if not (markers == 1).any():
        markers[0] = markers[-1] = 1
    return (random_walker(image / 255, markers, beta=130, mode="cg_j", channel_axis=-1) - 1).astype(np.uint8)


def measure(method: str, size: tuple[int, int], updates: int, repeats: int, threads: int) -> dict:
    """One row of the table, but for the ratio. Peers answer at `repeats` of the updates, evenly spread, only."""
    cv2.setNumThreads(threads)
    scenes = [(picture(name, size), strokes(name, size, updates)) for name in PICTURES]
    counts = range(1, updates + 1)
    if method in PEERS:
        scenes = scenes[:repeats]
        counts = [updates // 2]
    _answers(method, picture("chelsea", (64, 48)), strokes("chelsea", (64, 48), 4), [2])  # first calls load code
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    runs = [_answers(method, image, drawn, counts) for image, drawn in scenes]
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    seconds, masks = ([value for run in runs for value in run[key]] for key in ("seconds", "bytes"))
    return {
        "method": method,
        "width": size[0],
        "height": size[1],
        "updates": len(seconds),
        "median_ms": 1e3 * statistics.median(seconds),
        "p95_ms": 1e3 * float(np.percentile(seconds, 95)),
        "prepare_ms": 1e3 * statistics.median(run["prepare"] for run in runs),
        "content_mb": max(run["content"] for run in runs) / 1e6,
        "peak_mb": grown / 1e3,
        "mask_bytes": round(statistics.median(masks)),
    }


def _answers(method: str, image: np.ndarray, drawn: list[Stroke], counts) -> dict:
    """Seconds and mask bytes after each of `counts` strokes, seconds to prepare and bytes kept."""
    start, prepared = time.perf_counter(), None
    if method not in PEERS:
        segmenter = create(method)
        prepared = segmenter.prepare(image)
    run = {"prepare": time.perf_counter() - start, "content": prepared.nbytes if prepared else 0}
    run |= {"seconds": [], "bytes": []}
    for count in counts:
        cues = Cues(strokes=drawn[:count])
        start = time.perf_counter()
        if prepared:
            labels = segmenter.segment(image, cues, prepared).labels
        else:
            labels = (opencv_grabcut if method == BASE else skimage_walker)(image, cues)
        run["seconds"].append(time.perf_counter() - start)
        run["bytes"].append(len(encode_labels(labels)))
    return run


def measure_all(args) -> list[dict]:
    """Every method at every size, one after the other, each in a fresh process."""
    jobs = [(method, size) for size in SIZES for method in METHODS if args.walker or method != METHODS[3]]
    rows = []
    for method, size in tqdm(jobs, unit="method"):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            repeats = 1 if method == METHODS[3] else args.repeats
            rows.append(pool.submit(measure, method, size, args.updates, repeats, args.threads).result())
    for row in rows:
        base = next(r for r in rows if r["method"] == BASE and r["width"] == row["width"])
        row["times_faster"] = base["median_ms"] / row["median_ms"]
        row |= {"threads": args.threads, "machine": platform.processor() or platform.machine()}
        row |= {"opencv": cv2.__version__, "scikit_image": version("scikit-image"), "numpy": np.__version__}
        row["date"] = datetime.date.today().isoformat()
    return rows


def show(rows: list[dict]) -> None:
    """The table on the terminal; the last column is against raw GrabCut at the same size."""
    head = ("method", "size", "median ms", "p95 ms", "prepare ms", "kept MB", "peak MB", "mask bytes", "times faster")
    print("".join(f"{word:>13}" if i else f"{word:28}" for i, word in enumerate(head)))
    for row in rows:
        size = f"{row['width']}x{row['height']}"
        values = [row[key] for key in ("median_ms", "p95_ms", "prepare_ms", "content_mb", "peak_mb", "mask_bytes")]
        cells = [f"{value:13.0f}" for value in values]
        print(f"{row['method']:28}{size:>13}{''.join(cells)}{row['times_faster']:13.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for live_latency.csv")
    parser.add_argument("--updates", type=int, default=32, help="strokes drawn on each picture (default 32)")
    parser.add_argument("--repeats", type=int, default=4, help="pictures the slow GrabCut is run on (default 4)")
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
