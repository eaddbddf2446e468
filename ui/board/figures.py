"""The board's figures: colour = kind of labels, shape = method, the same in all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from leaderboard.analysis.label_efficiency import Series, groups_of
from leaderboard.analysis.record_index import RecordSummary
from leaderboard.analysis.standings import SeedGroup
from leaderboard.metrics.registry import sort_key
from leaderboard.report.figures import COLOURS, INK
from wss_core.cues.cost import SECONDS_POINT, SECONDS_STROKE

from . import style, text

MAX_CLASS_ROWS = 8  # standings in the view by class
MAX_BARS = 150  # standings with bars and dots; of more, the best buys alone have them
MAX_CURVES = 12  # of robot users
CUE_SECONDS = {"clicks": SECONDS_POINT, "strokes": SECONDS_STROKE}


def accuracy(lines: Sequence[Series], front: Sequence[SeedGroup], x: str) -> go.Figure:
    """Standings against a price: bars are 95 % intervals, dots single trainings, a line joins what differs in the number of
    labels alone; hollow: the labels are given on the test pictures; pale: the model knows the data. Dotted: the Pareto front."""
    figure = go.Figure()
    standings = groups_of(lines)
    kinds, methods = style.kinds_and_methods(standings)
    barred = standings if len(standings) <= MAX_BARS else front
    seeds = [(one, value) for one in barred if len(one.values) > 1 for value in one.values]
    figure.add_traces([*_lines(lines, x, set(barred)), _dots(seeds, x)])
    if len(front) > 1:
        dash = {"color": INK, "dash": "dot", "width": 2}
        xs, ys = [one.price(x) for one in front], [one.value for one in front]
        figure.add_trace(go.Scatter(x=xs, y=ys, mode="lines", line=dash, name="best buys", hoverinfo="skip"))
    figure.add_traces(style.legend(kinds, methods))
    style.price_axis(figure, x, [one.price(x) for one in standings])
    if lines:
        figure.update_yaxes(title=text.metric(lines[0].first.metric))
    return style.styled(figure, 520)


def by_class(standings: Sequence[SeedGroup]) -> go.Figure:
    """The best of each method and kind of labels, class by class: means over their trainings."""
    figure = go.Figure()
    best = {(one.record.method, text.kind(one.record)): one for one in reversed(standings) if _each(one)}
    some = sorted(best.values(), key=lambda one: sort_key(one.value, one.metric))[:MAX_CLASS_ROWS]
    for one in some:
        each = _each(one)
        figure.add_trace(
            go.Scatter(
                x=[value for _, value in each],
                y=[text.safe(name, 24) for name, _ in each],
                mode="markers",
                marker=style.marker(one, 11),
                name=text.safe(f"{one.record.method}, {text.kind(one.record)}"),
                hovertemplate="%{y}: %{x:.3f}<br>" + text.hover(one) + "<extra></extra>",
            )
        )
    count = max((len(_each(one)) for one in some), default=0)
    figure.update_yaxes(autorange="reversed", type="category", automargin=True)
    figure.update_xaxes(title=text.metric(some[0].metric) if some else "")
    return style.styled(figure, 170 + 30 * count + 14 * len(some), even=False)


def clicks(entries: Sequence[RecordSummary], seconds: bool) -> go.Figure:
    """The mean IoU of a robot user's pictures after each cue, or after so many seconds of cueing a picture."""
    figure = go.Figure()
    some = sorted(entries, key=lambda entry: -sum(entry.curve))[:MAX_CURVES]
    for i, entry in enumerate(some):
        record = entry.record
        price = CUE_SECONDS.get(record.labels.cue, SECONDS_POINT) if seconds else 1
        told = record.checkpoint if record.on_hub else record.method
        figure.add_trace(
            go.Scatter(
                x=[price * (place + 1) for place in range(len(entry.curve))],
                y=entry.curve,
                mode="lines+markers",
                name=text.safe(f"{told}, {record.labels.cue}")
                + (", knows the data" if record.trained_on_this_data else ""),
                line={"color": COLOURS[i % len(COLOURS)], "dash": "solid" if record.labels.cue == "clicks" else "dash"},
                marker={"symbol": style.symbol(record.method), "size": 7},
                hovertemplate="%{x:.3g}: IoU %{y:.3f}",
            )
        )
    figure.update_xaxes(
        title="seconds of cueing, for each picture" if seconds else "cues, on each picture", rangemode="tozero"
    )
    figure.update_yaxes(title="IoU of the objects, mean over pictures", range=[0, 1])
    return style.styled(figure, 440 + 12 * len(some), even=False)


def history(standings: Sequence[SeedGroup]) -> go.Figure:
    """Every record by its date, and the best so far of models that do not know the data set, whose points are pale."""
    figure = go.Figure()
    metric = standings[0].metric if standings else ""
    found = [(e.record.date, one, e.record.scores[metric].value) for one in standings for e in one.entries]
    found = sorted((row for row in found if not math.isnan(row[2])), key=lambda row: row[0])
    paid = [row for row in found if not row[1].record.trained_on_this_data]
    best: list[tuple[str, float]] = []
    for date, _, value in paid:
        if not best or sort_key(value, metric) < sort_key(best[-1][1], metric):
            best.append((date, value))
    if best:
        best.append((found[-1][0], best[-1][1]))
    line = {"shape": "hv", "color": INK, "width": 2}
    figure.add_trace(
        go.Scatter(
            x=[d for d, _ in best],
            y=[v for _, v in best],
            mode="lines",
            line=line,
            name="best so far",
            hoverinfo="skip",
        )
    )
    kinds, methods = style.kinds_and_methods(standings)
    for shape in methods:
        some = [row for row in found if row[1].record.method == shape]
        figure.add_trace(
            go.Scatter(
                x=[date for date, _, _ in some],
                y=[value for _, _, value in some],
                mode="markers",
                marker={
                    "color": [style.line_colour(one) for _, one, _ in some],
                    "symbol": style.symbol(shape),
                    "size": 8,
                },
                text=[text.hover(one) for _, one, _ in some],
                hovertemplate="%{x}: %{y:.3f}<br>%{text}<extra></extra>",
                showlegend=False,
            )
        )
    figure.add_traces(style.legend(kinds, methods))
    figure.update_xaxes(title="evaluated on", type="date")
    figure.update_yaxes(title=text.metric(metric))
    return style.styled(figure, 480)


def _lines(lines: Sequence[Series], x: str, barred: set[SeedGroup]) -> list[go.Scatter]:
    """The lines and their points, a trace for those that look alike: few traces are drawn much faster than many."""
    alike: dict[tuple, list[SeedGroup | None]] = {}
    for line in lines:
        record = line.first.record
        look = text.kind(record), record.method, record.labels.source == "given", record.trained_on_this_data
        alike.setdefault(look, []).extend([*line.standings, None])  # None: the line breaks off
    return [_trace(some, x, barred) for some in alike.values()]


def _trace(some: Sequence[SeedGroup | None], x: str, barred: set[SeedGroup]) -> go.Scatter:
    bars = {
        "array": [max(one.high - one.value, 0) if one in barred else None for one in some],
        "arrayminus": [max(one.value - one.low, 0) if one in barred else None for one in some],
        "symmetric": False,
        "thickness": 1,
        "width": 2,
        "color": style.line_colour(some[0]),
    }
    return go.Scatter(
        x=[None if one is None else one.price(x) for one in some],
        y=[None if one is None else one.value for one in some],
        error_y=bars,
        mode="lines+markers",
        line={"color": style.line_colour(some[0]), "width": 1.5},
        marker=style.marker(some[0], 10),
        text=["" if one is None else text.hover(one) for one in some],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )


def _dots(seeds: Sequence[tuple[SeedGroup, float]], x: str) -> go.Scatter:
    """The single trainings behind the means."""
    return go.Scatter(
        x=[one.price(x) for one, _ in seeds],
        y=[value for _, value in seeds],
        mode="markers",
        marker={"size": 4, "opacity": 0.8, "color": INK},
        hoverinfo="skip",
        name="one training",
        showlegend=False,
    )


def _each(one: SeedGroup) -> list[tuple[str, float]]:
    """(class, mean over trainings) for each class that has a value."""
    rows = [entry.record.scores[one.metric].classes for entry in one.entries]
    found = []
    for name, *values in zip(one.record.classes, *rows, strict=False):
        known = [value for value in values if not math.isnan(value)]
        if known:
            found.append((name, sum(known) / len(known)))
    return found
