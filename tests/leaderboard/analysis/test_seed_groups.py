"""Trainings that differ in their seed alone are one group, with an interval and a rank that admits ties."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leaderboard.analysis import grouping
from leaderboard.analysis.record_index import BootstrapCache, RecordIndex
from leaderboard.analysis.standings import ranked, standings
from leaderboard.records import store
from tests.support import board_scenes as boards
from tests.support.board_results import group


def test_seeds_are_one_standing_with_the_interval_of_the_table(folder):
    found = standings(RecordIndex([folder]).read(), "miou", BootstrapCache())
    assert len(found) == 8
    best = found[0]
    assert (best.record.method, len(best.entries)) == ("network", 2)
    whole = [store.read(entry.path) for entry in best.entries]
    (family,) = grouping.families(whole)
    assert (best.value, best.values) == (family.value, family.values)
    assert (best.low, best.high) == pytest.approx((family.low, family.high), abs=1e-6)
    assert best.price("label_seconds") == 720
    assert best.rank == 1


def test_two_checkpoints_of_the_hub_are_never_one(tmp_path):
    for seed, sha in ((0, "a" * 40), (1, "b" * 40)):
        store.write(boards.record(seed=seed, sha=sha, cue="full", labelled_images=5, on_hub=True), tmp_path)
    assert len(standings(RecordIndex([tmp_path]).read(), "miou", BootstrapCache())) == 2


def test_ranks_admit_ties_and_wait_for_resamples(folder):
    same = [group(0.8, 60), group(0.8, 90), group(0.6, 60)]
    assert [one.rank for one in ranked(same)] == [1, 1, 3]
    assert [one.rank for one in ranked([*same, replace(same[0], samples=None)])] == [None] * 4
    found = standings(RecordIndex([folder]).read(), "miou", BootstrapCache(), make=False)
    assert [one.rank for one in found] == [None] * 8
    assert all(one.low <= one.entries[0].record.scores["miou"].value <= one.high for one in found)
