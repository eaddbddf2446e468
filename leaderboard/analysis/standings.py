"""Where trainings stand: those that differ in their seed alone are one, with an interval, and a rank that admits ties."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..metrics import bootstrap
from ..metrics.registry import METRICS, order
from ..records.record import Record
from . import grouping
from .record_index import Entry, Samples

RANKED = 1500  # of the same pictures, the best: every pair of them is compared


@dataclass(frozen=True, eq=False)
class Standing:
    """entries: in order of seeds; values: of each. value: their mean; low, high: its 95 % interval, over trainings and
    pictures. samples: float (B,), the mean on resamples; None = not made yet, then the interval is the first one's own and
    there is no rank. rank: among those of the same pictures, None = not known.
    """

    entries: tuple[Entry, ...]
    metric: str
    values: tuple[float, ...]
    value: float
    low: float
    high: float
    samples: np.ndarray | None = None
    rank: int | None = None

    @property
    def record(self) -> Record:
        """The first one's record, which stands for what all have in common."""
        return self.entries[0].record

    def price(self, x: str) -> float | None:
        """Mean over the trainings of a field of Labels (label_seconds, labelled_images, share); None when one does not say."""
        told = [getattr(entry.record.labels, x) for entry in self.entries]
        if any(value is None or not np.isfinite(value) or value < 0 for value in told):
            return None
        return float(np.mean(told))


def standings(entries: Iterable[Entry], metric: str, samples: Samples, make: bool = True) -> list[Standing]:
    """The best first. make: whether resamples that are not known yet are made now, which reads files."""
    kin: dict[tuple, list[Entry]] = {}
    for entry in entries:
        if metric in entry.record.scores:
            kin.setdefault(grouping.kin(entry.record), []).append(entry)
    made = [_standing(group, metric, samples, make) for group in kin.values()]
    return sorted(_ranked(made), key=lambda one: order(one.value, metric))


def _standing(group: list[Entry], metric: str, samples: Samples, make: bool) -> Standing:
    group = sorted(group, key=lambda one: (one.record.identity.seed is None, one.record.identity.seed or 0, one.name))
    scores = [entry.record.scores[metric] for entry in group]
    values = tuple(score.value for score in scores)
    made = None
    if make or all(samples.known(entry, metric) for entry in group):
        each = np.stack([samples.of(entry, metric) for entry in group])
        made = each[0] if len(group) == 1 else bootstrap.over_seeds(each)
    low, high = scores[0].low, scores[0].high
    if len(group) > 1 and made is not None:
        low, high = bootstrap.interval(made)
    return Standing(tuple(group), metric, values, float(np.mean(values)), low, high, made)


def _ranked(made: Sequence[Standing]) -> list[Standing]:
    """With their ranks among those of the same pictures."""
    rivals: dict[tuple, list[Standing]] = {}
    for one in made:
        rivals.setdefault(one.record.sample, []).append(one)
    found = []
    for group in rivals.values():
        group.sort(key=lambda one: order(one.value, one.metric))
        found += [*ranked(group[:RANKED]), *group[RANKED:]]
    return found


def ranked(group: Sequence[Standing]) -> list[Standing]:
    """Standings on the same pictures with ranks among each other; without, where resamples of one are not made yet."""
    if not group or any(one.samples is None for one in group):
        return list(group)
    sound = [one for one in group if not np.isnan(one.samples).all()]
    if not sound:
        return list(group)
    low = METRICS[sound[0].metric].low
    places = bootstrap.ranks([one.value for one in sound], np.stack([one.samples for one in sound]), low=low)
    return [replace(one, rank=int(place)) for one, place in zip(sound, places, strict=True)] + [
        one for one in group if np.isnan(one.samples).all()
    ]
