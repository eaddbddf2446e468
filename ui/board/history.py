"""The figure of all records by their date, with the best so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leaderboard.analysis.seed_groups import SeedGroup
from leaderboard.metrics.registry import METRICS
from leaderboard.report.figures import INK
from leaderboard.report.text import metric_label

from . import style, text

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go


def history_figure(groups: Sequence[SeedGroup]) -> go.Figure:
    """Every record by its date, and the best so far of models that do not know the data set, whose points are pale."""
    import plotly.graph_objects as go

    figure = go.Figure()
    points = _dated(groups)
    best = _best_so_far(points, groups[0].metric) if groups else points
    line = {"shape": "hv", "color": INK, "width": 2}
    figure.add_trace(
        go.Scatter(x=best["date"], y=best["value"], mode="lines", line=line, name="best so far", hoverinfo="skip")
    )
    kinds, methods = style.kinds_and_methods(groups)
    for method in methods:
        some = points[points["method"] == method]
        figure.add_trace(
            go.Scatter(
                x=some["date"],
                y=some["value"],
                mode="markers",
                marker={"color": some["colour"], "symbol": style.symbol(method), "size": 8},
                text=some["hover"],
                hovertemplate="%{x}: %{y:.3f}<br>%{text}<extra></extra>",
                showlegend=False,
            )
        )
    figure.add_traces(style.legend(kinds, methods))
    figure.update_xaxes(title="evaluated on", type="date")
    figure.update_yaxes(title=metric_label(groups[0].metric) if groups else "")
    return style.set_layout(figure, 480)


def _dated(groups: Sequence[SeedGroup]) -> pandas.DataFrame:
    """A row for each training, by date: date, value, method, paid (the model did not know the data), colour and hover."""
    import pandas

    rows = [
        {
            "date": record.date,
            "value": record.scores[group.metric].value,
            "method": group.record.method,
            "paid": not group.record.trained_on_this_data,
            "colour": style.line_colour(group),
            "hover": text.hover(group),
        }
        for group in groups
        for record in group.records
    ]
    points = pandas.DataFrame(rows, columns=["date", "value", "method", "paid", "colour", "hover"])
    return points.dropna(subset="value").sort_values("date", kind="stable")


def _best_so_far(points: pandas.DataFrame, metric: str) -> pandas.DataFrame:
    """The dates on which the best value changed, and that of the last record."""
    import pandas

    paid = points[points["paid"].astype(bool)]
    best = paid["value"].cummin() if METRICS[metric].lower_is_better else paid["value"].cummax()
    steps = paid.assign(value=best)[best.diff() != 0]
    if steps.empty:
        return steps
    return pandas.concat([steps, points.tail(1).assign(value=best.iloc[-1])])
