"""What the records say of rows and claims: means over seeds, and paired intervals. For `weak_training.py`."""

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
class Seen:
    """The metric's value on the test pictures, and on resamples of them: float (B,)."""

    value: float
    resampled: np.ndarray


def recorded(works: Sequence[EvalTask], results: Path) -> list[Record | None]:
    """The record of each of a row's trials, None where there is none."""
    return [store.find(work.identity, results) for work in works]


def seen(record: Record | None) -> Seen | None:
    return record and Seen(record.scores[record.metric].value, resampled_values(record, record.metric))


def unlearned(benchmark: Benchmark, data: Path, seeds: int) -> dict[str, list[Seen]]:
    """What `saliency.baselines` reach, by name: the same for every seed."""
    test = benchmark.examples(data)
    weights = bootstrap.resample_weights(test.groups() if benchmark.grouped else [""] * len(test))
    found = {}
    for name, counts in baselines(benchmark, benchmark.examples(data, benchmark.train), test).items():
        each = [registry.values(benchmark.metric, {"counts": counts}, w, benchmark.background) for w in (None, weights)]
        found[name] = [Seen(float(each[0][0]), each[1])] * seeds
    return found


def row_line(row: Row, records: Sequence[Record | None]) -> dict:
    """A row in numbers: the mean over its seeds, their spread (standard deviation), and the interval over both."""
    found = [record for record in records if record is not None]
    line = {"part": row.part, "row": row.name, "method": row.method, "labels": str(row.budget), "seeds": len(found)}
    if not found:
        return line
    values = np.array([record.scores[record.metric].value for record in found])
    low, high = bootstrap.percentile_interval(
        bootstrap.resample_seeds(np.stack([seen(record).resampled for record in found]))
    )
    return line | {
        "metric": found[0].metric,
        "value": values.mean(),
        "spread": values.std(ddof=1) if len(values) > 1 else float("nan"),
        "low": low,
        "high": high,
        "label_seconds": np.mean([record.labels.label_seconds for record in found]),
        "labelled_images": found[0].labels.labelled_images,
        "unlabelled_images": found[0].labels.unlabelled_images,
        "train_seconds": np.mean([record.training.get("seconds", np.nan) for record in found]),
        "values": " ".join(f"{value:.4f}" for value in values),
        "device": found[0].device,
        "machine": found[0].machine,
        "data_revision": found[0].identity.data,
        "code": found[0].identity.code,
        "records": " ".join(record.identity.name for record in found),
    }


def claim_line(claim: Claim, ours: Sequence[Seen | None], theirs: Sequence[Seen | None]) -> dict:
    """A claim in numbers, over the seeds that both rows have. Trainings are drawn again, then pictures: both in pairs."""
    line = {"row": claim.row, "against": claim.against, "kind": claim.kind, "bar": claim.bar, "seeds": 0}
    pairs = [pair for pair in zip(ours, theirs, strict=True) if None not in pair]
    if not pairs:
        return line
    one, other = (_over_seeds([pair[i] for pair in pairs]) for i in (0, 1))
    found = one.value / other.value if claim.kind == "share" else one.value - other.value
    drawn = one.resampled / other.resampled if claim.kind == "share" else one.resampled - other.resampled
    low, high = bootstrap.percentile_interval(drawn)
    met = {} if claim.bar is None else {"met": found >= claim.bar}
    return line | {"seeds": len(pairs), "found": found, "low": low, "high": high} | met


def _over_seeds(found: Sequence[Seen]) -> Seen:
    drawn = bootstrap.resample_seeds(np.stack([one.resampled for one in found]))
    return Seen(float(np.mean([one.value for one in found])), drawn)
