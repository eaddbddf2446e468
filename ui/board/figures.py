"""The board's figures: colour = kind of labels, shape = method, the same in all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leaderboard.analysis.label_efficiency import Series, groups_of
from leaderboard.analysis.ranking import sort_groups
from leaderboard.analysis.record_index import RecordSummary
from leaderboard.analysis.seed_groups import SeedGroup
from leaderboard.report.figures import COLOURS, INK
from leaderboard.report.text import cue_label, metric_label
from wss_core.cues.cost import SECONDS_POINT, SECONDS_STROKE

from . import style, text

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

MAX_CLASS_ROWS = 8  # results in the view by class
MAX_BARS = 150  # results with bars and dots; of more, the best buys alone have them
MAX_CURVES = 12  # of robot users
CUE_SECONDS = {"clicks": SECONDS_POINT, "strokes": SECONDS_STROKE}


def accuracy(lines: Sequence[Series], front: Sequence[SeedGroup], x: str) -> go.Figure:
    """Results against a price: bars are 95 % intervals, dots single trainings, a line joins what differs in the number of
    labels alone; hollow: the labels are given on the test pictures; pale: the model knows the data. Dotted: the Pareto front."""
    import plotly.graph_objects as go

    figure = go.Figure()
    groups = groups_of(lines)
    barred = groups if len(groups) <= MAX_BARS else front
    figure.add_traces([*_lines(lines, x, set(barred)), _dots(barred, x)])
    if len(front) > 1:
        xs, ys = [group.price(x) for group in front], [group.value for group in front]
        dotted = {"color": INK, "dash": "dot", "width": 2}
        figure.add_trace(go.Scatter(x=xs, y=ys, mode="lines", line=dotted, name="best buys", hoverinfo="skip"))
    figure.add_traces(style.legend(*style.kinds_and_methods(groups)))
    style.set_price_axis(figure, x, [group.price(x) for group in groups])
    if lines:
        figure.update_yaxes(title=metric_label(lines[0].first.metric))
    return style.set_layout(figure, 520)


def by_class(groups: Sequence[SeedGroup]) -> go.Figure:
    """The best result of each method and kind of labels, class by class: means over trainings."""
    import plotly.graph_objects as go

    figure = go.Figure()
    means = {group: mean for group in groups if len(mean := _class_means(group))}
    best = {(group.record.method, text.kind(group.record)): group for group in reversed(means)}
    shown = sort_groups(best.values())[:MAX_CLASS_ROWS]
    for group in shown:
        figure.add_trace(
            go.Scatter(
                x=means[group],
                y=[text.safe(name, 24) for name in means[group].index],
                mode="markers",
                marker=style.marker(group, 11),
                name=text.safe(f"{group.record.method}, {text.kind(group.record)}"),
                hovertemplate="%{y}: %{x:.3f}<br>" + text.hover(group) + "<extra></extra>",
            )
        )
    count = max((len(means[group]) for group in shown), default=0)
    figure.update_yaxes(autorange="reversed", type="category", automargin=True)
    figure.update_xaxes(title=metric_label(shown[0].metric) if shown else "")
    return style.set_layout(figure, 170 + 30 * count + 14 * len(shown), even=False)


def clicks(summaries: Sequence[RecordSummary], seconds: bool) -> go.Figure:
    """The mean IoU of a robot user's pictures after each cue, or after so many seconds of cueing a picture."""
    import plotly.graph_objects as go

    figure = go.Figure()
    shown = sorted(summaries, key=lambda summary: -sum(summary.curve))[:MAX_CURVES]
    for i, summary in enumerate(shown):
        record = summary.record
        price = CUE_SECONDS.get(record.labels.cue, SECONDS_POINT) if seconds else 1
        name = f"{record.checkpoint if record.on_hub else record.method}, {cue_label(record.labels.cue)}"
        figure.add_trace(
            go.Scatter(
                x=[price * (place + 1) for place in range(len(summary.curve))],
                y=summary.curve,
                mode="lines+markers",
                name=text.safe(name) + (", knows the data" if record.trained_on_this_data else ""),
                line={"color": COLOURS[i % len(COLOURS)], "dash": "solid" if record.labels.cue == "clicks" else "dash"},
                marker={"symbol": style.symbol(record.method), "size": 7},
                hovertemplate="%{x:.3g}: IoU %{y:.3f}",
            )
        )
    title = "seconds of cueing, for each picture" if seconds else "cues, on each picture"
    figure.update_xaxes(title=title, rangemode="tozero")
    figure.update_yaxes(title="IoU of the objects, mean over pictures", range=[0, 1])
    return style.set_layout(figure, 440 + 12 * len(shown), even=False)


def _lines(lines: Sequence[Series], x: str, barred: set[SeedGroup]) -> list[go.Scatter]:
    """The lines and their points, a trace for those that look alike: few traces are drawn much faster than many."""
    by_look: dict[tuple, list[SeedGroup | None]] = {}
    for line in lines:
        record = line.first.record
        look = text.kind(record), record.method, record.labels.source == "given", record.trained_on_this_data
        by_look.setdefault(look, []).extend([*line.groups, None])  # None: the line breaks off
    return [_trace(groups, x, barred) for groups in by_look.values()]


def _trace(groups: Sequence[SeedGroup | None], x: str, barred: set[SeedGroup]) -> go.Scatter:
    import plotly.graph_objects as go

    colour = style.line_colour(groups[0])
    bars = {
        "array": [max(group.high - group.value, 0) if group in barred else None for group in groups],
        "arrayminus": [max(group.value - group.low, 0) if group in barred else None for group in groups],
        "symmetric": False,
        "thickness": 1,
        "width": 2,
        "color": colour,
    }
    return go.Scatter(
        x=[None if group is None else group.price(x) for group in groups],
        y=[None if group is None else group.value for group in groups],
        error_y=bars,
        mode="lines+markers",
        line={"color": colour, "width": 1.5},
        marker=style.marker(groups[0], 10),
        text=["" if group is None else text.hover(group) for group in groups],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )


def _dots(groups: Sequence[SeedGroup], x: str) -> go.Scatter:
    """The single trainings behind the means."""
    import plotly.graph_objects as go

    dots = [(group.price(x), value) for group in groups if len(group.values) > 1 for value in group.values]
    return go.Scatter(
        x=[price for price, _ in dots],
        y=[value for _, value in dots],
        mode="markers",
        marker={"size": 4, "opacity": 0.8, "color": INK},
        hoverinfo="skip",
        name="one training",
        showlegend=False,
    )


def _class_means(group: SeedGroup) -> pandas.Series:
    """The mean over trainings of each class that has a value, by the name of the class."""
    import pandas

    values = [record.scores[group.metric].classes for record in group.records]
    count = min(map(len, values))
    names = list(group.record.classes)[:count]
    return pandas.DataFrame([row[:count] for row in values], columns=names, dtype=float).mean().dropna()
