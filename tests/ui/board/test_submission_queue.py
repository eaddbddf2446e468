"""The queue of submissions: bounded, one at a time, each with what became of it."""

from __future__ import annotations

import threading

import pytest

from tests.support.board_results import until
from ui.board.submission_queue import EvaluationQueue, Submission


def test_the_queue_is_bounded_does_one_at_a_time_and_says_why_not():
    go, running = threading.Event(), []

    def carry(item: Submission, stop) -> str:
        running.append(item.repo)
        assert go.wait(30)
        if item.repo == "a/1":
            raise ValueError("it has other classes")
        if item.repo == "a/2":
            raise RuntimeError("secret")
        return "discs: miou 0.5"

    queue = EvaluationQueue(carry, max_unfinished=3)
    for name in ("a/0", "a/1", "a/2"):
        queue.submit(name, "", False)
    with pytest.raises(ValueError, match="the most possible"):
        queue.submit("a/3", "", False)
    with pytest.raises(ValueError, match="queued already"):
        queue.submit("a/1", "", False)
    until(lambda: running == ["a/0"])
    assert [item.state for item in queue.jobs()] == ["waiting", "waiting", "running"]
    go.set()
    until(lambda: not queue.busy)
    outcomes = {job.repo: (job.state, job.reason) for job in queue.jobs()}
    assert outcomes["a/0"] == ("done", "discs: miou 0.5")
    assert outcomes["a/1"] == ("failed", "it has other classes")
    assert outcomes["a/2"] == ("failed", "the board failed on it (RuntimeError). Tell whoever runs this board")


def test_what_takes_too_long_is_ended():
    def carry(item: Submission, stop) -> str:
        assert stop.wait(30)
        raise RuntimeError

    queue = EvaluationQueue(carry, minutes=0.001)
    queue.submit("a/0", "", False)
    until(lambda: not queue.busy)
    assert queue.jobs()[0].reason.startswith("it took more than 0.001 minutes")


def test_ended_ones_are_forgotten_in_the_end():
    queue = EvaluationQueue(lambda item, stop: "", max_ended=2)
    for number in range(6):
        queue.submit(f"a/{number}", "", False)
        until(lambda: not queue.busy)
    assert [item.repo for item in queue.jobs()] == ["a/5", "a/4", "a/3"]
