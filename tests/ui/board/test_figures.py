"""The board's figures: bars, dots, the front, curves of robot users, and models that know the data."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leaderboard.analysis import label_efficiency
from leaderboard.analysis.record_index import RecordSummary
from leaderboard.records import store
from leaderboard.records.record import Labels
from leaderboard.report import table
from recipes.builtin import interact
from tests.support import board_scenes as boards
from tests.support.board_results import group, read
from ui.board import figures, history, notes, style, tables, view
from ui.board.view import BoardView
from wss_core.builtin import pretrained


def test_the_figure_has_bars_dots_and_a_front(folder):
    some = view.view_contents(BoardView(), read(folder)).groups
    figure = figures.accuracy(label_efficiency.series(some), label_efficiency.front(some), "label_seconds")
    by_name = {trace.name: trace for trace in figure.data if trace.name}
    assert {"best buys", "points", "full masks", "scribbles", "probe", "network"} <= set(by_name)
    assert len(by_name["one training"].x) == 12
    assert figure.layout.xaxis.type == "log"
    lines = [trace for trace in figure.data if trace.error_y.array]
    assert sum(value is not None for trace in lines for value in trace.y) == 7
    assert figures.accuracy([], [], "share").layout.xaxis.tickformat == ".0%"


def test_a_robot_users_curve_by_click_and_by_second():
    record = replace(boards.record(), labels=Labels(cue="clicks"))
    entry = RecordSummary(record, None, (0.2, 0.6))
    assert list(figures.clicks([entry], False).data[0].x) == [1, 2]
    assert list(figures.clicks([entry], True).data[0].x) == pytest.approx([2.4, 4.8])


def test_a_model_that_had_labels_of_the_data_before_is_no_best_buy(tmp_path):
    assert set(pretrained.LEARNED_FROM) == set(interact.SHARES)
    fields = {"source": "horses", "settings": {"features": "builtin"}}
    knows, also = group(0.9, 20, share=0.1, **fields), group(0.95, 90, **fields)
    paid = group(0.5, 60, source="horses", settings={"features": "texture", "backbone": None})
    strange = group(0.5, 60, source="streets", settings={"spread": "learned"})
    assert [one.record.trained_on_this_data for one in (knows, paid, strange)] == [True, False, False]
    some = [also, knows, paid]
    assert label_efficiency.front(some) == [paid]
    assert [best.group for best in label_efficiency.best(some, (100, 1000))] == [paid]
    assert "No method here" in tables.gains(label_efficiency.series([knows, also]), 30, 10)
    assert list(tables.results(some)["knows the data"]) == ["yes", "yes", ""]
    assert [style.marker(one, 9)["opacity"] < 1 for one in (knows, paid)] == [True, False]
    assert [style.line_colour(one).endswith(", 1)") for one in (knows, paid)] == [False, True]
    better = replace(knows.record, scores={"miou": replace(knows.record.scores["miou"], value=0.9)})
    drawn = history.history_figure([replace(knows, records=(better,)), paid]).data
    assert list(drawn[0].y) == [paid.record.scores["miou"].value] * 2  # the best so far
    assert (
        sum(not shade.endswith(", 1)") for trace in drawn[1:] if trace.text is not None for shade in trace.marker.color)
        == 1
    )
    assert table.table([knows.record])["knows"][0] == "yes"
    store.write(knows.record, tmp_path)
    source = read(tmp_path)
    contents = view.view_contents(BoardView(), source)
    assert notes.KNOWS in notes.note(contents, label_efficiency.series(contents.groups), source)
