"""Where the board's records come from: a results data set of the Hub."""

from __future__ import annotations

from leaderboard.records import hub_sync
from ui.board import records
from ui.board.records import RecordSource


def test_a_results_data_set_is_read_and_what_is_wrong_with_it_is_said(hub_server, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(records.constants, "HF_HOME", str(tmp_path / "home"))
    hub_sync.push(folder, "ann/results")
    one = RecordSource(tmp_path / "empty", "ann/results")
    one.refresh()
    assert (len(one.summaries), one.note) == (14, "")
    none = RecordSource(tmp_path / "empty", "ann/nothing")
    none.refresh()
    assert "there is no ann/nothing" in none.note
    assert none.summaries == ()
    hub_server.asked.clear()
    one.refresh()
    assert hub_server.asked == []  # not before PULL seconds have passed
