"""One image is segmented and compared with its truth: the whole numbers from which the benchmark's metrics are computed."""

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

SIMULATED_USERS = {"clicks": interactive.click_robot, "strokes": interactive.stroke_robot}


@dataclass(frozen=True)
class TimedOutput:
    """What a segmenter gave for one image."""

    output: Result | interactive.InteractiveSession | None
    "A Result; a whole session where a simulated user gives the cues, None when the image has no object to click on."
    seconds: float
    "The segmenter's time, simulated users included."


def adapt_segmenter(segmenter: Segmenter, benchmark: Benchmark) -> Segmenter:
    """The segmenter with the benchmark's classes. Raises ValueError when it has learned others, or needs cues and gets none."""
    if not segmenter.learns:
        if not benchmark.cue:
            raise ValueError(
                f"{segmenter.name} learns nothing beforehand and needs cues, and {benchmark.name} gives none. Choose a "
                "benchmark of the interactive track"
            )
        return replace(segmenter, classes=benchmark.classes)
    if segmenter.classes != benchmark.classes:
        raise ValueError(
            f"the checkpoint was trained for the classes {_join(segmenter.classes)}, and {benchmark.name} has "
            f"{_join(benchmark.classes)}. Train with the same names in the same order"
        )
    return segmenter


def with_cues(example: Example, benchmark: Benchmark) -> Example:
    """The example with the cues that the benchmark gives. Raises ValueError when it has no true mask."""
    if example.truth is None:
        raise ValueError("it has no true mask to compare with. Leave it out of the split")
    if benchmark.cue in ("", *SIMULATED_USERS):
        return replace(example, cues=Cues())
    return apply_cues(example, benchmark.cue, benchmark.seed, benchmark.classes)


def predict(segmenter: Segmenter, example: Example, benchmark: Benchmark) -> TimedOutput:
    """Segment the example with its cues, or run a simulated user's whole session on it, and measure the time."""
    start = time.perf_counter()
    if benchmark.cue in SIMULATED_USERS:
        output = _run_session(segmenter, example, benchmark)
    else:
        output = segmenter.segment(example.image, example.cues)
        _ = output.labels  # computed at first use, and part of the time
    return TimedOutput(output, time.perf_counter() - start)


def score_parts(timed: TimedOutput, example: Example, benchmark: Benchmark) -> Parts:
    """The whole numbers, by the name of the part, that the benchmark's metrics need of this image.

    Raises ValueError for an output that is not a prediction for the image: another size, or probabilities that are not finite.
    """
    if benchmark.cue in SIMULATED_USERS:
        no_session = np.full(benchmark.limit, -1)
        return {"clicks": no_session if timed.output is None else interactive.session_row(timed.output)}
    needs = {part for name in benchmark.metrics for part in METRICS[name].needs}
    price = {"label_ms": round(1000 * example.cues.seconds(benchmark.classes))} if benchmark.cue else {}
    return _result_parts(timed.output, example, benchmark, needs) | price


def _run_session(segmenter: Segmenter, example: Example, benchmark: Benchmark) -> interactive.InteractiveSession | None:
    if not ((example.truth > 0) & (example.truth < len(benchmark.classes))).any():
        return None
    user = SIMULATED_USERS[benchmark.cue]
    seed = _session_seed(benchmark, example)
    return interactive.run_session(
        segmenter, example.image, example.truth, robot=user, limit=benchmark.limit, seed=seed
    )


def _session_seed(benchmark: Benchmark, example: Example) -> int:
    """A seed from the image's id, so that it does not depend on the image's place in the data set."""
    return benchmark.seed + int.from_bytes(example.id.encode()[-4:], "big")


def _result_parts(result: Result, example: Example, benchmark: Benchmark, needs: set[str]) -> Parts:
    if not np.isfinite(result.compact_probs.sum()):
        raise ValueError("the segmenter's probabilities are not finite. The checkpoint is broken: train again")
    count, labels = len(benchmark.classes), result.labels
    parts = {"counts": metrics.counts(example.truth, labels, count)}  # first: it refuses labels of another size
    if "boundaries" in needs:
        measured = parts["counts"].any(axis=1) & ((np.arange(count) > 0) | benchmark.background)
        parts["boundaries"] = boundary.boundary_counts(example.truth, labels, measured)
    if "calibration" in needs:
        parts["calibration"] = calibration.confidence_bins(result, example.truth)
    if "tags" in needs:
        parts["tags"] = calibration.tag_scores(result)
    if "detections" in needs:
        boxes = detection.true_boxes(example.truth, example.instances)
        parts["objects"] = np.bincount(boxes[:, 4], minlength=count)
        parts["detections"] = detection.match_detections(result, example.truth, boxes)
    return parts


def _join(classes: tuple[str, ...]) -> str:
    return f"{', '.join(classes):.200}" or "(none)"
