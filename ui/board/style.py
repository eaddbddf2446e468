"""How the board's figures look: colour = kind of labels, shape = method, the same in all of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from leaderboard.analysis.seed_groups import SeedGroup
from leaderboard.report.figures import AXES, CLEAR, COLOURS, INK, SYMBOLS, transparent
from leaderboard.report.text import CUES
from wss_core.methods import names

from . import text

if TYPE_CHECKING:
    import plotly.graph_objects as go

KINDS = tuple(  # of labels, in the order of COLOURS
    CUES.get(word, word) for word in ("full", "scribbles", "boxes", "points", "people", "tags", "labels", "partial")
)
MAX_NAME = 25  # characters in a legend
TICKS = {1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min", 3600: "1 h", 36_000: "10 h", 360_000: "100 h"}
BETWEEN = {3: "3 s", 30: "30 s", 180: "3 min", 1800: "30 min", 10_800: "3 h", 108_000: "30 h", 1_080_000: "300 h"}
MAX_TICKS = 6  # of more, those BETWEEN are left out
PALE = 0.35  # opacity
ENTRY, LETTER = 95, 6.7  # pixels in the legend: of an entry at least, of a letter on average
TITLES = AXES | {"share": "share of the training pictures that are labelled", "label_seconds": "time spent labelling"}


def kinds_and_methods(groups: Iterable[SeedGroup]) -> tuple[list[str], list[str]]:
    """The kinds of labels and the methods there are, in the order of their colours and shapes."""
    records = [group.record for group in groups]
    kinds, methods = {text.kind(record) for record in records}, {record.method for record in records}
    known = [kind for kind in KINDS if kind in kinds]
    ours = [name for name in names() if name in methods]
    return [*known, *sorted(kinds - set(known))], [*ours, *sorted(methods - set(ours))]


def legend(kinds: Iterable[str], methods: Iterable[str]) -> list[go.Scatter]:
    """What colours and shapes mean: entries without points."""
    import plotly.graph_objects as go

    entries = [(text.safe(kind, MAX_NAME), colour(kind), "square", 12) for kind in kinds]
    entries += [(text.safe(method, MAX_NAME), INK, symbol(method), 10) for method in methods]
    return [
        go.Scatter(
            x=[None], y=[None], mode="markers", name=name, marker={"color": shade, "symbol": shape, "size": size}
        )
        for name, shade, shape, size in entries
    ]


def marker(group: SeedGroup, size: int) -> dict:
    """The marker of a result: hollow where the labels are given on the test pictures, pale where the model knows the data."""
    hollow = "-open" if group.record.labels.source == "given" else ""
    return {
        "color": colour(text.kind(group.record)),
        "symbol": symbol(group.record.method) + hollow,
        "size": size,
        "line": {"width": 2 if hollow else 0},
        "opacity": PALE if group.record.trained_on_this_data else 1.0,
    }


def line_colour(group: SeedGroup) -> str:
    """The colour of a result for lines and bars, which have no opacity of their own: pale where the model knows the data."""
    from plotly.colors import hex_to_rgb

    red, green, blue = hex_to_rgb(colour(text.kind(group.record)))
    return f"rgba({red}, {green}, {blue}, {PALE if group.record.trained_on_this_data else 1})"


def colour(kind: str) -> str:
    """The colour of a kind of labels, the same in every view."""
    return COLOURS[KINDS.index(kind)] if kind in KINDS else COLOURS[-1]


def symbol(method: str) -> str:
    """The shape of a method, the same in every view."""
    return SYMBOLS[names().index(method) % len(SYMBOLS)] if method in names() else SYMBOLS[-1]


def set_price_axis(figure: go.Figure, x: str, prices: Sequence[float]) -> None:
    """Make the x axis that of a price: logarithmic but for a share, and in words for a time."""
    positive = bool(prices) and min(prices) > 0
    figure.update_xaxes(title=TITLES[x], type="log" if positive and x != "share" else "linear")
    if x == "share":
        figure.update_xaxes(tickformat=".0%", range=[0, 1.03])
    if x == "label_seconds" and positive:
        figure.update_xaxes(**_time_ticks(min(prices), max(prices)))


def _time_ticks(low: float, high: float) -> dict:
    """From a tick to a tick, so that a short stretch of time has its bearings too."""
    ticks = dict(sorted((TICKS | BETWEEN).items()))
    first = max((tick for tick in ticks if tick < low), default=low)
    last = min((tick for tick in ticks if tick > high), default=high)
    ticks = {tick: name for tick, name in ticks.items() if first <= tick <= last}
    if len(ticks) > MAX_TICKS:
        ticks = {tick: name for tick, name in ticks.items() if tick in TICKS}
    ends = math.log10(first), math.log10(last)
    room = 0.03 * (ends[1] - ends[0])  # for the names of the outer ones
    return {"tickvals": list(ticks), "ticktext": list(ticks.values()), "range": [ends[0] - room, ends[1] + room]}


def set_layout(figure: go.Figure, height: int, even: bool = True) -> go.Figure:
    """The figure, readable on light and on dark, with a legend below that needs no click. even: all entries of the legend are
    as wide as the widest."""
    lengths = [len(trace.name) for trace in figure.data if trace.name and trace.showlegend is not False]
    figure.update_layout(
        font={"size": 13},
        margin={"l": 48, "r": 10, "t": 10, "b": 50},
        height=height,
        legend={
            "orientation": "h",
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "entrywidth": max(ENTRY, *(LETTER * length for length in lengths)) if even and lengths else None,
            "font": {"size": 12},
            "itemclick": False,
            "itemdoubleclick": False,
        },
        hoverlabel={"align": "left"},
        dragmode=False,  # else a finger on the figure cannot scroll the page
        modebar={"remove": ["zoom", "pan", "select", "lasso", "autoscale"], "bgcolor": CLEAR},
    )
    return transparent(figure)
