"""Records held against each other: on the same pictures, on the same resamples of them, and over seeds of training."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..metrics import bootstrap, registry
from ..metrics.registry import METRICS
from ..records.record import Record


@dataclass(frozen=True)
class Family:
    """Records that differ in the seed of their training alone, and one metric of them.

    value: the mean over seeds; low, high: its 95 % interval, trainings drawn again and then pictures; values: of each
    record, in order of seeds.
    """

    records: tuple[Record, ...]
    values: tuple[float, ...]
    value: float
    low: float
    high: float


def ranks(found: Iterable[tuple[Record, str]]) -> dict[tuple[str, str], int]:
    """{(record's name, metric): rank} of records and metrics, among those of the same pictures and metric.

    Equal ranks are ties: see `statistics.ranks`.
    """
    rivals: dict[tuple, list[Record]] = {}
    for record, name in found:
        rivals.setdefault((record.sample, name), []).append(record)
    places = {}
    for (_, name), group in rivals.items():
        points = [record.scores[name].value for record in group]
        values = np.stack([resampled_values(record, name) for record in group]) if len(group) > 1 else np.zeros((1, 1))
        order = bootstrap.ranks_with_ties(points, values, lower_is_better=METRICS[name].lower_is_better)
        places |= {(record.identity.name, name): int(place) for record, place in zip(group, order, strict=True)}
    return places


def families(records: Iterable[Record], metric: str = "") -> list[Family]:
    """The records by family, of the metric that stands for their benchmark or of `metric`; without it none."""
    found: dict[tuple, list[Record]] = {}
    for record in records:
        if (metric or record.metric) in record.scores:
            found.setdefault(group_key(record), []).append(record)
    return [_family(group, metric or group[0].metric) for group in found.values()]


def resampled_values(record: Record, metric: str) -> np.ndarray:
    """float (B,): the metric on the resamples that all records of the same pictures share. Raises ValueError."""
    return registry.values(metric, record.parts, _weights(record.group_names()), record.background)


@lru_cache(maxsize=4)  # some 10 MB each
def _weights(groups: tuple[str, ...]) -> np.ndarray:
    return bootstrap.resample_weights(groups)


def _family(group: list[Record], metric: str) -> Family:
    group = sorted(group, key=lambda record: (record.identity.seed is None, record.identity.seed or 0, record.date))
    values = [record.scores[metric].value for record in group]
    one = group[0].scores[metric]
    low, high = one.low, one.high
    if len(group) > 1:
        each = np.stack([resampled_values(record, metric) for record in group])
        low, high = bootstrap.percentile_interval(bootstrap.resample_seeds(each))
    return Family(tuple(group), tuple(values), float(np.mean(values)), low, high)


def group_key(record: Record) -> tuple:
    """What records of a family share: all but the seed, the weights it led to, and the labels it drew.

    Only the board's own trainings have kin: of two checkpoints that were pushed it is not known whether they differ by chance.
    """
    settings = {key: value for key, value in record.settings.items() if key != "seed"}
    labels = record.labels
    budget = labels.cue, labels.unlabelled_images, labels.share or labels.labelled_images
    return (
        record.sample,
        record.identity.code,
        record.method,
        json.dumps(settings, sort_keys=True),
        checkpoint_key(record),
        *budget,
    )


def checkpoint_key(record: Record) -> str:
    """The checkpoint's hash; "" of the board's own trainings, which differ in it by their seeds."""
    return "" if record.track == "efficiency" else record.identity.checkpoint
