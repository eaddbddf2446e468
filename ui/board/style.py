"""How the board's figures look: colour = kind of labels, shape = method, the same in all of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import plotly.graph_objects as go
from plotly.colors import hex_to_rgb

from leaderboard.analysis.standings import SeedGroup
from leaderboard.report.figures import AXES, CLEAR, COLOURS, INK, SYMBOLS, transparent
from wss_core.methods import names

from . import text

KNOWN = ("full masks", "scribbles", "boxes", "points", "people's scribbles", "image tags", "masks", "partial masks")
NAMED = 19  # characters in a legend
TICKS = {1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min", 3600: "1 h", 36_000: "10 h", 360_000: "100 h"}
MANY = 6  # ticks, above which those BETWEEN are left out
BETWEEN = {3: "3 s", 30: "30 s", 180: "3 min", 1800: "30 min", 10_800: "3 h", 108_000: "30 h", 1_080_000: "300 h"}
PALE = 0.35  # opacity
ENTRY, LETTER = 95, 6.7  # pixels in the legend: of an entry at least, of a letter on average
TITLES = AXES | {"share": "share of the training pictures that are labelled", "label_seconds": "time spent labelling"}


def kinds_and_methods(standings: Iterable[SeedGroup]) -> tuple[list[str], list[str]]:
    """The kinds of labels and the methods there are, in the order of their colours and shapes."""
    found = list(standings)
    kinds = {text.kind(one.record) for one in found}
    methods = {one.record.method for one in found}
    first = [kind for kind in KNOWN if kind in kinds]
    ours = [name for name in names() if name in methods]
    return [*first, *sorted(kinds - set(first))], [*ours, *sorted(methods - set(ours))]


def legend(kinds: Iterable[str], methods: Iterable[str]) -> list[go.Scatter]:
    """What colours and shapes mean: entries without points."""
    entries = [(text.safe(kind, NAMED), colour(kind), "square", 12) for kind in kinds]
    entries += [(text.safe(method, NAMED), INK, symbol(method), 10) for method in methods]
    return [
        go.Scatter(
            x=[None], y=[None], mode="markers", name=name, marker={"color": shade, "symbol": shape, "size": size}
        )
        for name, shade, shape, size in entries
    ]


def marker(one: SeedGroup, size: int) -> dict:
    """Of a standing: hollow where the labels are given on the test pictures, pale where the model knows the data."""
    hollow = "-open" if one.record.labels.source == "given" else ""
    shade = colour(text.kind(one.record))
    return {
        "color": shade,
        "symbol": symbol(one.record.method) + hollow,
        "size": size,
        "line": {"width": 2 if hollow else 0},
        "opacity": PALE if one.record.trained_on_this_data else 1.0,
    }


def line_colour(one: SeedGroup) -> str:
    """Its colour as plotly writes it, pale where the model knows the data: of what has no opacity of its own."""
    red, green, blue = hex_to_rgb(colour(text.kind(one.record)))
    return f"rgba({red}, {green}, {blue}, {PALE if one.record.trained_on_this_data else 1})"


def colour(kind: str) -> str:
    """Of a kind of labels, the same in every view."""
    return COLOURS[KNOWN.index(kind)] if kind in KNOWN else COLOURS[-1]


def symbol(method: str) -> str:
    """Of a method, the same in every view."""
    return SYMBOLS[names().index(method) % len(SYMBOLS)] if method in names() else SYMBOLS[-1]


def price_axis(figure: go.Figure, x: str, prices: Sequence[float]) -> None:
    """The x axis: logarithmic but for a share, and in words for a time."""
    positive = bool(prices) and min(prices) > 0
    figure.update_xaxes(title=TITLES[x], type="log" if positive and x != "share" else "linear")
    if x == "share":
        figure.update_xaxes(tickformat=".0%", range=[0, 1.03])
    if x == "label_seconds" and positive:
        figure.update_xaxes(**_ticks(min(prices), max(prices)))


def _ticks(low: float, high: float) -> dict:
    """From a tick to a tick, so that a short stretch of time has its bearings too."""
    every = dict(sorted((TICKS | BETWEEN).items()))
    first = max((tick for tick in every if tick < low), default=low)
    last = min((tick for tick in every if tick > high), default=high)
    shown = {tick: title for tick, title in every.items() if first <= tick <= last}
    if len(shown) > MANY:
        shown = {tick: title for tick, title in shown.items() if tick in TICKS}
    ends = math.log10(first), math.log10(last)
    room = 0.03 * (ends[1] - ends[0])  # for the text of the outer ones
    return {"tickvals": list(shown), "ticktext": list(shown.values()), "range": [ends[0] - room, ends[1] + room]}


def styled(figure: go.Figure, height: int, even: bool = True) -> go.Figure:
    """Readable on light and on dark; a legend below that needs no click, its entries as wide as the widest where `even`."""
    named = [len(trace.name) for trace in figure.data if trace.name and trace.showlegend is not False]
    figure.update_layout(
        font={"size": 13},
        margin={"l": 48, "r": 10, "t": 10, "b": 50},
        height=height,
        legend={
            "orientation": "h",
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "entrywidth": max(ENTRY, *(LETTER * count for count in named)) if even and named else None,
            "font": {"size": 12},
            "itemclick": False,
            "itemdoubleclick": False,
        },
        hoverlabel={"align": "left"},
        dragmode=False,  # else a finger on the figure cannot scroll the page
        modebar={"remove": ["zoom", "pan", "select", "lasso", "autoscale"], "bgcolor": CLEAR},
    )
    return transparent(figure)
