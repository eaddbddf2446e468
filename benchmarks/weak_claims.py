"""Means over seeds and paired intervals for the rows and claims of `weak_training.py`, computed from records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from saliency import baselines
from weak_rows import Claim, Row

from leaderboard.analysis.resampling import resampled_values
from leaderboard.benchmarks.benchmark import Benchmark
from leaderboard.metrics import bootstrap, registry
from leaderboard.records import store
from leaderboard.records.record import Record
from leaderboard.tasks.task import EvalTask


@dataclass(frozen=True, eq=False)
class Estimate:
    """A metric's value on the test pictures, and float (B,) on resamples of them."""

    value: float
    resampled: np.ndarray


def find_records(tasks: Sequence[EvalTask], results: Path) -> list[Record | None]:
    """Find the record of each of a row's trials, None where there is none."""
    return [store.find(task.identity, results) for task in tasks]


def record_estimate(record: Record | None) -> Estimate | None:
    return record and Estimate(record.scores[record.metric].value, resampled_values(record, record.metric))


def untrained_estimates(benchmark: Benchmark, data: Path, seeds: int) -> dict[str, list[Estimate]]:
    """Estimate what `saliency.baselines` reach, by name; the same for every seed."""
    test = benchmark.examples(data)
    weights = bootstrap.resample_weights(test.groups() if benchmark.grouped else [""] * len(test))
    estimates = {}
    for name, counts in baselines(benchmark, benchmark.examples(data, benchmark.train), test).items():
        values = [
            registry.values(benchmark.metric, {"counts": counts}, w, benchmark.background) for w in (None, weights)
        ]
        estimates[name] = [Estimate(float(values[0][0]), values[1])] * seeds
    return estimates


def row_line(row: Row, records: Sequence[Record | None]) -> dict:
    """Compute a row of the table: the mean over seeds, their standard deviation, and the interval over seeds and pictures."""
    present = [record for record in records if record is not None]
    line = {"part": row.part, "row": row.name, "method": row.method, "labels": str(row.budget), "seeds": len(present)}
    if not present:
        return line
    values = np.array([record.scores[record.metric].value for record in present])
    low, high = bootstrap.percentile_interval(
        bootstrap.resample_seeds(np.stack([record_estimate(record).resampled for record in present]))
    )
    return line | {
        "metric": present[0].metric,
        "value": values.mean(),
        "spread": values.std(ddof=1) if len(values) > 1 else float("nan"),
        "low": low,
        "high": high,
        "label_seconds": np.mean([record.labels.label_seconds for record in present]),
        "labelled_images": present[0].labels.labelled_images,
        "unlabelled_images": present[0].labels.unlabelled_images,
        "train_seconds": np.mean([record.training.get("seconds", np.nan) for record in present]),
        "values": " ".join(f"{value:.4f}" for value in values),
        "device": present[0].device,
        "machine": present[0].machine,
        "data_revision": present[0].identity.data,
        "code": present[0].identity.code,
        "records": " ".join(record.identity.name for record in present),
    }


def claim_line(claim: Claim, ours: Sequence[Estimate | None], theirs: Sequence[Estimate | None]) -> dict:
    """Compute a claim over the seeds that both rows have; trainings, then pictures, are resampled in pairs."""
    line = {"row": claim.row, "against": claim.against, "kind": claim.kind, "bar": claim.bar, "seeds": 0}
    pairs = [pair for pair in zip(ours, theirs, strict=True) if None not in pair]
    if not pairs:
        return line
    ours_mean, theirs_mean = (_over_seeds([pair[i] for pair in pairs]) for i in (0, 1))
    value = ours_mean.value / theirs_mean.value if claim.kind == "share" else ours_mean.value - theirs_mean.value
    resampled = (
        ours_mean.resampled / theirs_mean.resampled
        if claim.kind == "share"
        else ours_mean.resampled - theirs_mean.resampled
    )
    low, high = bootstrap.percentile_interval(resampled)
    met = {} if claim.bar is None else {"met": value >= claim.bar}
    return line | {"seeds": len(pairs), "found": value, "low": low, "high": high} | met


def _over_seeds(estimates: Sequence[Estimate]) -> Estimate:
    resampled = bootstrap.resample_seeds(np.stack([estimate.resampled for estimate in estimates]))
    return Estimate(float(np.mean([estimate.value for estimate in estimates])), resampled)
