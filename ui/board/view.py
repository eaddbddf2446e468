"""A view of the board: which data, which of its results, against which price; it can be written as a link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from urllib.parse import parse_qs, urlencode

import numpy as np

from leaderboard.analysis.ranking import sort_groups, with_ranks
from leaderboard.analysis.record_index import RecordSummary
from leaderboard.analysis.seed_groups import SeedGroup, group_by_seed
from leaderboard.metrics.registry import METRICS
from leaderboard.records.record import Record
from leaderboard.report.figures import AXES

from . import text
from .records import RecordSource

MAX_READ = 300  # files that a visitor may have to wait for; more are read in the background, and shown when they are
MAX_QUERY = 2000  # characters
FILTERS: dict[str, Callable[[Record], str]] = {
    "track": lambda record: record.track,
    "cue": text.kind,
    "method": lambda record: record.method,
    "backbone": text.backbone,
}


@dataclass(frozen=True)
class BoardView:
    """What a visitor chose to see."""

    data: str = ""
    "A title of `data_sets`, '' = the first."
    metric: str = ""
    "A name in METRICS, '' = that of the data set's benchmarks."
    x: str = "label_seconds"
    "The price that accuracy is drawn against, one of AXES."
    track: tuple[str, ...] = ()
    "Only these tracks, () = all; so for the other filters."
    cue: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    backbone: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The view as the query of a link to it."""
        chosen = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}
        return "?" + urlencode({"tab": "board"} | chosen, doseq=True)


@dataclass(frozen=True)
class ViewContents:
    """What a view shows."""

    view: BoardView
    "The view, with what there is in place of what there is not."
    titles: tuple[str, ...]
    "Of all data sets."
    metrics: tuple[str, ...]
    "That can be chosen."
    options: dict[str, tuple[str, ...]]
    "{filter: what can be chosen}"
    groups: tuple[SeedGroup, ...]
    "The results, the best first."
    clicks: tuple[RecordSummary, ...]
    "The results of robot users, which have a curve."
    settled: bool
    "Whether all ranks and intervals over seeds are computed."


def parse_query(query: str) -> BoardView:
    """The view that a link's query holds; what it does not hold, or holds wrongly, is as in a fresh view."""
    try:
        values = parse_qs(query[:MAX_QUERY].removeprefix("?"), max_num_fields=50)
    except ValueError:
        return BoardView()
    single = {name: values[name][0] for name in ("data", "metric", "x") if name in values}
    view = BoardView(**single, **{name: tuple(values.get(name, ())) for name in FILTERS})
    return view if view.x in AXES else replace(view, x=BoardView.x)


def view_contents(view: BoardView, source: RecordSource) -> ViewContents:
    """What the view shows of the records that the source has read by now."""
    sets = _data_sets(source, source.version)
    title = view.data if view.data in sets else next(iter(sets), "")
    summaries = sets.get(title, ())
    metrics = _metrics(summaries)
    metric = view.metric if view.metric in metrics else next(iter(metrics), "")
    groups, settled = _groups(source, source.version, title, metric) if metric else ((), True)
    clicks = tuple(summary for summary in summaries if summary.curve)
    records = [*(group.record for group in groups), *(summary.record for summary in clicks)]
    options = {name: tuple(sorted({of(record) for record in records})) for name, of in FILTERS.items()}
    chosen = {name: tuple(word for word in getattr(view, name) if word in options[name]) for name in FILTERS}
    view = replace(view, data=title, metric=metric, **chosen)
    return ViewContents(
        view=view,
        titles=tuple(sets),
        metrics=metrics,
        options=options,
        groups=tuple(group for group in groups if _passes(group.record, view)),
        clicks=tuple(summary for summary in clicks if _passes(summary.record, view)),
        settled=settled,
    )


def data_sets(summaries: Iterable[RecordSummary]) -> dict[str, tuple[RecordSummary, ...]]:
    """{title: records} on the same pictures and classes, whatever the track; first where most results can be compared."""
    by_data: dict[tuple, list[RecordSummary]] = {}
    for summary in summaries:
        record = summary.record
        by_data.setdefault((record.source, record.split, record.classes, record.background), []).append(summary)
    compared = {key: {_compared(summary.record) for summary in some} for key, some in by_data.items()}
    keys = sorted(by_data, key=lambda key: (-len(compared[key]), key[0], len(key[2])))
    names = Counter(source for source, *_ in keys)
    titles: dict[str, tuple[RecordSummary, ...]] = {}
    for key in keys:
        source, split, classes, _ = key
        title = source if names[source] == 1 else f"{source} {split}, {_few(classes)}"
        while title in titles:
            title += " *"
        titles[title[-100:]] = tuple(by_data[key])
    return titles


@lru_cache(maxsize=2)
def _data_sets(source: RecordSource, version: int) -> dict[str, tuple[RecordSummary, ...]]:
    """`data_sets` of a version of the source: an event asks for them several times."""
    return data_sets(source.summaries)


@lru_cache(maxsize=8)
def _groups(source: RecordSource, version: int, title: str, metric: str) -> tuple[tuple[SeedGroup, ...], bool]:
    """The ranked groups of a data set, the best first, and whether all their resamples are computed."""
    summaries = {summary.name: summary for summary in _data_sets(source, version).get(title, ())}
    scored = [summary for summary in summaries.values() if metric in summary.record.scores]
    settled = sum(not source.cache.holds(summary, metric) for summary in scored) <= MAX_READ
    if not settled:
        source.request_metric(metric)

    def resample(record: Record, metric: str) -> np.ndarray | None:
        summary = summaries[record.identity.name]
        return source.cache.get(summary, metric) if settled or source.cache.holds(summary, metric) else None

    groups = group_by_seed((summary.record for summary in scored), metric, resample)
    return tuple(sort_groups(with_ranks(groups))), settled


def _metrics(summaries: Sequence[RecordSummary]) -> tuple[str, ...]:
    """The metrics of one prediction that there are scores of, those of the benchmarks first."""
    main = Counter(summary.record.metric for summary in summaries)
    scored = Counter(name for summary in summaries for name in summary.record.scores)
    names = [name for name in METRICS if scored[name] and "clicks" not in METRICS[name].needs]
    return tuple(sorted(names, key=lambda name: -main[name]))


def _passes(record: Record, view: BoardView) -> bool:
    return all(not getattr(view, name) or of(record) in getattr(view, name) for name, of in FILTERS.items())


def _compared(record: Record) -> tuple:
    return record.method, record.labels.cue, record.labels.share


def _few(classes: Sequence[str]) -> str:
    return f"{len(classes)} classes" if len(classes) > 3 else " / ".join(classes)
