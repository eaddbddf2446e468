"""Figures of the report: points, intervals, lines and the front of what has a price; curves of robot users."""

from dataclasses import replace

import numpy as np
import pytest

from leaderboard.report import figures
from tests.support.board_results import trial


def test_the_figure_shows_what_has_a_price(records):
    figure = figures.accuracy(records)
    names = [trace.name for trace in figure.data]
    assert names == ["colours, full masks", "probe, points", "best for the price"]
    assert list(figure.data[2].x) == [40.5, 711.0]
    assert len(figure.data[0].error_y.array) == 3
    assert figure.layout.xaxis.type == "log"
    assert len(figures.accuracy([]).data) == 0
    (strange,) = figures.accuracy([replace(records[1], method="<b>", checkpoint="<a>")]).data
    assert strange.name == "&lt;b&gt;, full masks"  # plotly knows some tags
    assert list(strange.text) == ["&lt;a&gt;, seed 1"]


def test_a_line_joins_the_means_over_seeds_of_what_differs_in_the_number_of_labels_alone():
    few = [trial(0.5, seed, seconds=60.0, share=0.5) for seed in (0, 1)]
    many = [trial(0.7, seed, seconds=120.0, share=1.0) for seed in (0, 1)]
    other = [
        replace(record, settings={"steps": 9}) for record in (trial(0.3, 2), trial(0.4, 3, share=1.0, seconds=120.0))
    ]
    figure = figures.accuracy([*few, *many, *other])
    lines = [trace for trace in figure.data if trace.mode == "lines" and trace.name is None]
    assert [list(line.x) for line in lines] == [[60.0, 120.0]] * 2
    means = [np.mean([record.scores["miou"].value for record in some]) for some in (few, many)]
    assert list(lines[0].y) == pytest.approx(means)
    (points,) = (trace for trace in figure.data if trace.mode == "markers")
    assert len(points.x) == 6


def test_a_model_that_knows_the_data_is_not_on_the_front(records):
    knows = replace(records[0], source="horses", settings={"features": "builtin"})
    assert knows.trained_on_this_data
    names = [trace.name for trace in figures.accuracy([knows, records[3]]).data]
    assert names == ["colours, full masks (knows the data)", "probe, points"]


def test_clicks_are_a_curve(records):
    rows = np.full((3, 20), -1)
    rows[0, :2], rows[1, :3] = (5000, 9000), (2000, 4000, 8000)  # the third picture has no object
    clicked = replace(records[0], packed={"clicks": {}})
    clicked.__dict__["parts"] = {"clicks": rows}
    (curve,) = figures.benchmark_figure([clicked]).data
    assert list(curve.y[:3]) == [0.35, 0.65, 0.85]
    assert curve.y[-1] == 0.85
