"""What labels buy: the best for a price, and the measured way from one budget to the next. Nothing is guessed past the last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..benchmarks import cue_words
from ..metrics import bootstrap
from ..metrics.registry import sort_key
from . import grouping
from .standings import SeedGroup, ranked

SECONDS = "label_seconds"
COMPARED = 60  # of the best, to find ties


@dataclass(frozen=True, eq=False)
class Series:
    """One method with one kind of labels, by price: all that differs is how many labels there were."""

    standings: tuple[SeedGroup, ...]

    @property
    def first(self) -> SeedGroup:
        return self.standings[0]


@dataclass(frozen=True)
class Gain:
    """What more labelling buys. before, after: (value, low, high) there, gain: of their difference, on the same resamples; all
    None where it was not measured, which `why` says."""

    before: tuple[float, float, float] | None = None
    after: tuple[float, float, float] | None = None
    gain: tuple[float, float, float] | None = None
    why: str = ""


@dataclass(frozen=True, eq=False)
class Best:
    """The best standing for at most so many seconds, and how many others cannot be told from it; doubtful: the best for less
    is among them."""

    limit: float
    standing: SeedGroup
    tied: int
    doubtful: bool = False


def kind(word: str) -> str:
    """The kinds of cue of Labels.cue, however many there are: "scribbles-3+tags" -> "scribbles+tags", "" -> "none"."""
    return cue_words.kinds(word) or "none"


def series(standings: Iterable[SeedGroup], x: str = SECONDS) -> list[Series]:
    """The standings whose price is known, by method, kind of labels and settings; each by price."""
    found: dict[tuple, list[SeedGroup]] = {}
    for one in standings:
        if one.price(x) is not None and not np.isnan(one.value):
            found.setdefault(_alike(one), []).append(one)
    return [
        Series(tuple(sorted(some, key=lambda one: one.price(x)))) for group in found.values() for some in _parted(group)
    ]


def groups_of(lines: Iterable[Series]) -> list[SeedGroup]:
    """Those of the series, each once: some belong to two."""
    return list(dict.fromkeys(one for line in lines for one in line.standings))


def front(standings: Iterable[SeedGroup], x: str = SECONDS) -> list[SeedGroup]:
    """Those that nothing cheaper or equally cheap beats, by price (the Pareto front)."""
    known = _priced(standings, x)
    return bootstrap.pareto_front(known, lambda one: one.price(x), lambda one: sort_key(one.value, one.metric))


def best(standings: Iterable[SeedGroup], limits: Sequence[float]) -> list[Best]:
    """For each limit of seconds the best; a limit that buys nothing new is left out."""
    known = _priced(standings, SECONDS)
    known.sort(key=lambda one: (sort_key(one.value, one.metric), one.price(SECONDS)))
    found: list[Best] = []
    for limit in limits:
        some = [one for one in known if one.price(SECONDS) <= limit]
        if some and (not found or found[-1].standing is not some[0]):
            tied = _tied(some)
            before = found[-1].standing.entries if found else None
            found.append(Best(limit, some[0], len(tied), any(one.entries == before for one in tied)))
    return found


def _priced(standings: Iterable[SeedGroup], x: str) -> list[SeedGroup]:
    """Those whose price is all that was paid: a model that knows the data set had labels of it before."""
    found = (one for one in standings if one.price(x) is not None and not np.isnan(one.value))
    return [one for one in found if not one.record.trained_on_this_data]


def gain(line: Series, have: float, more: float) -> Gain:
    """What `more` seconds of labelling on top of `have` buy, between measured budgets: on a straight line against the
    logarithm of the seconds."""
    prices = [one.price(SECONDS) for one in line.standings]
    if len(line.standings) < 2 or prices[0] <= 0:
        return Gain(why="one budget was measured, which makes no curve")
    if have < prices[0]:
        return Gain(why=f"measured from {_minutes(prices[0])} on")
    if have + more > prices[-1]:
        return Gain(why=f"measured up to {_minutes(prices[-1])}")
    before, after = (_at(line, prices, seconds) for seconds in (have, have + more))
    return Gain(_told(*before), _told(*after), _told(after[0] - before[0], after[1] - before[1]))


def _at(line: Series, prices: Sequence[float], seconds: float) -> tuple[float, np.ndarray]:
    """(value, samples (B,)) there; the samples are NaN where they are not made yet."""
    logs = np.log(prices)
    place = min(max(int(np.searchsorted(logs, np.log(seconds), side="right")), 1), len(logs) - 1)
    width = logs[place] - logs[place - 1]
    share = (np.log(seconds) - logs[place - 1]) / width if width > 0 else 1.0
    ends = line.standings[place - 1 : place + 1]
    value = (1 - share) * ends[0].value + share * ends[1].value
    if any(one.samples is None for one in ends):
        return value, np.full(bootstrap.RESAMPLES, np.nan)
    return value, (1 - share) * ends[0].samples + share * ends[1].samples


def _minutes(seconds: float) -> str:
    minutes = seconds / 60
    return f"{minutes:.3g} minutes" if minutes < 100 else f"{minutes:,.0f} minutes"


def _told(value: float, samples: np.ndarray) -> tuple[float, float, float]:
    return value, *bootstrap.percentile_interval(samples)


def _alike(one: SeedGroup) -> tuple:
    """What is the same along a series: the pictures, the method with its settings, the kind of labels and who says so."""
    kin = grouping.group_key(one.record)
    return *kin[:5], kind(one.record.labels.cue), one.record.labels.source


def _parted(group: list[SeedGroup]) -> list[list[SeedGroup]]:
    """Apart, where pictures without labels were learned from too and where not; those that left none belong to both."""
    more = [one for one in group if one.record.labels.unlabelled_images]
    without = [one for one in group if not one.record.labels.unlabelled_images]
    whole = [one for one in without if one.record.labels.share == 1]
    if not more:
        return [without]
    return [more + whole, without] if len(whole) < len(without) else [more + whole]


def _tied(some: Sequence[SeedGroup]) -> list[SeedGroup]:
    """The others that cannot be told from the first, on the same pictures."""
    alike = ranked([one for one in some if one.record.sample == some[0].record.sample][:COMPARED])
    return [one for one in alike if one.rank == 1 and one.entries != some[0].entries]
