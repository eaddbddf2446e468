"""Figures of the board as PNG, drawn by matplotlib: what turns plotly's own into pictures is a browser."""

from __future__ import annotations

import html
import io
import math

import plotly.graph_objects as go

MARKERS = {
    "circle": "o",
    "square": "s",
    "diamond": "D",
    "cross": "P",
    "triangle-up": "^",
    "star": "*",
    "x": "X",
    "hexagon": "h",
}
DASHES = {"dot": ":", "dash": "--"}
ROWS = 12  # of a legend beside the figure, before it takes a second column


def png(figure: go.Figure, title: str = "") -> bytes:
    """The PNG of a figure of `plots`: points with their bars, and lines."""
    from matplotlib.figure import Figure

    drawn = Figure(figsize=(9, 5), layout="constrained")
    axes = drawn.subplots()
    for trace in figure.data:
        _draw(axes, trace)
    x, y = figure.layout.xaxis, figure.layout.yaxis
    axes.set(title=title, xlabel=x.title.text, ylabel=y.title.text, xscale="log" if x.type == "log" else "linear")
    axes.grid(alpha=0.3)
    if figure.data:
        drawn.legend(loc="outside right upper", fontsize=8, ncols=math.ceil(len(figure.data) / 3 / ROWS))
    made = io.BytesIO()
    drawn.savefig(made, format="png", dpi=110)
    return made.getvalue()


def _draw(axes, trace: go.Scatter) -> None:
    told = {"label": html.unescape(trace.name or "")}
    if "lines" in trace.mode:
        told |= {
            "color": trace.line.color,
            "linestyle": DASHES.get(trace.line.dash, "-"),
            "linewidth": trace.line.width,
        }
    if "markers" in trace.mode:
        told |= {"marker": MARKERS.get(trace.marker.symbol, "o"), "color": trace.marker.color or trace.line.color}
    if trace.error_y.array is None:
        axes.plot(trace.x, trace.y, **told)
    else:
        bars = [trace.error_y.arrayminus, trace.error_y.array]
        axes.errorbar(trace.x, trace.y, yerr=bars, linestyle="none", elinewidth=1, **told)
