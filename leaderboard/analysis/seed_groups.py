"""Trainings that differ in their seed alone are one result, with a mean and an interval over trainings and pictures.

SeedGroup is the one aggregate of the board: the table, the figures, the page and the exports all read it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..metrics import bootstrap
from ..records.record import Record
from .resampling import Resample


@dataclass(frozen=True, eq=False)
class SeedGroup:
    """One result of one metric: the trainings that differ in their seed alone, or a single record."""

    records: tuple[Record, ...]
    "In the order of their seeds."
    metric: str
    "A name in METRICS."
    values: tuple[float, ...]
    "Of each record."
    value: float
    "Their mean."
    low: float
    "Start of its 95 % interval, over trainings and pictures."
    high: float
    "End of it."
    samples: np.ndarray | None = None
    "float (B,): the mean on resamples of the pictures. None = not computed yet, then low .. high is the first record's own."
    rank: int | None = None
    "Among the groups of the same pictures and metric, from 1, equal ranks are ties. None = not known."

    @property
    def record(self) -> Record:
        """The first record, which stands for what all have in common."""
        return self.records[0]

    def price(self, x: str) -> float | None:
        """Mean over the trainings of a field of Labels (label_seconds, labelled_images, share); None when one does not say."""
        prices = [getattr(record.labels, x) for record in self.records]
        if any(price is None or not np.isfinite(price) or price < 0 for price in prices):
            return None
        return float(np.mean(prices))


def group_by_seed(records: Iterable[Record], metric: str = "", resample: Resample | None = None) -> list[SeedGroup]:
    """Group the records that have the metric, in the order of each group's first record.

    metric: "" = each record's own. resample: gives the resamples of each record; without it, or where it gives None, groups
    have no `samples`, and the interval of their first record.
    """
    groups: dict[tuple, list[Record]] = {}
    for record in records:
        if (metric or record.metric) in record.scores:
            groups.setdefault(group_key(record), []).append(record)
    return [_group(group, metric or group[0].metric, resample) for group in groups.values()]


def each_alone(
    records: Iterable[Record], metrics: Sequence[str] = (), resample: Resample | None = None
) -> list[SeedGroup]:
    """A group for each record and each of the metrics that it has, () = its own metric."""
    return [
        _group([record], metric, resample)
        for record in records
        for metric in metrics or (record.metric,)
        if metric in record.scores
    ]


def group_key(record: Record) -> tuple:
    """What the records of a group share: all but the seed, the weights it led to, and the labels it drew.

    Only the board's own trainings are grouped: of two checkpoints that were pushed it is not known whether they differ by
    chance.
    """
    settings = {key: value for key, value in record.settings.items() if key != "seed"}
    labels = record.labels
    budget = labels.cue, labels.unlabelled_images, labels.share or labels.labelled_images
    settings_text = json.dumps(settings, sort_keys=True)
    return record.sample_key, record.identity.code, record.method, settings_text, checkpoint_key(record), *budget


def checkpoint_key(record: Record) -> str:
    """The checkpoint's hash; "" for the board's own trainings, whose checkpoints differ by their seeds."""
    return "" if record.track == "efficiency" else record.identity.checkpoint


def _group(records: list[Record], metric: str, resample: Resample | None) -> SeedGroup:
    records = sorted(records, key=_seed_order)
    scores = [record.scores[metric] for record in records]
    values = tuple(score.value for score in scores)
    samples = _samples(records, metric, resample)
    low, high = scores[0].low, scores[0].high
    if len(records) > 1 and samples is not None:
        low, high = bootstrap.percentile_interval(samples)
    return SeedGroup(tuple(records), metric, values, float(np.mean(values)), low, high, samples)


def _samples(records: Sequence[Record], metric: str, resample: Resample | None) -> np.ndarray | None:
    """The means on resamples: trainings are drawn again, then pictures."""
    if resample is None:
        return None
    samples = [resample(record, metric) for record in records]
    if any(sample is None for sample in samples):
        return None
    return samples[0] if len(samples) == 1 else bootstrap.resample_seeds(np.stack(samples))


def _seed_order(record: Record) -> tuple:
    seed = record.identity.seed
    return seed is None, seed or 0, record.date, record.identity.name
