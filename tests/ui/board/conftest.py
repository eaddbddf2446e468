"""A folder of made-up results."""

import pytest

from tests.support.board_results import write_results
from ui.board.records import RecordSource
from ui.board.state import BoardState


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """See `write_results`."""
    return write_results(tmp_path_factory.mktemp("results"))


@pytest.fixture
def show(board_state, monkeypatch):
    """show(folder, repo=""): the page shows these results from now on, with an empty queue."""

    def replace(folder, repo: str = "") -> BoardState:
        fresh = BoardState(RecordSource(folder, repo))
        monkeypatch.setattr(board_state, "source", fresh.source)
        monkeypatch.setattr(board_state, "queue", fresh.queue)
        return board_state

    return replace
