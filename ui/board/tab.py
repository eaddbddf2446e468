"""The board tab: what happens when it is opened and when a filter changes."""

from __future__ import annotations

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from leaderboard.analysis import label_efficiency

from . import figures, tables, text
from .layout import BoardComponents
from .records import RecordSource, source
from .state import FILTERS, BoardView, ViewContents, parse_query, view_contents

KEY = (
    "Colour: kind of labels. Shape: method. Hollow: no training, the cues are given on each test picture, and every further "
    "picture costs again. Bars: 95 % intervals over test pictures and trainings; small dots: single trainings."
)
KNOWS = (
    "Pale: the built-in model takes part, and has learned from masks of this data set before. They are in no price here, so these "
    "are never the best buy, and on data of your own they may do worse."
)
# The address tells the view, so that it can be sent to somebody; and a link to the board opens this tab.
FIND = "() => location.search"
KEEP = "(link) => { try { history.replaceState(null, '', link || location.pathname); } catch (e) {} }"
OPEN = """() => { if (new URLSearchParams(location.search).get('tab') === 'board')
    document.querySelectorAll('button[role=tab]').forEach((tab) => { if (tab.textContent.trim() === 'Board') tab.click(); }); }"""
NAMED = 5  # files that are left out are named, so many
QUIET = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}


def build(page: gr.Blocks, tab: gr.Tab) -> None:
    """Fill the tab, and begin to read the records."""
    parts = BoardComponents()
    source.start()
    page.load(None, None, None, js=OPEN, **QUIET)
    changed = [part.input for part in parts.asked]
    events = (
        tab.select(_opened, parts.link, parts.first, js=FIND, **QUIET),
        gr.on(changed, _changed, parts.asked, parts.first, trigger_mode="always_last", **QUIET),
        parts.timer.tick(_opened, parts.link, parts.first, **QUIET),
    )
    spent = [parts.have, parts.more]
    for event in events:
        event.then(_rest, [parts.link, *spent], parts.rest, **QUIET)
    gr.on(
        [part.input for part in spent], _gains, [parts.link, *spent], parts.gains, trigger_mode="always_last", **QUIET
    )
    parts.link.change(None, parts.link, None, js=KEEP, **QUIET)


def _opened(link: str) -> list:
    return _first(parse_query(link or ""))


def _changed(data, metric, x, *filters) -> list:
    told = {name: tuple(chosen or ()) for name, chosen in zip(FILTERS, filters, strict=True)}
    return _first(BoardView(data=data or "", metric=metric or "", x=x or BoardView.x, **told))


def _first(view: BoardView) -> list:
    """In the order of `Parts.first`."""
    source.wait()
    found = view_contents(view, source)
    some, view = found.standings, found.view
    lines = label_efficiency.series(some, view.x)
    return [
        gr.update(choices=list(found.titles), value=view.data or None),
        gr.update(choices=[(text.metric(name), name) for name in found.metrics], value=view.metric or None),
        view.x,
        *(gr.update(choices=list(found.options[name]), value=list(getattr(view, name))) for name in FILTERS),
        tables.best(some) if some else _nothing(found, source),
        gr.update(value=figures.accuracy(lines, label_efficiency.front(some, view.x), view.x), visible=bool(lines)),
        _note(found, lines, source),
        view.query if source.entries else "",
        gr.Timer(active=not (source.read and found.settled)),
    ]


def _rest(link: str, have: float, more: float) -> list:
    """In the order of `Parts.rest`."""
    found = view_contents(parse_query(link), source)
    some = found.standings
    seconds = found.view.x == "label_seconds"
    return [
        tables.rows(some),
        _csv(found),
        _gains(link, have, more),
        gr.update(value=figures.by_class(some), visible=bool(some)),
        gr.update(value=figures.clicks(found.clicks, seconds), visible=bool(found.clicks)),
        "" if found.clicks else "<p>No robot user's clicks on these pictures yet.</p>",
        gr.update(value=figures.history(some), visible=bool(some)),
    ]


def _gains(link: str, have: float, more: float) -> str:
    found = view_contents(parse_query(link), source)
    return tables.gains(label_efficiency.series(found.standings), _seconds(have), _seconds(more))


def _nothing(found: ViewContents, source: RecordSource) -> str:
    if not source.entries:
        return tables.empty(reading=not source.read)
    if found.clicks:
        return "<p>On these pictures there are robot users alone: see <b>By click</b> below.</p>"
    return "<p>Nothing fits these filters. Take one of them off.</p>"


def _note(found: ViewContents, lines: list, source: RecordSource) -> str:
    told = []
    if lines:
        drawn = len(label_efficiency.standings_of(lines))
        left = len(found.standings) - drawn
        told.append(KEY)
        told += [KNOWS] if any(one.record.trained_on_this_data for one in found.standings) else []
        told += ["With so many points, the best buys alone have bars and dots."] if drawn > figures.BARS else []
        if left:
            told.append(f"{left} of {len(found.standings)} results do not tell this price, and are in the table only.")
    if found.standings:
        told.append("Equal ranks are ties: the difference may be chance (paired bootstrap on the same pictures, Holm).")
    if not found.settled:
        told.append("Ranks and intervals over trainings are still being computed.")
    if len(found.standings) > tables.MOST:
        told.append(f"The table shows the best {tables.MOST:,} of {len(found.standings):,}; the CSV has all.")
    wrong = [source.note] if source.note else []
    wrong += [f"{count} file{'s' * (count > 1)} left out:"] if (count := len(source.left_out)) else []
    wrong += [f"{path.parent.name}/{path.name}: {why}" for path, why in list(source.left_out.items())[:NAMED]]
    wrong += [f"and {count - NAMED} more"] if count > NAMED else []
    bad = "".join(f'<p class="bad">{text.safe(line, 400)}</p>' for line in wrong)
    link = f' <a href="{text.safe(found.view.query, 4000)}">Link to this view</a>.' if found.standings else ""
    return f'{bad}<p class="dim">{" ".join(told)}{link}</p>'


def _csv(found: ViewContents) -> str | None:
    if not found.standings:
        return None
    return save_bytes_to_cache(tables.csv(found.standings).encode(), "board.csv", cache_dir=get_upload_folder())


def _seconds(minutes: float | None) -> float:
    return 60 * min(max(minutes or 0.1, 0.1), 1e5)
