"""Where trainings stand: those that differ in their seed alone are one, with an interval, and a rank that admits ties."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..metrics import bootstrap
from ..metrics.registry import METRICS, sort_key
from ..records.record import Record
from . import grouping
from .record_index import BootstrapCache, RecordSummary

RANKED = 1500  # of the same pictures, the best: every pair of them is compared


@dataclass(frozen=True, eq=False)
class SeedGroup:
    """entries: in order of seeds; values: of each. value: their mean; low, high: its 95 % interval, over trainings and
    pictures. samples: float (B,), the mean on resamples; None = not made yet, then the interval is the first one's own and
    there is no rank. rank: among those of the same pictures, None = not known.
    """

    entries: tuple[RecordSummary, ...]
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


def standings(
    entries: Iterable[RecordSummary], metric: str, samples: BootstrapCache, make: bool = True
) -> list[SeedGroup]:
    """The best first. make: whether resamples that are not known yet are made now, which reads files."""
    kin: dict[tuple, list[RecordSummary]] = {}
    for entry in entries:
        if metric in entry.record.scores:
            kin.setdefault(grouping.group_key(entry.record), []).append(entry)
    made = [_standing(group, metric, samples, make) for group in kin.values()]
    return sorted(_ranked(made), key=lambda one: sort_key(one.value, metric))


def _standing(group: list[RecordSummary], metric: str, samples: BootstrapCache, make: bool) -> SeedGroup:
    group = sorted(group, key=lambda one: (one.record.identity.seed is None, one.record.identity.seed or 0, one.name))
    scores = [entry.record.scores[metric] for entry in group]
    values = tuple(score.value for score in scores)
    made = None
    if make or all(samples.holds(entry, metric) for entry in group):
        each = np.stack([samples.get(entry, metric) for entry in group])
        made = each[0] if len(group) == 1 else bootstrap.resample_seeds(each)
    low, high = scores[0].low, scores[0].high
    if len(group) > 1 and made is not None:
        low, high = bootstrap.percentile_interval(made)
    return SeedGroup(tuple(group), metric, values, float(np.mean(values)), low, high, made)


def _ranked(made: Sequence[SeedGroup]) -> list[SeedGroup]:
    """With their ranks among those of the same pictures."""
    rivals: dict[tuple, list[SeedGroup]] = {}
    for one in made:
        rivals.setdefault(one.record.sample, []).append(one)
    found = []
    for group in rivals.values():
        group.sort(key=lambda one: sort_key(one.value, one.metric))
        found += [*ranked(group[:RANKED]), *group[RANKED:]]
    return found


def ranked(group: Sequence[SeedGroup]) -> list[SeedGroup]:
    """Standings on the same pictures with ranks among each other; without, where resamples of one are not made yet."""
    if not group or any(one.samples is None for one in group):
        return list(group)
    sound = [one for one in group if not np.isnan(one.samples).all()]
    if not sound:
        return list(group)
    lower_is_better = METRICS[sound[0].metric].lower_is_better
    places = bootstrap.ranks_with_ties(
        [one.value for one in sound], np.stack([one.samples for one in sound]), lower_is_better=lower_is_better
    )
    return [replace(one, rank=int(place)) for one, place in zip(sound, places, strict=True)] + [
        one for one in group if np.isnan(one.samples).all()
    ]
