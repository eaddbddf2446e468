"""Views of the board: as a link and back, filters, and views of boards with many records."""

from __future__ import annotations

from tests.support.board_results import read
from ui.board import view
from ui.board.records import RecordSource
from ui.board.view import BoardView


def test_a_view_is_a_link_and_comes_back():
    one = BoardView(data="horses & more", metric="dice", x="share", cue=("points", "full masks"), method=("a=b",))
    assert view.parse_query(one.query) == one
    assert one.query.startswith("?tab=board&")
    assert view.parse_query("") == view.parse_query("?tab=board") == BoardView()
    assert view.parse_query("?x=secrets&data=a").x == "label_seconds"
    assert view.parse_query("?" + "cue=a&" * 10_000) == BoardView()
    assert len(view.parse_query("?data=" + "a" * 10_000).data) < 2000


def test_what_a_link_tells_wrongly_is_as_usual(folder):
    found = view.view_contents(view.parse_query("?data=nowhere&metric=evil&cue=evil&method=probe"), read(folder))
    assert found.view == BoardView(data="discs", metric="miou", method=("probe",))
    assert {one.record.method for one in found.groups} == {"probe"}
    assert found.titles == ("discs", "else")
    assert found.metrics == ("miou", "dice", "accuracy")
    assert found.options["cue"] == ("full masks", "points", "scribbles")
    assert found.options["track"] == ("efficiency", "trained")


def test_filters_hold_together(folder):
    found = view.view_contents(BoardView(cue=("full masks",), method=("probe",), track=("efficiency",)), read(folder))
    assert [one.record.labels.cue for one in found.groups] == ["full", "full"]
    assert view.view_contents(BoardView(cue=("points",), method=("network",)), read(folder)).groups == ()


def test_many_records_do_not_hold_up_a_visitor(folder, monkeypatch):
    monkeypatch.setattr(view, "MAX_READ", 3)
    one = RecordSource(folder)
    one.read_folders()
    found = view.view_contents(BoardView(), one)
    assert not found.settled
    assert found.groups[0].rank is None
    one.refresh()
    found = view.view_contents(BoardView(), one)
    assert found.settled
    assert found.groups[0].rank == 1
    assert not view.view_contents(BoardView(metric="dice"), one).settled
    one.refresh()  # it was asked for
    assert view.view_contents(BoardView(metric="dice"), one).settled
