"""python -m leaderboard, as it is typed: one real run, and the words when something is wrong."""

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace

import pytest

from leaderboard.__main__ import main
from leaderboard.dataclass_json import to_plain
from leaderboard.evaluation.build_record import build_failure
from leaderboard.records import store
from tests.support import board_scenes as boards
from tests.support.paths import ROOT


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    for record in (boards.record(seed=1), boards.record(seed=2, quality=0.5), boards.record(benchmark="others")):
        store.write(replace(record, track="efficiency"), folder)  # the board's own trainings
    return folder


def test_evaluate_and_table_in_a_fresh_process(tmp_path):
    data = boards.write_discs(tmp_path / "data", count=2)
    cued = replace(boards.DISCS, name="mine", track="interactive", cue="scribbles", metrics=("miou", "ece"))
    (tmp_path / "mine.json").write_text(json.dumps(to_plain(cued)))
    args = ["evaluate", "builtin", "--benchmark", tmp_path / "mine.json", "--results", tmp_path / "out", "--data", data]
    ran = subprocess.run(
        [sys.executable, "-m", "leaderboard", *map(str, args)], cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("mine: miou 0.")
    assert "2/2" in ran.stderr  # the progress bar
    (record,) = store.read_all(tmp_path / "out")
    assert record.checkpoint == "builtin"
    assert record.labels.cue == "scribbles"


def test_the_table(results, capsys):
    assert main(["table", "--results", str(results), "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["benchmark"], row["seed"]) for row in rows] == [("discs", "1"), ("discs", "2"), ("others", "0")]
    assert main(["table", "--results", str(results), "--benchmark", "others"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["table", "--results", str(results), "--metric", "dice", "--metric", "accuracy", "--csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 7
    assert main(["table", "--results", str(results), "--merge-seeds"]) == 0
    assert "1 2" in capsys.readouterr().out


def test_failures_are_shown(results, tmp_path, capsys):
    work = boards.eval_task(boards.write_discs(tmp_path / "data", count=1))
    store.write_failure(build_failure(work, "picture 3 took more than 60 s"), tmp_path)
    assert main(["table", "--results", str(tmp_path), "--failures"]) == 0
    assert "discs  ann/discs: picture 3 took more than 60 s" in capsys.readouterr().out


def test_export(results, tmp_path, capsys):
    assert main(["export", "--results", str(results), "--out", str(tmp_path), "--kind", "csv"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["board.csv"]
    assert "board.csv" in capsys.readouterr().out


def test_the_benchmarks_and_what_the_metrics_mean(capsys):
    assert main(["benchmarks"]) == 0
    text = capsys.readouterr().out
    for words in ("trained: a checkpoint segments", "  horses  ", "voc99-clicks", "hd95: pixels between outlines"):
        assert words in text


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["evaluate", "builtin"], "on which benchmark? Give --benchmark NAME"),
        (["evaluate", "builtin", "--benchmark", "horse"], "no benchmark 'horse'. Choose one of: horses"),
        (
            ["evaluate", "builtin", "--benchmark", "horses", "--data", "/nowhere"],
            "the data of horses are not in /nowhere/horses",
        ),
        (["evaluate", "no such", "--benchmark", "horses-labels"], "for horses-labels the board trains itself"),
        (["table", "--results", "/nowhere"], "there is no folder /nowhere. Give --results DIR"),
        (["export", "--results", "/nowhere", "--out", "/tmp/x"], "there are no records to export"),
        (["discover", "--data", "/nowhere"], "no benchmark's data are in /nowhere"),
        (["push", "x", "--results", "/nowhere"], "'x' is no name on the Hub"),
    ],
)
def test_what_is_wrong_is_said(args, words, capsys):
    assert main(args) == 2
    assert words in capsys.readouterr().err


def test_a_stopped_run_says_how_to_go_on(monkeypatch, capsys):
    def stopped(folder):
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "read_all", stopped)
    assert main(["table", "--results", "."]) == 130
    assert "The same command goes on from here" in capsys.readouterr().err
