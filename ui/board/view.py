"""A view of the board: which data, which of its records, on which axis; the same as a link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from urllib.parse import parse_qs, urlencode

from leaderboard.analysis.record_index import RecordSummary
from leaderboard.analysis.standings import SeedGroup, standings
from leaderboard.metrics.registry import METRICS
from leaderboard.report.figures import AXES

from . import text
from .records import RecordSource

MADE_AT_ONCE = 300  # files that a visitor may have to wait for; more are read beside, and the page shows them later
QUERY = 2000  # characters
FILTERS = {
    "track": lambda record: record.track,
    "cue": text.kind,
    "method": lambda record: record.method,
    "backbone": text.backbone,
}


@dataclass(frozen=True)
class BoardView:
    """data: a title of `data_sets`, "" = the first. metric: "" = that of its benchmarks. x: one of AXES. track, cue, method,
    backbone: those that are shown, () = all."""

    data: str = ""
    metric: str = ""
    x: str = "label_seconds"
    track: tuple[str, ...] = ()
    cue: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    backbone: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The view as the query of a link to it."""
        told = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}
        return "?" + urlencode({"tab": "board"} | told, doseq=True)


@dataclass(frozen=True)
class ViewContents:
    """What a view comes to. view: with what is there in place of what is not; options: {filter: what can be chosen};
    standings, clicks: what is shown, the best first; settled: whether intervals over seeds and ranks are all made."""

    view: BoardView
    titles: tuple[str, ...]
    metrics: tuple[str, ...]
    options: dict[str, tuple[str, ...]]
    groups: tuple[SeedGroup, ...]
    clicks: tuple[RecordSummary, ...]
    settled: bool


def parse_query(query: str) -> BoardView:
    """The view that a link's query tells; what it does not tell, or tells wrongly, is as usual."""
    try:
        told = parse_qs(query[:QUERY].removeprefix("?"), max_num_fields=50)
    except ValueError:
        return BoardView()
    one = {name: told[name][0] for name in ("data", "metric", "x") if name in told}
    view = BoardView(**one, **{name: tuple(told.get(name, ())) for name in FILTERS})
    return view if view.x in AXES else replace(view, x=BoardView.x)


def view_contents(view: BoardView, source: RecordSource) -> ViewContents:
    """What the view comes to, of what the source has read by now."""
    sets = _sets(source, source.version)
    title = view.data if view.data in sets else next(iter(sets), "")
    entries = sets.get(title, ())
    metrics = _metrics(entries)
    metric = view.metric if view.metric in metrics else next(iter(metrics), "")
    made, settled = _standings(source, source.version, title, metric) if metric else ((), True)
    clicks = tuple(entry for entry in entries if entry.curve)
    options = {name: _options(name, [*(one.record for one in made), *(c.record for c in clicks)]) for name in FILTERS}
    kept = {name: tuple(word for word in getattr(view, name) if word in options[name]) for name in FILTERS}
    view = replace(view, data=title, metric=metric, **kept)
    return ViewContents(
        view=view,
        titles=tuple(sets),
        metrics=metrics,
        options=options,
        groups=tuple(one for one in made if _wanted(one.record, view)),
        clicks=tuple(entry for entry in clicks if _wanted(entry.record, view)),
        settled=settled,
    )


def data_sets(entries: Iterable[RecordSummary]) -> dict[str, tuple[RecordSummary, ...]]:
    """{title: entries}: those on the same pictures and classes, whatever the track; first where most can be compared."""
    found: dict[tuple, list[RecordSummary]] = {}
    for entry in entries:
        record = entry.record
        found.setdefault((record.source, record.split, record.classes, record.background), []).append(entry)
    ways = {
        key: {(e.record.method, e.record.labels.cue, e.record.labels.share) for e in some}
        for key, some in found.items()
    }
    keys = sorted(found, key=lambda key: (-len(ways[key]), key[0], len(key[2])))
    names = Counter(source for source, *_ in keys)
    titles: dict[str, tuple[RecordSummary, ...]] = {}
    for key in keys:
        source, split, classes, _ = key
        title = source if names[source] == 1 else f"{source} {split}, {_few(classes)}"
        while title in titles:
            title += " *"
        titles[title[-100:]] = tuple(found[key])
    return titles


@lru_cache(maxsize=2)
def _sets(source: RecordSource, version: int) -> dict[str, tuple[RecordSummary, ...]]:
    """`data_sets` as of a state of the source: an event asks for them several times."""
    return data_sets(source.summaries)


@lru_cache(maxsize=8)
def _standings(source: RecordSource, version: int, title: str, metric: str) -> tuple[tuple[SeedGroup, ...], bool]:
    """The standings of a data set as of a state of the source, and whether their resamples are made."""
    entries = _sets(source, version).get(title, ())
    missing = sum(metric in e.record.scores and not source.cache.holds(e, metric) for e in entries)
    make = missing <= MADE_AT_ONCE
    if not make:
        source.request_metric(metric)
    return tuple(standings(entries, metric, source.cache, make)), make


def _metrics(entries: Sequence[RecordSummary]) -> tuple[str, ...]:
    """Those of one prediction, that of the benchmarks first."""
    main = Counter(entry.record.metric for entry in entries)
    found = Counter(name for entry in entries for name in entry.record.scores)
    usual = [name for name in METRICS if found[name] and "clicks" not in METRICS[name].needs]
    return tuple(sorted(usual, key=lambda name: -main[name]))


def _options(name: str, records: Iterable) -> tuple[str, ...]:
    return tuple(sorted({FILTERS[name](record) for record in records}))


def _wanted(record, view: BoardView) -> bool:
    return all(not getattr(view, name) or of(record) in getattr(view, name) for name, of in FILTERS.items())


def _few(classes: Sequence[str]) -> str:
    return f"{len(classes)} classes" if len(classes) > 3 else " / ".join(classes)
