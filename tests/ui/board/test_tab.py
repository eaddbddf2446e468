"""What the board tab answers: the overview when it is opened, and the details after it."""

from __future__ import annotations

import gradio as gr
import pytest

from tests.support.board_results import read
from ui.board import layout, tab
from ui.board.records import RecordSource
from ui.board.view import BoardView


@pytest.fixture(scope="module")
def parts():
    """The components of a board that no page shows."""
    with gr.Blocks():
        return layout.BoardComponents([])


def test_an_empty_board_says_how_to_fill_it(parts, tmp_path):
    source = RecordSource(tmp_path)
    source.refresh()
    overview = tab.fill_overview(parts, source, BoardView())
    assert "There are no results yet" in overview[parts.best]
    assert "python -m leaderboard sweep horses-labels" in overview[parts.best]
    assert overview[parts.link] == ""


def test_every_component_is_filled(parts, folder):
    source = read(folder)
    overview = tab.fill_overview(parts, source, BoardView(cue=("points",)))
    assert set(overview) == set(parts.overview)
    assert overview[parts.filters["cue"]]["value"] == ["points"]
    values = {parts.link: overview[parts.link], parts.have: 1, parts.more: None}
    details = tab.fill_details(parts, source, values)
    assert set(details) == set(parts.details)
    assert "at 1 min" in details[parts.gains]


def test_what_a_visitor_chooses_makes_the_view(parts):
    values = dict.fromkeys(parts.view_inputs)
    assert tab.chosen_view(parts, values) == BoardView()
    values |= {parts.data: "horses", parts.x: "share", parts.filters["method"]: ["probe"]}
    assert tab.chosen_view(parts, values) == BoardView(data="horses", x="share", method=("probe",))
