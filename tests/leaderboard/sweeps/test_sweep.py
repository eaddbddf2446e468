"""The board tries methods itself: which labels, which trials, and the same records whoever does the task."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pytest

from leaderboard.benchmarks import cue_words
from leaderboard.benchmarks.catalog import BENCHMARKS
from leaderboard.dataclass_json import to_plain
from leaderboard.evaluation.watched_process import LIMITS
from leaderboard.records import store
from leaderboard.records.record import Failure, Labels, Record
from leaderboard.sweeps import grid, train
from leaderboard.sweeps.engines.local import Local
from leaderboard.sweeps.sweep import SweepFolders, run_task, sweep
from leaderboard.tasks import label_budget
from leaderboard.tasks import trial as trials
from leaderboard.tasks.label_budget import LabelBudget
from leaderboard.tasks.trial import LOCAL_WEIGHTS, Trial
from tests.support import board_scenes as boards
from tests.support.paths import ROOT
from wss_core.cues import Cues, Example
from wss_core.methods.network import Network

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


def image_of(classes, id="one"):
    """A picture in stripes of all the classes."""
    truth = np.repeat(np.arange(classes, dtype=np.uint8), 8)[:, None].repeat(40, axis=1)
    return Example(np.zeros((*truth.shape, 3), np.uint8), Cues(), truth, id=id)


@pytest.mark.parametrize(
    "word", ["people", "points", "points-3", "points-object", "scribbles-2-object", "points-5-image"]
)
def test_a_cue_is_one_word(word):
    assert str(cue_words.parse(word)) == word


@pytest.mark.parametrize(
    ("word", "words"),
    [("dots", "no cue 'dots'"), ("boxes-2", "only points and scribbles are counted"), ("points-0", "counted, from 1")],
)
def test_what_is_no_cue(word, words):
    with pytest.raises(ValueError, match=words):
        cue_words.parse(word)


def test_cues_are_counted():
    names = tuple("abcd")
    given = {
        word: cue_words.apply_cues(image_of(4), word, 0, names).cues
        for word in ("points-2", "scribbles-5-image", "tags")
    }
    assert Counter(point.label for point in given["points-2"].points) == {0: 2, 1: 2, 2: 2, 3: 2}
    assert Counter(Counter(s.label for s in given["scribbles-5-image"].strokes).values()) == {1: 3, 2: 1}
    assert given["tags"].tags == ("b", "c", "d")
    own = replace(image_of(4), cues=Cues(tags=("b",)), truth=None)
    assert cue_words.apply_cues(own, "people", 0, names) is own
    assert cue_words.apply_cues(own, "tags", 0, names).cues == own.cues
    one = [
        cue_words.apply_cues(image_of(4, str(id)), "points-1-image", 0, names).cues.points[0].label for id in range(20)
    ]
    assert set(one) == {0, 1, 2, 3}  # not always the first class


def test_one_group_is_labelled_after_another():
    groups = ["a", "b", "a", "", "b", "", "a"]
    orders = [label_budget.labelling_order(groups, seed) for seed in range(20)]
    assert all(sorted(order) == list(range(7)) for order in orders)
    for order in orders:
        turns = [groups[place] or place for place in order]
        assert [turn for i, turn in enumerate(turns) if turn not in turns[:i]] == [
            turn for i, turn in enumerate(turns) if i == 0 or turns[i - 1] != turn
        ]
    assert len({tuple(order) for order in orders}) > 10
    assert label_budget.labelling_order(groups, 3) == label_budget.labelling_order(groups, 3)


def test_fewer_are_among_more_and_the_rest_has_no_labels(data):
    few = label_budget.training_subset(LabelBudget(cue="points", share=0.25), boards.LABELS, data, 5)
    more = label_budget.training_subset(LabelBudget(cue="points", share=0.5, rest="none"), boards.LABELS, data, 5)
    mixed = label_budget.training_subset(
        LabelBudget(cue="full", share=0.25, rest="tags", also=(("test", "boxes"),)), boards.LABELS, data, 5
    )
    assert [e.id for e in few] == [e.id for e in more][:2]
    assert [bool(e.cues.points) for e in more] == [True] * 4 + [False] * 4
    assert [e.cues.kinds for e in more][4:] == [frozenset()] * 4
    assert [e.cues.labels is not None for e in mixed] == [True] * 2 + [False] * 10
    assert [bool(e.cues.boxes) for e in mixed] == [False] * 8 + [True] * 4
    assert all(e.cues.tags for e in list(mixed)[2:8])
    assert all(e.truth is None for e in mixed)


def test_what_is_no_budget():
    with pytest.raises(ValueError, match="above 0 and at most 1, got 5"):
        LabelBudget(cue="full", share=5)
    with pytest.raises(ValueError, match="rest and also are of training pictures"):
        LabelBudget(cue="points", rest="tags")
    with pytest.raises(ValueError, match="no cue 'dots'"):
        LabelBudget(cue="full", share=1, also=(("more", "dots"),))
    assert LabelBudget(cue="points-1", share=1) == LabelBudget(cue="points", share=1)


def trial_words(benchmark, methods, **options):
    return [(t.method, str(t.budget), t.seed) for t in grid.trials(benchmark, methods, **options)]


def test_the_trials_of_a_benchmark():
    assert trial_words(boards.LABELS, ["probe"], seeds=(0, 1)) == [
        ("probe", "0.25 points", 0),
        ("probe", "1 points", 0),
        ("probe", "0.25 points", 1),
        ("probe", "1 points", 1),
    ]
    given = [f"given {word}" for word in ("points", "points-2", "points-3", "points-5", "boxes")]
    assert trial_words(boards.LABELS, ["propagate"], cues=["points", "boxes", "full", "tags"]) == [
        ("propagate", word, 0) for word in given
    ]
    assert trial_words(boards.LABELS, ["network"], cues=["full", "people"], shares=[0.1]) == [
        ("network", "0.1 full, rest none", 0),
        ("network", "0.1 people, rest none", 0),
    ]
    assert trial_words(boards.LABELS, ["network", "probe"], shares=[0.1], rest="tags", also=[("more", "tags")]) == [
        ("network", "0.1 points, rest tags, more tags", 0),
        ("probe", "0.1 points, more tags", 0),
    ]
    assert trial_words(boards.LABELS, ["network"], shares=[0.1], rest="") == [("network", "0.1 points", 0)]
    assert trial_words(boards.LABELS, ["cam"]) == []  # it has no use for points
    assert trial_words(BENCHMARKS["acdc-clicks"], ["propagate", "grabcut", "probe"], seeds=(4, 5)) == [
        ("propagate", "None", 0),
        ("grabcut", "None", 0),
    ]


@pytest.mark.parametrize(
    ("benchmark", "methods", "words"),
    [
        (boards.DISCS, ["probe"], "discs is for checkpoints: use `evaluate`. To be swept, choose discs-labels"),
        (boards.LABELS, ["sorcery"], "no method 'sorcery'. Choose of: propagate"),
    ],
)
def test_what_cannot_be_swept(benchmark, methods, words):
    with pytest.raises(ValueError, match=words):
        grid.trials(benchmark, methods)


def test_a_trial_is_known_by_all_that_decides_it(tmp_path):
    base = Trial(method="network", budget=LabelBudget(cue="points", share=0.1))
    others = [
        replace(base, method="probe"),
        replace(base, seed=1),
        replace(base, settings={"steps": 5}),
        replace(base, budget=None),
        replace(base, budget=replace(base.budget, share=0.2)),
        replace(base, budget=replace(base.budget, cue="points-2")),
        replace(base, budget=replace(base.budget, rest="none")),
        replace(base, budget=replace(base.budget, also=(("more", "tags"),))),
    ]
    hashes = [trial.checkpoint(("a", "b")).sha for trial in (base, *others)]
    assert len(set(hashes)) == len(hashes)
    assert replace(base, settings={"steps": 1500}).checkpoint(("a", "b")) == base.checkpoint(("a", "b"))  # as usual
    with pytest.raises(ValueError, match="network has no such setting as 'stps'"):
        replace(base, settings={"stps": 5}).checkpoint(("a", "b"))


def test_a_new_setting_leaves_old_trials_as_they_were(monkeypatch):
    @dataclass(kw_only=True)
    class Later(Network):
        later: int = 0

    base = Trial(method="network", settings={"steps": 5}, budget=LabelBudget(cue="points", share=0.1))
    before = base.checkpoint(("a", "b")).sha
    monkeypatch.setattr(trials.settings, "build", lambda name, values: Later(**values))
    assert base.checkpoint(("a", "b")).sha == before
    monkeypatch.setattr(trials.settings, "build", lambda name, values: Later(later=1, **values))
    assert base.checkpoint(("a", "b")).sha != before


def test_weights_of_this_machine_are_known_by_their_content(tmp_path):
    def trial(folder):
        return Trial(method="network", settings={"backbone": f"{LOCAL_WEIGHTS}{tmp_path / folder}"}).checkpoint(
            ("a", "b")
        )

    for folder, content in (("one/net", b"1"), ("two/net", b"1"), ("three/net", b"2")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "config.json").write_text("{}")
        (tmp_path / folder / "model.safetensors").write_bytes(content)
    assert trial("one/net") == trial("two/net")
    assert trial("one/net").settings["backbone"] == f"{LOCAL_WEIGHTS}net"  # the folder itself is nobody's business
    assert trial("one/net").sha != trial("three/net").sha
    with pytest.raises(ValueError, match=r"there is no config.json in .*four"):
        trial("four")


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
