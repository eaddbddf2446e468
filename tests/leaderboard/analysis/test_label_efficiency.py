"""What labels buy: gains between measured budgets, the front, the best for a price, lines that join what differs in the labels."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from leaderboard.analysis import label_efficiency
from leaderboard.analysis.seed_groups import SeedGroup
from leaderboard.records.record import Labels
from tests.support.board_results import group


def test_gain_is_read_off_between_budgets_by_hand():
    (line,) = label_efficiency.series([group(0.5, 60), group(0.7, 240), group(0.72, 960)])
    gain = label_efficiency.gain(line, 60, 60)  # 120 s lie half way from 60 to 240 by their logarithms
    assert gain.before[0] == pytest.approx(0.5)
    assert gain.after[0] == pytest.approx(0.6)
    assert gain.gain[0] == pytest.approx(0.1)
    assert gain.gain[1:] == pytest.approx((0.1, 0.1))  # the same noise at both ends goes away
    assert gain.before[2] - gain.before[1] > 0.03
    assert label_efficiency.gain(line, 240, 720).gain[0] == pytest.approx(0.02)


def test_nothing_is_guessed_outside_what_was_measured():
    (line,) = label_efficiency.series([group(0.5, 60), group(0.7, 240)])
    assert label_efficiency.gain(line, 60, 181).gain is None
    assert label_efficiency.gain(line, 60, 181).reason == "measured up to 4 minutes"
    assert label_efficiency.gain(line, 30, 60).reason == "measured from 1 minutes on"
    (point,) = label_efficiency.series([group(0.5, 60)])
    assert "one budget" in label_efficiency.gain(point, 60, 1).reason


def test_a_gain_without_resamples_has_no_interval():
    (line,) = label_efficiency.series([replace(group(0.5, 60), samples=None), group(0.7, 240)])
    gain = label_efficiency.gain(line, 60, 60)
    assert gain.gain[0] == pytest.approx(0.1)
    assert math.isnan(gain.gain[1])


def test_the_front_and_the_best_for_a_price():
    some = [group(0.5, 30), group(0.4, 40), group(0.7, 50), group(0.7, 70), group(0.8, 700)]
    assert [one.price("label_seconds") for one in label_efficiency.front(some)] == [30, 50, 700]
    found = label_efficiency.best(some, (40, 60, 100, 1000))
    assert [(best.limit, best.group.value, best.tied) for best in found] == [
        (40, 0.5, 0),
        (60, 0.7, 0),
        (1000, 0.8, 0),
    ]
    assert label_efficiency.best([group(0.7, 50, share=0.1), group(0.7, 70, share=0.2)], (100,))[0].tied == 1
    loose = replace(group(0.71, 70), samples=0.71 + np.random.default_rng(1).normal(0, 0.05, 1000))
    assert [
        best.doubtful for best in label_efficiency.best([group(0.7, 50), loose, group(0.9, 90)], (60, 80, 100))
    ] == [*(False, True, False)]
    unknown = group(0.9, 60)
    unknown = replace(unknown, records=(replace(unknown.record, labels=Labels(cue="full")),))
    assert label_efficiency.best([unknown], (100,)) == []


def test_lines_join_only_what_differs_in_the_number_of_labels():
    def with_unlabelled(one: SeedGroup, count: int | None) -> SeedGroup:
        record = replace(one.record, labels=replace(one.record.labels, unlabelled_images=count))
        return replace(one, records=(record,))

    some = [group(0.5, 60, share=0.1), group(0.6, 90, share=0.2), group(0.7, 300, share=1.0)]
    more = [with_unlabelled(one, 5) for one in some[:2]]
    assert [len(line.groups) for line in label_efficiency.series([*some, *more])] == [3, 3]
    assert [len(line.groups) for line in label_efficiency.series([*more, some[2]])] == [3]
    assert len(label_efficiency.series([some[0], group(0.6, 90, cue="points-3"), group(0.6, 90, cue="full")])) == 2
