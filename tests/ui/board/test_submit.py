"""Who may submit a checkpoint, and what is answered."""

from __future__ import annotations

from tests.support import board_scenes as boards
from tests.support.board_results import EVIL
from ui.board import evaluation, layout, submit
from ui.board.records import RecordSource
from ui.board.state import BoardState
from ui.board.submission_queue import EvaluationQueue
from ui.server import user


def test_strangers_submit_only_where_the_board_lets_them(tmp_path, monkeypatch):
    monkeypatch.setattr(evaluation, "available_benchmarks", lambda: {"discs": boards.DISCS})
    monkeypatch.delenv("WSS_BOARD_SUBMIT", raising=False)
    state = BoardState(RecordSource(tmp_path))
    state.queue = EvaluationQueue(lambda job, stop: "")
    assert "takes no submissions" in submit.submit(state, "ann/a", layout.ALL, user.NOBODY)
    assert state.queue.jobs() == []
    assert "is queued" in submit.submit(state, "ann/a", layout.ALL, user.User(None))
    monkeypatch.setenv("WSS_BOARD_SUBMIT", "1")
    assert "is queued" in submit.submit(state, "ann/b", layout.ALL, user.NOBODY)
    assert [item.own for item in state.queue.jobs()] == [False, True]
    for name in ("/etc/passwd", "builtin", "../x/y", EVIL, ""):
        answer = submit.submit(state, name, layout.ALL, user.NOBODY)
        assert "no name on the Hub" in answer
        assert "<img" not in answer
    monkeypatch.setattr(evaluation, "available_benchmarks", dict)
    assert "set WSS_DATA" in submit.submit(state, "ann/c", layout.ALL, user.NOBODY)
