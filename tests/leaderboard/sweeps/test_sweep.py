"""Sweeps: every trial gives a record, the same whoever does it, and nothing is done twice."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from leaderboard.dataclass_json import to_plain
from leaderboard.evaluation.watched_process import LIMITS
from leaderboard.records import store
from leaderboard.records.record import Failure, Labels, Record
from leaderboard.sweeps import grid, train
from leaderboard.sweeps.engines.local import Local
from leaderboard.sweeps.sweep import SweepFolders, run_task, sweep
from leaderboard.tasks.label_budget import LabelBudget
from tests.support import board_scenes as boards
from tests.support.paths import ROOT

SETTINGS = {
    "probe": {"features": "colour", "waves": 16},
    "network": {"backbone": "unet", "width": 8, "crop": 32, "side": 64, "steps": 4, "batch": 2},
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return boards.write_splits(tmp_path_factory.mktemp("data"))


def eval_tasks(data, methods=("probe", "network"), seeds=(0,), **options):
    return grid.eval_tasks(
        boards.LABELS, grid.trials(boards.LABELS, methods, seeds=seeds, settings=SETTINGS, **options), data
    )


@pytest.fixture(scope="module")
def tasks(data):
    return eval_tasks(data, ("propagate", "probe", "network"))


@pytest.fixture(scope="module")
def made(tasks, tmp_path_factory):
    """(what the local engine made, the folder of its records)."""
    results = tmp_path_factory.mktemp("results")
    return list(sweep(tasks, SweepFolders(results), Local(2), progress=False)), results


def records_of(results):
    """{name: (labels, score)} of the records in a folder."""
    return {r.identity.name: (r.labels, r.scores["miou"].value) for r in store.read_all(results)}


def same(results, others):
    """Whether two folders hold the same records, but for how floats were rounded where they were made."""
    first, second = records_of(results), records_of(others)
    return first.keys() == second.keys() and all(
        first[name][0] == labels and abs(first[name][1] - value) < 0.02 for name, (labels, value) in second.items()
    )


def test_every_trial_leads_to_a_record(made, tasks):
    outcomes, results = made
    assert Counter(type(outcome) for outcome in outcomes) == {Record: len(tasks)}
    found = {r.checkpoint: r for r in store.read_all(results)}
    assert set(records_of(results)) == {task.identity.name for task in tasks}
    assert list((results / ".unfinished").iterdir()) == []
    one = found["probe, 0.25 points, seed 0"]
    assert one.labels == Labels(
        cue="points",
        labelled_images=2,
        unlabelled_images=0,
        label_seconds=one.labels.label_seconds,
        share=0.25,
        source="reproduced",
    )
    assert 10 < one.labels.label_seconds < 20  # a click of 2.4 s in each class, and the names of what is there
    assert (one.track, one.method, one.on_hub, one.identity.seed) == ("efficiency", "probe", False, 0)
    assert one.scores["miou"].value > 0.9
    mixed = found["network, 0.25 points, rest none, seed 0"]
    assert (mixed.labels.labelled_images, mixed.labels.unlabelled_images) == (2, 6)
    assert mixed.training["steps"] == 4
    assert [source["split"] for source in mixed.training["data"]] == ["train"]
    given = found["propagate, given points-3, seed 0"]
    assert (given.labels.source, given.labels.labelled_images, given.labels.share) == ("given", 4, None)
    assert found["propagate, given points, seed 0"].labels.label_seconds < given.labels.label_seconds


def test_nothing_is_done_twice(made, tasks, monkeypatch):
    monkeypatch.setattr("leaderboard.sweeps.sweep.evaluate", None)  # it is not even asked
    assert list(sweep(tasks, SweepFolders(made[1]), Local(), progress=False)) == []


def test_a_failure_is_kept_and_tried_again_when_asked(data, tmp_path):
    (task,) = eval_tasks(data, ["probe"], shares=[0.25])
    hurried = Local(1, replace(LIMITS, load=0.01))
    (outcome,) = sweep([task], SweepFolders(tmp_path), hurried, progress=False)
    assert isinstance(outcome, Failure)
    assert outcome.reason == "learning took more than 0.01 s. Make the model faster, or raise the limit"
    assert list(sweep([task], SweepFolders(tmp_path), Local(), progress=False)) == []
    (again,) = sweep([task], SweepFolders(tmp_path), Local(), retry=True, progress=False)
    assert isinstance(again, Record)
    assert store.read_failures(tmp_path) == []


def test_one_that_cannot_learn_says_why_and_the_others_go_on(data, tmp_path):
    tasks = eval_tasks(data, ["probe"], shares=[0.25, 1.0])
    nothing = replace(tasks[0], trial=replace(tasks[0].trial, budget=LabelBudget(cue="none", share=0.25)))
    outcomes = list(sweep([nothing, tasks[1]], SweepFolders(tmp_path), Local(), progress=False))
    assert [type(outcome) for outcome in outcomes] == [Failure, Record]
    assert "probe needs labelled pixels of at least two classes" in outcomes[0].reason


def test_checkpoints_are_kept_when_asked(data, tmp_path):
    (task,) = eval_tasks(data, ["network"], shares=[1.0])
    folders = SweepFolders(tmp_path / "results", tmp_path / "kept")
    run_task(task, folders)
    assert sorted(p.name for p in folders.checkpoint(task).iterdir()) == [
        "config.json",
        "log.jsonl",
        "model.safetensors",
    ]


def test_a_training_that_was_stopped_is_gone_on_with(data, tmp_path, monkeypatch):
    """To the same weights, and not from its start."""
    (task,) = eval_tasks(data, ["network"], shares=[1.0])
    seen = []

    def stopped(step, steps, figures):
        seen.append(step)
        if step == 2 and seen == [1, 2]:
            raise KeyboardInterrupt

    whole = train.train_or_load(task, tmp_path / "whole")
    monkeypatch.setattr(train, "_stop_if_orphaned", stopped)
    with pytest.raises(KeyboardInterrupt):
        train.train_or_load(task, tmp_path / "parts")
    assert (tmp_path / "parts" / "state.pt").exists()
    again = train.train_or_load(task, tmp_path / "parts")
    assert seen == [1, 2, 3, 4]
    assert not (tmp_path / "parts" / "state.pt").exists()
    for name, array in whole.state().items():
        np.testing.assert_array_equal(array, again.state()[name])


@pytest.fixture
def command(data):
    """command(results, *more): the command that makes the records of `tasks`, in a process of its own."""
    running = []

    def begin(results, *more) -> subprocess.Popen:
        (data / "labels.json").write_text(json.dumps(to_plain(boards.LABELS)))
        words = ["sweep", data / "labels.json", "--methods", "propagate", "probe", "network", "--data", data]
        settings = [f"{name}:{key}={value}" for name, some in SETTINGS.items() for key, value in some.items()]
        words += [part for setting in settings for part in ("--setting", setting)]
        words += ["--results", results, "--quiet", "--threads", "1", *more]
        line = [sys.executable, "-m", "leaderboard", *map(str, words)]
        hears = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # children of tests in the background would not
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        running.append(subprocess.Popen(line, cwd=ROOT, preexec_fn=hears, **pipes))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def wait_for(found, seconds=300):
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_two_writers_of_which_one_is_killed_make_the_same_records(made, command, tmp_path):
    pair = [command(tmp_path), command(tmp_path, "--jobs", "2")]
    wait_for(lambda: list(tmp_path.glob("discs-labels/*.json")))
    pair[0].kill()
    said, wrong = pair[1].communicate(timeout=300)
    assert pair[1].returncode == 0, wrong
    assert same(tmp_path, made[1])
    assert "0 failed" in said


def test_ctrl_c_stops_politely(command, tmp_path):
    running = command(tmp_path, "--methods", "network", "--setting", "network:steps=1000000")
    wait_for(lambda: list(tmp_path.glob(".unfinished/*.lock")))
    time.sleep(2)
    os.kill(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=300)
    assert running.returncode == 130
    assert "The same command goes on from here" in said
    assert list(tmp_path.glob("discs-labels/*")) == []


def test_gpus_and_cores_are_shared_out(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,5")
    assert [limits.gpu for limits in Local(3)._limits_of_jobs()] == ["2", "5", "2"]
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert [limits.threads for limits in Local(4)._limits_of_jobs()] == [2] * 4
    assert [limits.threads for limits in Local(1)._limits_of_jobs()] == [0]  # as many as it likes
    assert [limits.threads for limits in Local(2, replace(LIMITS, threads=3))._limits_of_jobs()] == [3, 3]
