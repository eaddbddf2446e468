"""The rows of all pictures -> a record, with its scores and their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone

import numpy as np

from . import scores, statistics
from .benchmarks import Benchmark
from .packing import pack, pack_texts
from .records import Failure, Labels, Record, Score
from .scores import Parts
from .work import Work


def assemble(work: Work, about: dict, rows: Sequence[dict]) -> Record:
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


def failed(work: Work, reason: str) -> Failure:
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
    weights = statistics.resamples(groups)
    return {name: _score(name, benchmark, parts, weights) for name in benchmark.metrics}


def _score(name: str, benchmark: Benchmark, parts: Parts, weights: np.ndarray) -> Score:
    each = scores.by_class(name, parts)
    resampled = scores.by_class(name, parts, weights)
    low, high = statistics.interval(scores.over_classes(resampled, benchmark.background))
    lost = np.isnan(resampled[:, ~np.isnan(each[0])]).any(axis=1).mean()
    return Score(
        value=float(scores.over_classes(each, benchmark.background)[0]),
        low=low,
        high=high,
        lost=round(float(lost), 4),
        classes=tuple(each[0].tolist()) if each.shape[1] > 1 else (),
    )


def _labels(work: Work, parts: Parts, training: dict) -> Labels:
    """What labels the method had: given on the test pictures, those of the board's trial, or declared by the checkpoint."""
    if "label_ms" in parts:
        given = parts["label_ms"]
        seconds, count = round(float(given.sum()) / 1000, 1), int((given > 0).sum())
        return Labels(cue=work.posed.cue, labelled_images=count, label_seconds=seconds, source="given")
    if work.benchmark.cue:
        return Labels(cue=work.benchmark.cue, source="given")
    if work.trial is None:
        return declared(work.checkpoint.training)
    budget = work.trial.budget
    return replace(declared(training), cue=budget.cues, share=budget.share, source="reproduced")


def declared(training: dict) -> Labels:
    """What a checkpoint says of its labels; what it does not say, or says in another form, is None."""
    cues = training.get("cues")
    kinds = sorted(kind for kind in cues if kind != "none") if isinstance(cues, dict) else []
    counts = [value if type(value) is int else None for value in (training.get("labelled"), training.get("unlabelled"))]
    seconds = training.get("label_seconds")
    return Labels(
        cue="+".join(kinds),
        labelled_images=counts[0],
        unlabelled_images=counts[1],
        label_seconds=float(seconds) if type(seconds) in (int, float) else None,
        source="declared" if training else "",
    )


def _line(text: str) -> str:
    """On one line, as packed texts are."""
    return " ".join(text.split())
