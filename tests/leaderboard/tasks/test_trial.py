"""Trials: the hash of the checkpoint that a trial leads to changes with all that decides it, and with nothing else."""

from dataclasses import dataclass, replace

import pytest

from leaderboard.tasks import trial as trials
from leaderboard.tasks.label_budget import LabelBudget
from leaderboard.tasks.trial import LOCAL_WEIGHTS, Trial
from wss_core.methods.network import Network


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
