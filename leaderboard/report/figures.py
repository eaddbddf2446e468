"""Figures of the board, in plotly: accuracy against labels, and IoU against cues. What strangers wrote is escaped."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ..benchmarks import cue_words
from ..metrics import bootstrap, interactive
from ..metrics.registry import sort_key
from ..records.record import Record
from .table import Row

AXES = {
    "label_seconds": "seconds of labelling",
    "labelled_images": "labelled images",
    "share": "share of the training images that are labelled",
}
COLOURS = ("#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#3ca951", "#ff8ab7", "#a463f2", "#97bbf5", "#9c6b4e")
SYMBOLS = ("circle", "square", "diamond", "cross", "triangle-up", "star", "x", "hexagon")
INK, GRID, CLEAR = "#808080", "rgba(128, 128, 128, 0.25)", "rgba(0, 0, 0, 0)"  # readable on light and on dark


def accuracy(rows: Sequence[Row], x: str = "label_seconds") -> go.Figure:
    """The rows of one benchmark and metric against one of AXES: colour = method, symbol = labels, bars = 95 % intervals.

    A point is a record, a line goes through the means over seeds. Rows of which `x` is not known are left out. The dotted
    line joins those that nothing cheaper beats (the Pareto front); models that know the data set are not on it.
    """
    known = [row for row in rows if row[x] is not None and not math.isnan(row["value"])]
    figure = go.Figure()
    methods = sorted({row["method"] for row in known})
    labels = sorted({labelling(row) for row in known})
    for method in methods:
        for told in labels:
            some = [row for row in known if (row["method"], labelling(row)) == (method, told)]
            figure.add_traces(_points(some, x, methods.index(method), labels.index(told)))
    paid = [row for row in known if not row["knows"]]
    front = bootstrap.pareto_front(paid, lambda row: row[x], lambda row: sort_key(row["value"], row["metric"]))
    if len(front) > 1:
        line = {"color": INK, "dash": "dot", "width": 1}
        xs, ys = [row[x] for row in front], [row["value"] for row in front]
        figure.add_trace(go.Scatter(x=xs, y=ys, mode="lines", line=line, name="best for the price", hoverinfo="skip"))
    positive = all(row[x] > 0 for row in known)
    figure.update_xaxes(title=AXES[x], type="log" if positive and x != "share" else "linear")
    figure.update_yaxes(title=known[0]["metric"] if known else "")
    return _styled(figure)


def labelling(row: Row) -> str:
    """The labels of a row in a few words, however many there are: their kinds, whether there were others than on training
    pictures, and whether the model knows the data set."""
    kinds = cue_words.kinds(str(row["cue"]))
    more = ["unlabelled"] if row["unlabelled_images"] and row["labels"] == "reproduced" else []
    more = ["on test pictures"] if row["labels"] == "given" else more
    return " ".join(filter(None, [kinds, *more, *(["(knows the data)"] if row["knows"] else [])]))


def has_click_curve(record: Record) -> bool:
    """Whether a robot user gave cues, on at least one picture: then there is a line of `clicks`."""
    return "clicks" in record.packed and bool((record.parts["clicks"][:, :1] >= 0).any())


def clicks(records: Sequence[Record]) -> go.Figure:
    """Mean IoU of the objects after each cue of a robot user, a line a record. All must be of one benchmark and
    `has_sessions`."""
    figure = go.Figure()
    for i, record in enumerate(records):
        curve = interactive.mean_curve(record.parts["clicks"])
        name = html.escape(f"{record.method}, {record.checkpoint}")
        line = {"color": COLOURS[i % len(COLOURS)]}
        figure.add_trace(
            go.Scatter(x=np.arange(1, len(curve) + 1), y=curve, mode="lines+markers", name=name, line=line)
        )
    figure.update_xaxes(title=f"{records[0].labels.cue}", dtick=1)
    figure.update_yaxes(title="IoU", range=[0, 1])
    return _styled(figure)


def _points(rows: list[Row], x: str, colour: int, symbol: int) -> list[go.Scatter]:
    """The points of one method with one kind of labels, and a line where there is more than one budget."""
    if not rows:
        return []
    values = np.array([row["value"] for row in rows])
    bars = {
        "array": np.array([row["high"] for row in rows]) - values,
        "arrayminus": values - np.array([row["low"] for row in rows]),
        "symmetric": False,
        "thickness": 1,
    }
    shade = COLOURS[colour % len(COLOURS)]
    points = go.Scatter(
        x=[row[x] for row in rows],
        y=values,
        error_y=bars,
        mode="markers",
        name=html.escape(", ".join(text for text in (rows[0]["method"], labelling(rows[0])) if text)),
        marker={"color": shade, "symbol": SYMBOLS[symbol % len(SYMBOLS)], "size": 9},
        text=[html.escape(f"{row['checkpoint']}, seed {row['seed']}") for row in rows],
        hovertemplate="%{text}<br>%{x:.3s}: %{y:.4f}",
    )
    means = _means(rows, x)
    line = {"color": shade, "width": 1}
    through = go.Scatter(x=means[0], y=means[1], mode="lines", line=line, showlegend=False, hoverinfo="skip")
    return [points, through] if len(means[0]) > 1 else [points]


def _means(rows: list[Row], x: str) -> tuple[list[float], list[float]]:
    """The means over seeds of `x` and of the value, for each setting and budget, by `x`."""
    budgets: dict[tuple, list[Row]] = {}
    for row in rows:
        budgets.setdefault((row["cue"], row["share"] or row["labelled_images"], row["backbone"]), []).append(row)
    found = [[float(np.mean([row[key] for row in some])) for key in (x, "value")] for some in budgets.values()]
    return tuple(map(list, zip(*sorted(found), strict=True)))


def transparent(figure: go.Figure) -> go.Figure:
    """Readable on light and on dark: nothing behind it, and grey ink and grid."""
    figure.update_layout(paper_bgcolor=CLEAR, plot_bgcolor=CLEAR, font={"color": INK})
    figure.update_xaxes(gridcolor=GRID, zeroline=False)
    figure.update_yaxes(gridcolor=GRID, zeroline=False)
    return figure


def _styled(figure: go.Figure) -> go.Figure:
    figure.update_layout(
        margin={"l": 60, "r": 10, "t": 10, "b": 60},
        height=400 + 10 * len(figure.data),  # a legend of many lines takes from the figure on a phone
        showlegend=True,
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"},
    )
    return transparent(figure)
