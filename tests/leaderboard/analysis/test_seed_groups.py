"""Trainings that differ in their seed alone are one group, with an interval; other results are a group each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leaderboard.analysis.resampling import resampled_values
from leaderboard.analysis.seed_groups import each_alone, group_by_seed
from leaderboard.metrics import registry
from leaderboard.records import store
from tests.support import board_scenes as boards
from tests.support.board_results import trial


def test_trainings_that_differ_in_their_seed_are_one_group(folder):
    groups = group_by_seed(store.read_all(folder), "miou", resampled_values)
    assert len(groups) == 8
    best = max(groups, key=lambda group: group.value)
    assert (best.record.method, [record.identity.seed for record in best.records]) == ("network", [0, 1])
    assert best.values == tuple(record.scores["miou"].value for record in best.records)
    assert best.value == pytest.approx(sum(best.values) / 2)
    assert best.low < min(best.values)
    assert best.high > max(best.values)
    assert best.price("label_seconds") == 720
    assert best.price("share") == 1


def test_two_checkpoints_of_the_hub_are_never_one():
    pushed = [boards.record(seed=seed, sha=sha * 40, cue="full", on_hub=True) for seed, sha in ((0, "a"), (1, "b"))]
    assert len(group_by_seed(pushed, "miou")) == 2
    assert len(group_by_seed([trial(0.5, 0), trial(0.6, 1)], "miou")) == 1


def test_a_group_waits_for_the_resamples_of_all_its_trainings():
    records = [trial(0.5, 0), trial(0.6, 1)]
    (group,) = group_by_seed(records, "miou", lambda record, metric: None if record is records[1] else np.zeros(1000))
    assert group.samples is None
    assert (group.low, group.high) == (records[0].scores["miou"].low, records[0].scores["miou"].high)


def test_a_price_that_one_training_does_not_say_is_not_known():
    stated, silent = trial(0.5, 0), trial(0.6, 1)
    silent = replace(silent, labels=replace(silent.labels, label_seconds=None))
    (group,) = group_by_seed([stated, silent], "miou")
    assert (group.price("label_seconds"), group.price("labelled_images")) == (None, 10)


def test_each_record_alone_has_its_own_interval_and_every_metric():
    record = trial(0.5, 0)
    groups = each_alone([record], ("miou", "dice", "hd95"))  # hd95 was not measured
    assert [group.metric for group in groups] == ["miou", "dice"]
    assert [(group.value, group.low, group.high) for group in groups] == [
        (score.value, score.low, score.high) for score in (record.scores["miou"], record.scores["dice"])
    ]


def test_resamples_are_read_from_the_parts_of_the_metric_alone():
    record = boards.record()
    assert resampled_values(record, "miou").shape == (1000,)
    broken = replace(record, packed=record.packed | {"tags": {"dtype": "evil"}})
    np.testing.assert_array_equal(resampled_values(broken, "miou"), resampled_values(record, "miou"))
    with pytest.raises(ValueError, match="hd95 needs boundaries, which were not kept"):
        resampled_values(record, "hd95")
    with pytest.raises(ValueError, match="no metric 'evil'"):
        resampled_values(record, "evil")
    whole = registry.values("miou", record.parts, background=record.background)[0]
    assert resampled_values(record, "miou").mean() == pytest.approx(whole, abs=0.01)
