"""The board tab: what happens when it is opened and when a filter changes."""

from __future__ import annotations

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from leaderboard.analysis import label_efficiency
from leaderboard.report.text import metric_label

from . import evaluation, figures, history, notes, submit, tables
from .layout import BoardComponents
from .records import RecordSource
from .state import BoardState
from .submit import QUIET
from .view import BoardView, ViewContents, parse_query, view_contents

# The address holds the view, so that it can be sent to somebody; and a link to the board opens this tab.
FIND = "() => location.search"
KEEP = "(link) => { try { history.replaceState(null, '', link || location.pathname); } catch (e) {} }"
OPEN = """() => { if (new URLSearchParams(location.search).get('tab') === 'board')
    document.querySelectorAll('button[role=tab]').forEach((tab) => { if (tab.textContent.trim() === 'Board') tab.click(); }); }"""


def build(page: gr.Blocks, tab: gr.Tab, state: BoardState) -> None:
    """Fill the tab. Its records are read when the page has started, or when the tab is opened (see `RecordSource`)."""
    parts = BoardComponents(list(evaluation.available_benchmarks()))
    submit.connect(parts.submit, parts.submit_tab, state)

    def open_link(link: str) -> dict:
        return fill_overview(parts, state.source, parse_query(link or ""))

    def change_view(values: dict) -> dict:
        return fill_overview(parts, state.source, chosen_view(parts, values))

    def show_details(values: dict) -> dict:
        return fill_details(parts, state.source, values)

    def show_gains(values: dict) -> dict:
        return {parts.gains: gains_table(parts, _contents(parts, state.source, values), values)}

    inputs = {parts.link, *parts.minutes}
    changed = [component.input for component in parts.view_inputs]
    page.load(None, None, None, js=OPEN, **QUIET)
    events = (
        tab.select(open_link, parts.link, parts.overview, js=FIND, **QUIET),
        gr.on(changed, change_view, {*parts.view_inputs}, parts.overview, trigger_mode="always_last", **QUIET),
        parts.timer.tick(open_link, parts.link, parts.overview, **QUIET),
    )
    for event in events:
        event.then(show_details, inputs, parts.details, **QUIET)
    typed = [component.input for component in parts.minutes]
    gr.on(typed, show_gains, inputs, parts.gains, trigger_mode="always_last", **QUIET)
    parts.link.change(None, parts.link, None, js=KEEP, **QUIET)


def chosen_view(parts: BoardComponents, values: dict) -> BoardView:
    """The view that a visitor's choices make. values: {component: value} of `view_inputs`."""
    filters = {name: tuple(values[component] or ()) for name, component in parts.filters.items()}
    x = values[parts.x] or BoardView.x
    return BoardView(data=values[parts.data] or "", metric=values[parts.metric] or "", x=x, **filters)


def fill_overview(parts: BoardComponents, source: RecordSource, view: BoardView) -> dict:
    """{component: value} of the components `overview`; a view that names what is not there is mended."""
    source.wait_first()
    contents = view_contents(view, source)
    groups, view = contents.groups, contents.view
    lines = label_efficiency.series(groups, view.x)
    front = label_efficiency.front(groups, view.x)
    metrics = [(metric_label(name), name) for name in contents.metrics]
    filters = {
        component: gr.update(choices=list(contents.options[name]), value=list(getattr(view, name)))
        for name, component in parts.filters.items()
    }
    return filters | {
        parts.data: gr.update(choices=list(contents.titles), value=view.data or None),
        parts.metric: gr.update(choices=metrics, value=view.metric or None),
        parts.x: view.x,
        parts.best: tables.best(groups) if groups else notes.nothing(contents, source),
        parts.figure: gr.update(value=figures.accuracy(lines, front, view.x), visible=bool(lines)),
        parts.note: notes.note(contents, lines, source),
        parts.link: view.query if source.summaries else "",
        parts.timer: gr.Timer(active=not (source.has_read and contents.settled)),
    }


def fill_details(parts: BoardComponents, source: RecordSource, values: dict) -> dict:
    """{component: value} of the components `details`."""
    contents = _contents(parts, source, values)
    groups, curves = contents.groups, contents.clicks
    seconds = contents.view.x == "label_seconds"
    return {
        parts.table: tables.results(groups),
        parts.file: _csv_file(contents),
        parts.gains: gains_table(parts, contents, values),
        parts.classes: gr.update(value=figures.by_class(groups), visible=bool(groups)),
        parts.clicks: gr.update(value=figures.clicks(curves, seconds), visible=bool(curves)),
        parts.no_clicks: "" if curves else "<p>No robot user's clicks on these pictures yet.</p>",
        parts.history: gr.update(value=history.history_figure(groups), visible=bool(groups)),
    }


def gains_table(parts: BoardComponents, contents: ViewContents, values: dict) -> str:
    """What the minutes that a visitor typed buy, as HTML."""
    have, more = (_seconds(values[component]) for component in parts.minutes)
    return tables.gains(label_efficiency.series(contents.groups), have, more)


def _contents(parts: BoardComponents, source: RecordSource, values: dict) -> ViewContents:
    return view_contents(parse_query(values[parts.link] or ""), source)


def _csv_file(contents: ViewContents) -> str | None:
    if not contents.groups:
        return None
    return save_bytes_to_cache(tables.csv(contents.groups).encode(), "board.csv", cache_dir=get_upload_folder())


def _seconds(minutes: float | None) -> float:
    return 60 * min(max(minutes or 0.1, 0.1), 1e5)
