"""The rows of all pictures -> a record, with its scores and their intervals."""

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

MAX_KINDS, MAX_KIND = 9, 20  # of cue, and the characters of one


def build_record(work: EvalTask, about: dict, rows: Sequence[dict]) -> Record:
    """The record of the rows of `worker.answers`, in the order of the pictures. about: what the process said first."""
    benchmark, checkpoint = work.benchmark, work.checkpoint
    parts = _stacked([row["parts"] for row in rows])
    groups = [_line(row["group"]) if benchmark.grouped else "" for row in rows]
    return Record(
        identity=work.identity,
        checkpoint=checkpoint.source,
        on_hub=work.on_hub,
        track=benchmark.track,
        method=checkpoint.method,
        settings={key: value for key, value in checkpoint.settings.items() if key != "classes"},
        labels=_labels(work, parts, about.get("training", {})),
        source=benchmark.source,
        split=benchmark.split,
        classes=benchmark.classes,
        background=benchmark.background,
        metric=benchmark.metric,
        scores=_scores(benchmark, parts, groups),
        images=len(rows),
        device=about["device"],
        machine=about["machine"],
        seconds=round(sum(row["seconds"] for row in rows), 3),
        forward=round(sum(row["forward"] for row in rows), 3),
        date=now(),
        ids=pack_texts(_line(row["id"]) for row in rows),
        groups=pack_texts(groups),
        packed={name: pack(part) for name, part in parts.items()},
        training={key: value for key, value in about.get("training", {}).items() if key != "classes"},
    )


def build_failure(work: EvalTask, reason: str) -> Failure:
    """The failure of the work, now."""
    return Failure(identity=work.identity, checkpoint=work.checkpoint.source, reason=reason, date=now())


def now() -> str:
    """The time, UTC, to the second."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _stacked(rows: list[Parts]) -> Parts:
    """The parts of all pictures; detections with the picture's place before each."""
    parts = {name: np.array([row[name] for row in rows], np.int64) for name in rows[0] if name != "detections"}
    if "detections" in rows[0]:
        table = [(place, *found) for place, row in enumerate(rows) for found in row["detections"]]
        parts["detections"] = np.array(table, np.int64).reshape(-1, 4)
    return parts


def _scores(benchmark: Benchmark, parts: Parts, groups: list[str]) -> dict[str, Score]:
    weights = bootstrap.resample_weights(groups)
    return {name: _score(name, benchmark, parts, weights) for name in benchmark.metrics}


def _score(name: str, benchmark: Benchmark, parts: Parts, weights: np.ndarray) -> Score:
    each = registry.class_values(name, parts)
    resampled = registry.class_values(name, parts, weights)
    low, high = bootstrap.percentile_interval(registry.mean_over_classes(resampled, benchmark.background))
    lost = np.isnan(resampled[:, ~np.isnan(each[0])]).any(axis=1).mean()
    return Score(
        value=float(registry.mean_over_classes(each, benchmark.background)[0]),
        low=low,
        high=high,
        lost=round(float(lost), 4),
        classes=tuple(each[0].tolist()) if each.shape[1] > 1 else (),
    )


def _labels(work: EvalTask, parts: Parts, training: dict) -> Labels:
    """What labels the method had: given on the test pictures, those of the board's trial, or declared by the checkpoint."""
    if "label_ms" in parts:
        given = parts["label_ms"]
        seconds, count = round(float(given.sum()) / 1000, 1), int((given > 0).sum())
        return Labels(cue=work.benchmark_with_cues.cue, labelled_images=count, label_seconds=seconds, source="given")
    if work.benchmark.cue:
        return Labels(cue=work.benchmark.cue, source="given")
    if work.trial is None:
        return declared_labels(work.checkpoint.training)
    budget = work.trial.budget
    return replace(declared_labels(training), cue=budget.cues, share=budget.share, source="reproduced")


def declared_labels(training: dict) -> Labels:
    """What a checkpoint says of its labels; what it does not say, or says in another form, is None.

    Raises ValueError, with the field, what came and the bound, for numbers that no labels have.
    """
    cues = training.get("cues")
    cues = cues if isinstance(cues, dict) else {}
    for kind, count in cues.items():
        if len(kind) > MAX_KIND or visible(kind) != kind:
            raise ValueError(f"training.cues names the cue {kind!r:.60}, and a kind is at most {MAX_KIND} characters")
        _number(f"training.cues.{kind}", count, MAX_COUNT)
    kinds = sorted(kind for kind in cues if kind != "none")
    if len(kinds) > MAX_KINDS:
        raise ValueError(f"training.cues names {len(kinds)} kinds of cue, and there are at most {MAX_KINDS}")
    counts = [_number(f"training.{name}", training.get(name), MAX_COUNT) for name in ("labelled", "unlabelled")]
    seconds = _number("training.label_seconds", training.get("label_seconds"), MAX_SECONDS)
    return Labels(
        cue="+".join(kinds),
        labelled_images=counts[0] if type(counts[0]) is int else None,
        unlabelled_images=counts[1] if type(counts[1]) is int else None,
        label_seconds=None if seconds is None else float(seconds),
        source="declared" if training else "",
    )


def _number(where: str, value: object, most: float) -> int | float | None:
    """The number in 0..most, None for what is none. Raises ValueError."""
    number = value if type(value) in (int, float) else None
    check_range(where, number, 0, most)
    return number


def _line(text: str) -> str:
    """On one line, as packed texts are."""
    return " ".join(text.split())
