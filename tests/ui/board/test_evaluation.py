"""A submission is evaluated without reaching anything of this machine."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from tests.support import board_scenes as boards
from ui.board import evaluation
from ui.board.records import RecordSource
from ui.board.submission_queue import Submission
from wss_core.hub import push
from wss_core.methods import create


def test_a_strangers_submission_reaches_nothing_of_this_machine(hub_server, tmp_path, monkeypatch):
    monkeypatch.setattr(evaluation, "available_benchmarks", lambda: {"discs": boards.DISCS})
    monkeypatch.chdir(tmp_path)
    push(create("grabcut"), "ann/secret", private=True)
    item = Submission(repo="ann/secret", benchmark="", own=False, date="")
    with pytest.raises(ValueError, match="there is no ann/secret"):
        evaluation.evaluate_submission(item, threading.Event(), RecordSource(tmp_path))
    with pytest.raises(ValueError, match="fits none of discs"):
        evaluation.evaluate_submission(replace(item, own=True), threading.Event(), RecordSource(tmp_path))
    (tmp_path / "ann" / "secret").mkdir(parents=True)
    with pytest.raises(ValueError, match="also the name of a folder"):
        evaluation.evaluate_submission(replace(item, own=True), threading.Event(), RecordSource(tmp_path))
    push(create("propagate", features="timm:hf-hub:ann/other"), "ann/fetches")
    with pytest.raises(ValueError, match="fetched from another repository"):
        evaluation.evaluate_submission(
            Submission(repo="ann/fetches", benchmark="", own=False, date=""), threading.Event(), RecordSource(tmp_path)
        )
