"""Figures of the board as PNG, drawn by matplotlib, because plotly needs a browser to make pictures of its own figures."""

from __future__ import annotations

import html
import io
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
LEGEND_ROWS = 12  # of a legend beside the figure, before it takes a second column


def png(figure: go.Figure, title: str = "") -> bytes:
    """The PNG of a figure of the report: points with their intervals, and lines."""
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(9, 5), layout="constrained")
    axes = canvas.subplots()
    for trace in figure.data:
        draw_trace(axes, trace)
    x, y = figure.layout.xaxis, figure.layout.yaxis
    axes.set(title=title, xlabel=x.title.text, ylabel=y.title.text, xscale="log" if x.type == "log" else "linear")
    axes.grid(alpha=0.3)
    if figure.data:
        canvas.legend(loc="outside right upper", fontsize=8, ncols=math.ceil(len(figure.data) / 3 / LEGEND_ROWS))
    file = io.BytesIO()
    canvas.savefig(file, format="png", dpi=110)
    return file.getvalue()


def draw_trace(axes, trace: go.Scatter) -> None:
    """Draw a trace of plotly on matplotlib's axes."""
    options = {"label": html.unescape(trace.name or "")}
    if "lines" in trace.mode:
        options |= {
            "color": trace.line.color,
            "linestyle": DASHES.get(trace.line.dash, "-"),
            "linewidth": trace.line.width,
        }
    if "markers" in trace.mode:
        options |= {"marker": MARKERS.get(trace.marker.symbol, "o"), "color": trace.marker.color or trace.line.color}
    if trace.error_y.array is None:
        axes.plot(trace.x, trace.y, **options)
    else:
        bars = [trace.error_y.arrayminus, trace.error_y.array]
        axes.errorbar(trace.x, trace.y, yerr=bars, linestyle="none", elinewidth=1, **options)
