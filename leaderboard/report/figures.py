"""Figures of the board, in plotly: accuracy against labels, and IoU against cues. What strangers wrote is escaped."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..analysis import label_efficiency
from ..analysis.record_index import click_curve
from ..analysis.seed_groups import SeedGroup, group_by_seed
from ..records.record import Record
from . import table, text

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

AXES = {
    "label_seconds": "seconds of labelling",
    "labelled_images": "labelled images",
    "share": "share of the training images that are labelled",
}
COLOURS = ("#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#3ca951", "#ff8ab7", "#a463f2", "#97bbf5", "#9c6b4e")
SYMBOLS = ("circle", "square", "diamond", "cross", "triangle-up", "star", "x", "hexagon")
INK, GRID, CLEAR = "#808080", "rgba(128, 128, 128, 0.25)", "rgba(0, 0, 0, 0)"  # readable on light and on dark


def benchmark_figure(records: Sequence[Record], x: str = "label_seconds", metric: str = "") -> go.Figure:
    """The figure of one benchmark's records: IoU against cues where a robot user gave them, else accuracy against labels."""
    clicked = [record for record in records if click_curve(record)]
    return clicks(clicked) if clicked else accuracy(records, x, metric)


def accuracy(records: Sequence[Record], x: str = "label_seconds", metric: str = "") -> go.Figure:
    """The records of one benchmark against one of AXES: colour = method, symbol = labels, bars = 95 % intervals.

    metric: "" = the benchmark's own. A point is a record, a line joins the means over seeds of results that differ in the
    number of labels alone. Records of which `x` is not known are left out. The dotted line joins the results that nothing
    cheaper beats (the Pareto front); models trained on the data set are not on it.
    """
    import plotly.graph_objects as go

    points = _points(records, metric).dropna(subset=[x, "value"])
    groups = group_by_seed(records, metric)
    methods, labels = sorted(set(points["method"])), sorted(set(points["labelling"]))
    figure = go.Figure()
    for (method, labelling), some in points.groupby(["method", "labelling"]):
        shade = COLOURS[methods.index(method) % len(COLOURS)]
        symbol = SYMBOLS[labels.index(labelling) % len(SYMBOLS)]
        figure.add_trace(_scatter(some, x, {"color": shade, "symbol": symbol, "size": 9}))
    for line in label_efficiency.series(groups, x):
        if len(line.groups) > 1:
            shade = COLOURS[methods.index(line.first.record.method) % len(COLOURS)]
            figure.add_trace(_line(line.groups, x, {"color": shade, "width": 1}, showlegend=False))
    front = label_efficiency.front(groups, x)
    if len(front) > 1:
        dotted = {"color": INK, "dash": "dot", "width": 1}
        figure.add_trace(_line(front, x, dotted, name="best for the price"))
    positive = bool((points[x] > 0).all())
    figure.update_xaxes(title=AXES[x], type="log" if positive and x != "share" else "linear")
    figure.update_yaxes(title=points["metric"].iloc[0] if len(points) else "")
    return _styled(figure)


def clicks(records: Sequence[Record]) -> go.Figure:
    """Mean IoU of the objects after each cue of a robot user, a line a record. All must be of one benchmark."""
    import plotly.graph_objects as go

    curves = table.curves(records)
    figure = go.Figure()
    for number, (_, curve) in enumerate(curves.groupby("record", sort=False)):
        name = html.escape(f"{curve['method'].iloc[0]}, {curve['checkpoint'].iloc[0]}")
        line = {"color": COLOURS[number % len(COLOURS)]}
        figure.add_trace(go.Scatter(x=curve["cues"], y=curve["iou"], mode="lines+markers", name=name, line=line))
    figure.update_xaxes(title=text.cue_label(curves["cue"].iloc[0]), dtick=1)
    figure.update_yaxes(title="IoU", range=[0, 1])
    return _styled(figure)


def transparent(figure: go.Figure) -> go.Figure:
    """The figure, readable on light and on dark: nothing behind it, and grey ink and grid."""
    figure.update_layout(paper_bgcolor=CLEAR, plot_bgcolor=CLEAR, font={"color": INK})
    figure.update_xaxes(gridcolor=GRID, zeroline=False)
    figure.update_yaxes(gridcolor=GRID, zeroline=False)
    return figure


def _points(records: Sequence[Record], metric: str) -> pandas.DataFrame:
    """The rows of the records, with what the figure says of their labels."""
    rows = table.table(records, metrics=(metric,) if metric else (), ranked=False)
    by_name = {record.identity.name: record for record in records}
    labels = [text.labels_line(by_name[name].labels, by_name[name].trained_on_this_data) for name in rows["record"]]
    return rows.assign(labelling=labels)


def _scatter(points: pandas.DataFrame, x: str, marker: dict) -> go.Scatter:
    """The points of one method with one kind of labels, with their intervals."""
    import plotly.graph_objects as go

    first = points.iloc[0]
    bars = {"array": points["high"] - points["value"], "arrayminus": points["value"] - points["low"]}
    return go.Scatter(
        x=points[x].astype(float),
        y=points["value"],
        error_y=bars | {"symmetric": False, "thickness": 1},
        mode="markers",
        name=html.escape(", ".join(filter(None, [first["method"], first["labelling"]]))),
        marker=marker,
        text=[
            html.escape(f"{name}, seed {seed}") for name, seed in zip(points["checkpoint"], points["seed"], strict=True)
        ],
        hovertemplate="%{text}<br>%{x:.3s}: %{y:.4f}",
    )


def _line(groups: Sequence[SeedGroup], x: str, line: dict, **options) -> go.Scatter:
    """A line through the means of some results."""
    import plotly.graph_objects as go

    xs, ys = [group.price(x) for group in groups], [group.value for group in groups]
    return go.Scatter(x=xs, y=ys, mode="lines", line=line, hoverinfo="skip", **options)


def _styled(figure: go.Figure) -> go.Figure:
    figure.update_layout(
        margin={"l": 60, "r": 10, "t": 10, "b": 60},
        height=400 + 10 * len(figure.data),  # a legend of many lines takes from the figure on a phone
        showlegend=True,
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"},
    )
    return transparent(figure)
