"""Ranks admit ties, are among results on the same pictures, and wait for resamples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from leaderboard.analysis import ranking
from leaderboard.analysis.ranking import rank_rivals, with_ranks
from leaderboard.analysis.resampling import resampled_values
from leaderboard.analysis.seed_groups import each_alone, group_by_seed
from leaderboard.records import store
from tests.support import board_scenes as boards
from tests.support.board_results import group

NAN = float("nan")


def ranks(groups):
    return [one.rank for one in groups]


def test_ties_share_a_rank_and_the_order_stays():
    assert ranks(rank_rivals([group(0.6, 60), group(0.8, 60), group(0.8, 90)])) == [3, 1, 1]


def test_ranks_wait_for_resamples(folder):
    same = [group(0.8, 60), group(0.8, 90), group(0.6, 60)]
    assert ranks(rank_rivals([*same, replace(same[0], samples=None)])) == [None] * 4
    assert ranks(with_ranks(group_by_seed(store.read_all(folder), "miou"))) == [None] * 8
    assert rank_rivals([]) == []


def test_no_number_is_behind_all_and_a_lost_file_has_no_rank():
    nothing, lost = (replace(group(value, 60), samples=np.full(1000, NAN)) for value in (NAN, 0.9))
    nothing = replace(nothing, samples=group(0.5, 60).samples)
    assert ranks(rank_rivals([nothing, lost, group(0.5, 60), group(0.7, 60)])) == [3, None, 2, 1]
    assert ranks(rank_rivals([lost, lost])) == [None, None]


def test_only_what_was_made_on_the_same_pictures_is_ranked_together():
    good, poor = boards.record(quality=0.9), boards.record(quality=0.4, seed=1)
    elsewhere = replace(poor, identity=replace(poor.identity, data="e" * 40))
    later = replace(poor, identity=replace(poor.identity, code="0.1.0+2"))
    groups = each_alone([poor, good, elsewhere, later], ("miou",), resampled_values)
    assert ranks(with_ranks(groups)) == [2, 1, 1, 1]


def test_only_the_best_are_compared_where_there_are_very_many(monkeypatch):
    monkeypatch.setattr(ranking, "MAX_RANKED", 2)
    assert ranks(with_ranks([group(0.5, 60), group(0.9, 60), group(0.7, 60)])) == [None, 1, 2]


def test_the_resamples_are_shared():
    """Two records that differ by a little everywhere have different ranks, though their own intervals overlap."""
    records = [boards.record(quality=0.9, seed=0), boards.record(quality=0.89, seed=5)]
    first, second = (record.scores["miou"] for record in records)
    assert first.low < second.high
    assert ranks(with_ranks(each_alone(records, ("miou",), resampled_values))) == [1, 2]
