"""Ranks of results on the same pictures; results whose difference may be chance share a rank."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from ..metrics import bootstrap
from ..metrics.registry import METRICS, sort_key
from .seed_groups import SeedGroup

MAX_RANKED = 1500  # on the same pictures, the best: every two of them are compared


def sort_groups(groups: Iterable[SeedGroup]) -> list[SeedGroup]:
    """The groups by their value, the best first and NaN last. All must be of one metric."""
    return sorted(groups, key=lambda group: sort_key(group.value, group.metric))


def with_ranks(groups: Iterable[SeedGroup]) -> list[SeedGroup]:
    """The groups, in the same order, with ranks among those of the same pictures and metric; the best MAX_RANKED have one."""
    groups = list(groups)
    rivals: dict[tuple, list[int]] = {}
    for place, group in enumerate(groups):
        rivals.setdefault((group.record.sample_key, group.metric), []).append(place)
    for places in rivals.values():
        best = sorted(places, key=lambda place: sort_key(groups[place].value, groups[place].metric))[:MAX_RANKED]
        for place, ranked in zip(best, rank_rivals([groups[place] for place in best]), strict=True):
            groups[place] = ranked
    return groups


def rank_rivals(groups: Sequence[SeedGroup]) -> list[SeedGroup]:
    """Groups of one metric on the same pictures, in the same order, ranked among each other.

    None is ranked while the samples of one are not computed yet. One whose file could not be read any more, so that it has
    a value but no sample that is a number, stays without a rank.
    """
    groups = list(groups)
    if any(group.samples is None for group in groups):
        return groups
    known = [i for i, group in enumerate(groups) if np.isnan(group.value) or not np.isnan(group.samples).all()]
    if not known:
        return groups
    ranks = bootstrap.ranks_with_ties(
        [groups[i].value for i in known],
        np.stack([groups[i].samples for i in known]),
        lower_is_better=METRICS[groups[0].metric].lower_is_better,
    )
    for i, rank in zip(known, ranks, strict=True):
        groups[i] = replace(groups[i], rank=int(rank))
    return groups
