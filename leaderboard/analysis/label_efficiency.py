"""What labels buy: the best result for a price, and what more labelling gains between measured budgets.

Nothing is extrapolated past the last budget that was measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..benchmarks import cue_words
from ..metrics import bootstrap
from ..metrics.registry import sort_key
from .ranking import rank_rivals
from .seed_groups import SeedGroup, group_key

SECONDS = "label_seconds"
MAX_COMPARED = 60  # of the best, to find ties


@dataclass(frozen=True, eq=False)
class Series:
    """The results of one method with one kind of labels, by price: they differ in the number of labels alone."""

    groups: tuple[SeedGroup, ...]

    @property
    def first(self) -> SeedGroup:
        """The cheapest, which stands for what all have in common."""
        return self.groups[0]


@dataclass(frozen=True)
class Gain:
    """What more labelling buys; all three are None where that was not measured, and `reason` says why."""

    before: tuple[float, float, float] | None = None
    "(value, low, high) with the labels there are."
    after: tuple[float, float, float] | None = None
    "The same with more labels."
    gain: tuple[float, float, float] | None = None
    "The same of their difference, on the same resamples."
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Best:
    """The best result for at most so much labelling."""

    limit: float
    "Seconds of labelling."
    group: SeedGroup
    tied: int
    "How many others may be as good: their difference may be chance."
    doubtful: bool = False
    "The best for less labelling is one of these."


def kind(word: str) -> str:
    """The kinds of cue of Labels.cue without their numbers: "scribbles-3+tags" -> "scribbles+tags", "" -> "none"."""
    return cue_words.kinds(word) or "none"


def series(groups: Iterable[SeedGroup], x: str = SECONDS) -> list[Series]:
    """The groups whose price is known, by method, kind of labels and settings; each series by price."""
    by_key: dict[tuple, list[SeedGroup]] = {}
    for group in groups:
        if group.price(x) is not None and not np.isnan(group.value):
            by_key.setdefault(_series_key(group), []).append(group)
    parts = [part for comparable in by_key.values() for part in _split_by_unlabelled(comparable)]
    return [Series(tuple(sorted(part, key=lambda group: group.price(x)))) for part in parts]


def groups_of(lines: Iterable[Series]) -> list[SeedGroup]:
    """The groups of the series, each once: some belong to two."""
    return list(dict.fromkeys(group for line in lines for group in line.groups))


def front(groups: Iterable[SeedGroup], x: str = SECONDS) -> list[SeedGroup]:
    """The groups that nothing cheaper or equally cheap beats, by price (the Pareto front)."""
    priced = _fully_priced(groups, x)
    return bootstrap.pareto_front(
        priced, lambda group: group.price(x), lambda group: sort_key(group.value, group.metric)
    )


def best(groups: Iterable[SeedGroup], limits: Sequence[float]) -> list[Best]:
    """The best for each limit of seconds; a limit that buys nothing new is left out."""
    priced = _fully_priced(groups, SECONDS)
    priced.sort(key=lambda group: (sort_key(group.value, group.metric), group.price(SECONDS)))
    rows: list[Best] = []
    for limit in limits:
        affordable = [group for group in priced if group.price(SECONDS) <= limit]
        if affordable and (not rows or rows[-1].group is not affordable[0]):
            tied = _tied(affordable)
            before = rows[-1].group.records if rows else None
            doubtful = any(group.records == before for group in tied)
            rows.append(Best(limit, affordable[0], len(tied), doubtful))
    return rows


def gain(line: Series, have: float, more: float) -> Gain:
    """What `more` seconds of labelling on top of `have` buy, read off between measured budgets: linear in the logarithm of
    the seconds."""
    prices = [group.price(SECONDS) for group in line.groups]
    if len(line.groups) < 2 or prices[0] <= 0:
        return Gain(reason="one budget was measured, which makes no curve")
    if have < prices[0]:
        return Gain(reason=f"measured from {_minutes(prices[0])} on")
    if have + more > prices[-1]:
        return Gain(reason=f"measured up to {_minutes(prices[-1])}")
    before, after = (_interpolate(line, prices, seconds) for seconds in (have, have + more))
    difference = after[0] - before[0], after[1] - before[1]
    return Gain(_with_interval(*before), _with_interval(*after), _with_interval(*difference))


def _fully_priced(groups: Iterable[SeedGroup], x: str) -> list[SeedGroup]:
    """The groups whose price is all that was paid: a model trained on the data set had labels of it before."""
    priced = (group for group in groups if group.price(x) is not None and not np.isnan(group.value))
    return [group for group in priced if not group.record.trained_on_this_data]


def _interpolate(line: Series, prices: Sequence[float], seconds: float) -> tuple[float, np.ndarray]:
    """(value, samples (B,)) at so many seconds; the samples are NaN where they are not computed yet."""
    logs = np.log(prices)
    end = min(max(int(np.searchsorted(logs, np.log(seconds), side="right")), 1), len(logs) - 1)
    width = logs[end] - logs[end - 1]
    share = (np.log(seconds) - logs[end - 1]) / width if width > 0 else 1.0
    left, right = line.groups[end - 1 : end + 1]
    value = (1 - share) * left.value + share * right.value
    if left.samples is None or right.samples is None:
        return value, np.full(bootstrap.RESAMPLES, np.nan)
    return value, (1 - share) * left.samples + share * right.samples


def _with_interval(value: float, samples: np.ndarray) -> tuple[float, float, float]:
    return value, *bootstrap.percentile_interval(samples)


def _minutes(seconds: float) -> str:
    minutes = seconds / 60
    return f"{minutes:.3g} minutes" if minutes < 100 else f"{minutes:,.0f} minutes"


def _series_key(group: SeedGroup) -> tuple:
    """What is the same along a series: the pictures, the method with its settings, the kind of labels and who declared them."""
    without_budget = group_key(group.record)[:5]
    return *without_budget, kind(group.record.labels.cue), group.record.labels.source


def _split_by_unlabelled(groups: list[SeedGroup]) -> list[list[SeedGroup]]:
    """Split the groups that also learned from unlabelled pictures from those that did not; where all pictures are labelled
    there are none to learn from, and the group belongs to both."""
    with_unlabelled = [group for group in groups if group.record.labels.unlabelled_images]
    without = [group for group in groups if not group.record.labels.unlabelled_images]
    whole = [group for group in without if group.record.labels.share == 1]
    if not with_unlabelled:
        return [without]
    both = with_unlabelled + whole
    return [both, without] if len(whole) < len(without) else [both]


def _tied(groups: Sequence[SeedGroup]) -> list[SeedGroup]:
    """The others on the pictures of the first, the best one, that share its rank."""
    first = groups[0]
    rivals = rank_rivals(
        [group for group in groups if group.record.sample_key == first.record.sample_key][:MAX_COMPARED]
    )
    return [group for group in rivals if group.rank == 1 and group.records != first.records]
