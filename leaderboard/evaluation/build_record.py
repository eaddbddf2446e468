"""The record of an evaluation, made from the rows of all its images: the scores, their intervals and the labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone

import numpy as np

from ..benchmarks.benchmark import Benchmark
from ..bounds import MAX_COUNT, MAX_SECONDS, check_range, visible
from ..metrics import bootstrap, registry
from ..metrics.registry import Parts
from ..records.packed_arrays import pack, pack_texts
from ..records.record import Failure, Labels, Record, Score
from ..tasks.task import EvalTask

MAX_KINDS, MAX_KIND = 9, 20  # kinds of cue that a checkpoint declares, and characters of one


def build_record(task: EvalTask, process: dict, rows: Sequence[dict]) -> Record:
    """The record of a finished evaluation.

    process, rows: the first dict of `watched_process.watched_rows`, and those of the images, in the order of the data set.
    Raises ValueError when the checkpoint declares labels that cannot be.
    """
    benchmark, checkpoint = task.benchmark, task.checkpoint
    training = process.get("training", {})
    parts = _stack_parts([row["parts"] for row in rows])
    groups = [_one_line(row["group"]) if benchmark.grouped else "" for row in rows]
    return Record(
        identity=task.identity,
        checkpoint=checkpoint.source,
        on_hub=task.on_hub,
        track=benchmark.track,
        method=checkpoint.method,
        settings={key: value for key, value in checkpoint.settings.items() if key != "classes"},
        labels=_labels(task, parts, training),
        source=benchmark.source,
        split=benchmark.split,
        classes=benchmark.classes,
        background=benchmark.background,
        metric=benchmark.metric,
        scores=_scores(benchmark, parts, groups),
        images=len(rows),
        device=process["device"],
        machine=process["machine"],
        seconds=round(sum(row["seconds"] for row in rows), 3),
        forward=round(sum(row["forward"] for row in rows), 3),
        date=utc_now(),
        ids=pack_texts(_one_line(row["id"]) for row in rows),
        groups=pack_texts(groups),
        packed={name: pack(part) for name, part in parts.items()},
        training={key: value for key, value in training.items() if key != "classes"},
    )


def build_failure(task: EvalTask, reason: str) -> Failure:
    """The failure of a task, dated now."""
    return Failure(identity=task.identity, checkpoint=task.checkpoint.source, reason=reason, date=utc_now())


def utc_now() -> str:
    """The time in UTC, to the second, as records write it."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def declared_labels(training: dict) -> Labels:
    """The labels that a checkpoint declares in its `training`; what is absent, or of another form, is None.

    Raises ValueError, with the field, its value and the bound, for numbers that no labels can have.
    """
    cues = training.get("cues")
    cues = cues if isinstance(cues, dict) else {}
    for kind, count in cues.items():
        if len(kind) > MAX_KIND or visible(kind) != kind:
            raise ValueError(f"training.cues names the cue {kind!r:.60}, and a kind is at most {MAX_KIND} characters")
        _bounded_number(f"training.cues.{kind}", count, MAX_COUNT)
    kinds = sorted(kind for kind in cues if kind != "none")
    if len(kinds) > MAX_KINDS:
        raise ValueError(f"training.cues names {len(kinds)} kinds of cue, and there are at most {MAX_KINDS}")
    labelled, unlabelled = (
        _bounded_number(f"training.{name}", training.get(name), MAX_COUNT) for name in ("labelled", "unlabelled")
    )
    seconds = _bounded_number("training.label_seconds", training.get("label_seconds"), MAX_SECONDS)
    return Labels(
        cue="+".join(kinds),
        labelled_images=labelled if type(labelled) is int else None,
        unlabelled_images=unlabelled if type(unlabelled) is int else None,
        label_seconds=None if seconds is None else float(seconds),
        source="declared" if training else "",
    )


def _stack_parts(rows: list[Parts]) -> Parts:
    """Stack the parts of all images along a new first axis; each detection gets the number of its image before it."""
    parts = {name: np.array([row[name] for row in rows], np.int64) for name in rows[0] if name != "detections"}
    if "detections" in rows[0]:
        table = [(place, *detection) for place, row in enumerate(rows) for detection in row["detections"]]
        parts["detections"] = np.array(table, np.int64).reshape(-1, 4)
    return parts


def _scores(benchmark: Benchmark, parts: Parts, groups: list[str]) -> dict[str, Score]:
    weights = bootstrap.resample_weights(groups)
    return {name: _score(name, benchmark, parts, weights) for name in benchmark.metrics}


def _score(name: str, benchmark: Benchmark, parts: Parts, weights: np.ndarray) -> Score:
    by_class = registry.class_values(name, parts)
    resampled = registry.class_values(name, parts, weights)
    low, high = bootstrap.percentile_interval(registry.mean_over_classes(resampled, benchmark.background))
    lost = np.isnan(resampled[:, ~np.isnan(by_class[0])]).any(axis=1).mean()
    return Score(
        value=float(registry.mean_over_classes(by_class, benchmark.background)[0]),
        low=low,
        high=high,
        lost=round(float(lost), 4),
        classes=tuple(by_class[0].tolist()) if by_class.shape[1] > 1 else (),
    )


def _labels(task: EvalTask, parts: Parts, training: dict) -> Labels:
    """The labels that a method had: given on the test images, those of the board's trial, or declared by the checkpoint."""
    if "label_ms" in parts:
        given = parts["label_ms"]
        seconds, count = round(float(given.sum()) / 1000, 1), int((given > 0).sum())
        cue = task.benchmark_with_cues.cue
        return Labels(cue=cue, labelled_images=count, label_seconds=seconds, source="given")
    if task.benchmark.cue:
        return Labels(cue=task.benchmark.cue, source="given")
    if task.trial is None:
        return declared_labels(task.checkpoint.training)
    budget = task.trial.budget
    return replace(declared_labels(training), cue=budget.cues, share=budget.share, source="reproduced")


def _bounded_number(where: str, value: object, high: float) -> int | float | None:
    """The value if it is a number, else None. Raises ValueError for a number outside 0..high."""
    number = value if type(value) in (int, float) else None
    check_range(where, number, 0, high)
    return number


def _one_line(text: str) -> str:
    """The text without line breaks, which separate packed texts."""
    return " ".join(text.split())
