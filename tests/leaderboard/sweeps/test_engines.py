"""Elsewhere than on this machine: a cluster that loses a node, and the Hub's Jobs."""

import json
import os
import shlex
import sys
from dataclasses import replace

import pytest

from leaderboard.__main__ import main
from leaderboard.dataclass_json import to_plain
from leaderboard.evaluation.watched_process import LIMITS
from leaderboard.records.record import Failure, Record
from leaderboard.sweeps import grid
from leaderboard.sweeps.engines.local import Local
from leaderboard.sweeps.engines.ray import Ray
from leaderboard.sweeps.sweep import SweepFolders, sweep
from tests.support import board_scenes as boards
from tests.support.paths import ROOT

PROBE = {"probe": {"features": "colour", "waves": 16}}
ONE = replace(LIMITS, threads=1)


def eval_tasks(data):
    tried = grid.trials(boards.LABELS, ["propagate", "probe"], cues=["points", "full"], seeds=(0, 1), settings=PROBE)
    return grid.eval_tasks(boards.LABELS, tried, data)


def found(outcomes):
    """{name: (labels, score)} of what came of some tasks."""
    assert {type(outcome) for outcome in outcomes} == {Record}
    return {o.identity.name: (o.labels, pytest.approx(o.scores["miou"].value, abs=0.02)) for o in outcomes}


@pytest.mark.slow
def test_a_cluster_that_loses_a_node_makes_the_same_records(tmp_path):
    ray = pytest.importorskip("ray", reason="ray is not installed: pip install ray")
    from ray.cluster_utils import Cluster

    tasks = eval_tasks(boards.write_splits(tmp_path / "data"))
    here = found(list(sweep(tasks, SweepFolders(tmp_path / "here"), Local(2, ONE), progress=False)))
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    try:
        first = cluster.add_node(num_cpus=1)
        going = sweep(tasks, SweepFolders(tmp_path / "there"), Ray(cluster.address, limits=ONE), progress=False)
        outcomes = [next(going)]
        cluster.add_node(num_cpus=1)
        cluster.remove_node(first, allow_graceful=False)  # it is in the middle of the next
        outcomes += going
    finally:
        ray.shutdown()
        cluster.shutdown()
    assert len(outcomes) == len(tasks)
    assert found(outcomes) == here
    assert len(list((tmp_path / "there").glob("*/*.json"))) == len(tasks)


def kills_its_worker(task, limits):
    os._exit(9)


@pytest.mark.slow
def test_work_over_which_every_worker_is_lost_is_a_failure(tmp_path, monkeypatch):
    pytest.importorskip("ray", reason="ray is not installed: pip install ray")
    monkeypatch.setattr("leaderboard.sweeps.engines.ray.MAX_LOST", 1)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # where workers find this module
    tasks = eval_tasks(boards.write_splits(tmp_path / "data"))[:1]
    ((_, outcome),) = Ray(limits=ONE)(tasks, kills_its_worker)
    assert isinstance(outcome, Failure)
    assert outcome.reason.startswith("2 workers were lost over it")


def test_without_ray_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ValueError, match="the engine ray needs the package ray: pip install"):
        list(Ray()([], None))


SWEEP = ["sweep", "horses-labels", "--methods", "probe", "--shares", "0.1", "--seeds", "0", "1"]
CODE = "https://example.org/some project.git"


def test_a_job_runs_the_same_command(hub_server, capsys):
    command = [*SWEEP, "--engine", "jobs", "--jobs", "2", "--flavor", "t4-small", "--timeout", "2h"]
    command += ["--share-with", "ann/results", "--code", CODE, "--data-repo", "ann/data", "--retry"]
    assert main(command) == 0
    assert len(capsys.readouterr().out.split()) == 2  # an address a Job
    first, second = hub_server.jobs
    assert (first["flavor"], first["timeoutSeconds"], first["dockerImage"]) == ("t4-small", 7200, "python:3.11")
    assert first["secrets"] == {"HF_TOKEN": hub_server.token}
    assert hub_server.token not in json.dumps(first["command"])
    (volume,) = first["volumes"]
    assert (volume["type"], volume["source"], volume["mountPath"]) == ("dataset", "ann/data", "/data")
    shell = first["command"][-1]
    assert shell.startswith(f"git clone -q --depth 1 {shlex.quote(CODE)} /project && cd /project && ")
    same = shlex.split(shell.split("&& ")[-1])
    expected = [*SWEEP, "--retry", "--data", "/data", "--results", "/results", "--share-with", "ann/results"]
    assert same == ["python", "-m", "leaderboard", *expected, "--part", "1/2", "--quiet"]
    assert second["command"][-1] == shell.replace("--part 1/2", "--part 2/2")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ([], "Give --share-with USER/REPO"),
        (["--share-with", "ann/results"], "Give --code ADDRESS"),
        (["--share-with", "results", "--code", "x"], "'results' is no name on the Hub"),
    ],
)
def test_what_a_job_needs(more, words, capsys):
    assert main([*SWEEP, "--engine", "jobs", *more]) == 2
    assert words in capsys.readouterr().err


def test_a_part_of_the_trials_and_a_results_data_set(hub_server, tmp_path, capsys):
    """As two Jobs do it: each its part, and what the other has done is not done again."""
    (tmp_path / "labels.json").write_text(json.dumps(to_plain(boards.LABELS)))
    data = boards.write_splits(tmp_path / "data")
    command = ["sweep", str(tmp_path / "labels.json"), "--methods", "probe", "--data", str(data), "--quiet"]
    command += ["--setting", "probe:features=colour", "--share-with", "ann/results"]
    assert main([*command, "--results", str(tmp_path / "one"), "--part", "1/2"]) == 0
    assert "1 trials done, 0 failed, 0 known before" in capsys.readouterr().out
    assert main([*command, "--results", str(tmp_path / "two")]) == 0
    assert "1 trials done, 0 failed, 1 known before" in capsys.readouterr().out
    names = [name for name in hub_server.files("ann/results", kind="datasets") if name.endswith(".json")]
    assert len(names) == 2
    assert main([*command, "--part", "3/2"]) == 2
    assert "'3/2' is no part" in capsys.readouterr().err
