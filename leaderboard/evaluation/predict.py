"""One picture segmented and held against its truth: the whole numbers that the benchmark's metrics are read from."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from wss_core import metrics
from wss_core.cues import Cues, Example
from wss_core.results import Result
from wss_core.segmenter import Segmenter

from ..benchmarks.benchmark import Benchmark
from ..benchmarks.cue_words import apply_cues
from ..metrics import boundary, calibration, detection, interactive
from ..metrics.registry import METRICS, Parts

HANDS = {"clicks": interactive.click_robot, "strokes": interactive.stroke_robot}


def adapt_segmenter(segmenter: Segmenter, benchmark: Benchmark) -> Segmenter:
    """The segmenter for the benchmark's classes. Raises ValueError when it is of others, or cannot work from its cues."""
    if not segmenter.learns:
        if not benchmark.cue:
            raise ValueError(
                f"{segmenter.name} learns nothing beforehand and needs cues, and {benchmark.name} gives none. Choose a "
                "benchmark of the interactive track"
            )
        return replace(segmenter, classes=benchmark.classes)
    if segmenter.classes != benchmark.classes:
        raise ValueError(
            f"the checkpoint was trained for the classes {_listed(segmenter.classes)}, and {benchmark.name} has "
            f"{_listed(benchmark.classes)}. Train with the same names in the same order"
        )
    return segmenter


def with_cues(example: Example, benchmark: Benchmark) -> Example:
    """The example with the cues that the benchmark gives. Raises ValueError when it has no truth to be held against."""
    if example.truth is None:
        raise ValueError("it has no true mask to be held against. Leave it out of the split")
    if benchmark.cue in ("", *HANDS):
        return replace(example, cues=Cues())
    return apply_cues(example, benchmark.cue, benchmark.seed, benchmark.classes)


@dataclass(frozen=True)
class TimedOutput:
    """What the segmenter said of one picture, and in how many seconds: one Result for given cues, or a whole session."""

    said: Result | interactive.InteractiveSession | None
    seconds: float


def predict(segmenter: Segmenter, example: Example, benchmark: Benchmark) -> TimedOutput:
    """Ask the segmenter. Nothing is said of a picture that holds no object for a robot user to click on."""
    start = time.perf_counter()
    if benchmark.cue in HANDS:
        said = _session(segmenter, example, benchmark)
    else:
        said = segmenter.segment(example.image, example.cues)
        _ = said.labels  # made once, and part of the answer
    return TimedOutput(said, time.perf_counter() - start)


def score_parts(answer: TimedOutput, example: Example, benchmark: Benchmark) -> Parts:
    """The parts of one picture. Raises ValueError for what is no prediction for it."""
    if benchmark.cue in HANDS:
        none = np.full(benchmark.limit, -1)
        return {"clicks": none if answer.said is None else interactive.session_row(answer.said)}
    needs = {part for name in benchmark.metrics for part in METRICS[name].needs}
    price = {"label_ms": round(1000 * example.cues.seconds(benchmark.classes))} if benchmark.cue else {}
    return _parts(answer.said, example, benchmark, needs) | price


def _session(segmenter: Segmenter, example: Example, benchmark: Benchmark) -> interactive.InteractiveSession | None:
    if not ((example.truth > 0) & (example.truth < len(benchmark.classes))).any():
        return None
    robot = HANDS[benchmark.cue]
    return interactive.run_session(
        segmenter, example.image, example.truth, robot, benchmark.limit, _seed(benchmark, example)
    )


def _seed(benchmark: Benchmark, example: Example) -> int:
    """By the picture's id, not by its place."""
    return benchmark.seed + int.from_bytes(example.id.encode()[-4:], "big")


def _parts(result: Result, example: Example, benchmark: Benchmark, needs: set[str]) -> Parts:
    if not np.isfinite(result.compact_probs.sum()):
        raise ValueError("the segmenter's probabilities are not finite. The checkpoint is broken: train again")
    count, labels = len(benchmark.classes), result.labels
    found = {"counts": metrics.counts(example.truth, labels, count)}  # first: it refuses what is no prediction
    if "boundaries" in needs:
        looked_at = found["counts"].any(axis=1) & ((np.arange(count) > 0) | benchmark.background)
        found["boundaries"] = boundary.boundary_counts(example.truth, labels, looked_at)
    if "calibration" in needs:
        found["calibration"] = calibration.confidence_bins(result, example.truth)
    if "tags" in needs:
        found["tags"] = calibration.tag_scores(result)
    if "detections" in needs:
        boxes = detection.true_boxes(example.truth, example.instances)
        found["objects"] = np.bincount(boxes[:, 4], minlength=count)
        found["detections"] = detection.match_detections(result, example.truth, boxes)
    return found


def _listed(classes: tuple[str, ...]) -> str:
    return f"{', '.join(classes):.200}" or "(none)"
