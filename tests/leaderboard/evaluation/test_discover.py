"""From a pushed checkpoint to a record in the results data set, by the Hub's unmodified client; and several boards at once."""

from dataclasses import replace

import pytest

from leaderboard.dataclass_json import to_plain
from leaderboard.evaluation.build_record import build_failure
from leaderboard.evaluation.discover import discover, fits
from leaderboard.evaluation.watched_process import EvaluationError, Limits
from leaderboard.records import hub_sync, store
from tests.support import board_scenes as boards
from wss_core import create
from wss_core.hub import checkpoints, push, save

CUED = replace(boards.DISCS, name="discs-boxes", track="interactive", cue="boxes", metrics=("miou", "dice"))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return boards.write_discs(tmp_path_factory.mktemp("data"), count=3)


def test_from_a_push_to_the_results_data_set(hub_server, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pushed = push(create("grabcut", classes=boards.CLASSES), "ann/cut")
    found = discover("hub", [boards.DISCS, CUED], data, tmp_path / "one", limits=Limits(threads=1), progress=False)
    (record,) = found.records
    assert (record.checkpoint, record.identity.checkpoint, record.on_hub) == ("ann/cut", pushed.sha, True)
    assert record.identity.benchmark == "discs-boxes"
    assert hub_sync.push(tmp_path / "one", "ann/results")[0] == 1
    assert hub_sync.pull("ann/results", tmp_path / "two") == 1
    assert to_plain(store.read_all(tmp_path / "two")[0]) == to_plain(record)
    again = discover("hub", [boards.DISCS, CUED], data, tmp_path / "two", progress=False, load=None)
    assert (again.records, again.failures, again.known) == ((), (), 1)


@pytest.fixture
def folder(tmp_path):
    for name in ("a", "b"):
        save(create("grabcut", classes=boards.CLASSES, side=128 if name == "a" else 64), tmp_path / "runs" / name)
    return str(tmp_path / "runs")


def test_a_failure_is_kept_and_tried_again_when_asked(folder, data, tmp_path, monkeypatch):
    evaluated = []

    def fails(task, results, **options):
        evaluated.append(task.checkpoint.source[-1])
        store.write_failure(build_failure(task, "too slow"), results)
        raise EvaluationError("too slow")

    monkeypatch.setattr("leaderboard.evaluation.discover.evaluate", fails)
    first = discover(folder, [CUED], data, tmp_path / "out")
    assert [failure.reason for failure in first.failures] == ["too slow", "too slow"]  # one does not stop the others
    assert discover(folder, [CUED], data, tmp_path / "out").known == 2
    assert len(evaluated) == 2
    assert len(discover(folder, [CUED], data, tmp_path / "out", retry=True).failures) == 2
    assert sorted(evaluated) == ["a", "a", "b", "b"]


def test_which_checkpoint_fits_which_benchmark(folder):
    checkpoint = checkpoints(folder)[0]
    assert fits(checkpoint, CUED)
    assert not fits(checkpoint, boards.DISCS)  # it has learned nothing
    assert fits(replace(checkpoint, training={"seed": 0}), boards.DISCS)
    assert not fits(replace(checkpoint, settings={"classes": ["background", "cat"]}), CUED)
    assert fits(replace(checkpoint, settings={}), CUED)
    own = replace(boards.DISCS, track="efficiency", train="train", cues=("points",), shares=(1.0,))
    assert not fits(replace(checkpoint, training={"seed": 0}), own)
