"""Resamples, intervals and ranks: counted by hand, against SciPy, and by simulation where only that can tell."""

import numpy as np
import pytest
from scipy import stats

from leaderboard.metrics import bootstrap
from leaderboard.metrics.registry import values
from wss_core.metrics import iou


def test_every_resample_draws_as_many_pictures_and_the_same_each_time():
    weights = bootstrap.resample_weights([""] * 50, number=200, seed=3)
    assert weights.shape == (200, 50)
    assert (weights.sum(axis=1) == 50).all()
    assert abs(weights.mean() - 1) < 1e-12
    np.testing.assert_array_equal(weights, bootstrap.resample_weights([""] * 50, number=200, seed=3))
    assert (weights != bootstrap.resample_weights([""] * 50, number=200, seed=4)).any()


def test_pictures_of_a_group_are_drawn_together():
    weights = bootstrap.resample_weights(["a", "b", "a", "", "", "b"], number=100)
    np.testing.assert_array_equal(weights[:, 0], weights[:, 2])
    np.testing.assert_array_equal(weights[:, 1], weights[:, 5])
    assert (weights[:, 3] != weights[:, 4]).any()  # no name is no group
    assert (weights[:, [0, 1, 3, 4]].sum(axis=1) == 4).all()


def test_a_resample_is_the_data_set_of_the_pictures_drawn():
    counts = np.random.default_rng(0).integers(0, 50, (12, 3, 3))
    weights = bootstrap.resample_weights([""] * 12, number=5)
    for w, value in zip(weights, values("miou", {"counts": counts}, weights), strict=True):
        drawn = np.repeat(counts, w.astype(int), axis=0)
        assert value == pytest.approx(iou(drawn.sum(axis=0)).mean())


def test_the_interval_of_a_mean_is_scipys():
    each = np.random.default_rng(1).normal(5, 2, 80)
    ours = bootstrap.percentile_interval(bootstrap.resample_weights([""] * 80, number=4000) @ each / 80)
    theirs = stats.bootstrap((each,), np.mean, n_resamples=4000, method="percentile", rng=1).confidence_interval
    np.testing.assert_allclose(ours, theirs, atol=0.03)


def test_a_cluster_widens_the_interval():
    """20 groups of 5 equal pictures are 20 pictures, not 100: the interval is sqrt(5) times as wide."""
    each = np.repeat(np.random.default_rng(2).normal(0, 1, 20), 5)
    widths = []
    for groups in ([""] * 100, [str(i // 5) for i in range(100)]):
        low, high = bootstrap.percentile_interval(bootstrap.resample_weights(groups, number=4000) @ each / 100)
        widths.append(high - low)
    assert widths[1] / widths[0] == pytest.approx(5**0.5, rel=0.1)


def test_the_interval_covers_what_it_should():
    """95 % intervals of the mean of 100 pictures hold the true mean in 93 % of 400 simulations, give or take 1.3 %."""
    weights = bootstrap.resample_weights([""] * 100, number=400)
    draws = np.random.default_rng(3).exponential(1, (400, 100))
    held = [low <= 1 <= high for low, high in (bootstrap.percentile_interval(weights @ each / 100) for each in draws)]
    assert 0.89 <= np.mean(held) <= 0.97


def test_nothing_to_resample_is_nan():
    assert np.isnan(bootstrap.percentile_interval(np.array([np.nan, np.nan]))).all()
    assert bootstrap.percentile_interval(np.array([np.nan, 2.0, 2.0])) == (2, 2)


def test_holm_by_hand():
    """0.01 * 4, 0.02 * 3, 0.03 * 2, 0.04 * 1, and never below the one before."""
    np.testing.assert_allclose(bootstrap.holm_adjusted([0.04, 0.01, 0.03, 0.02]), [0.06, 0.04, 0.06, 0.06])
    np.testing.assert_allclose(bootstrap.holm_adjusted([0.5, 0.9]), [1, 1])
    assert len(bootstrap.holm_adjusted([])) == 0


def test_a_paired_difference_is_the_paired_t_tests():
    random = np.random.default_rng(4)
    hard = random.normal(0, 5, 300)  # what both find hard: it cancels
    ours, theirs = hard + random.normal(0.15, 1, 300), hard + random.normal(0, 1, 300)
    weights = bootstrap.resample_weights([""] * 300, number=4000) / 300
    both = np.stack([ours, theirs])
    ps = bootstrap.pairwise_p_values(both.mean(axis=1), both @ weights.T)
    p = ps[0, 1]
    assert p == ps[1, 0]
    assert p == pytest.approx(stats.ttest_rel(ours, theirs).pvalue, rel=0.15)
    assert p < 0.2 < stats.ttest_ind(ours, theirs).pvalue


def test_equal_records_tie_and_clear_ones_do_not():
    random = np.random.default_rng(5)
    hard = random.normal(0.5, 0.1, 200)
    each = np.stack([hard + 0.1 + random.normal(0, 0.02, 200), hard, hard + random.normal(0, 0.02, 200), hard - 0.2])
    weights = bootstrap.resample_weights([""] * 200, number=500) / 200
    resampled, points = each @ weights.T, each.mean(axis=1)
    assert bootstrap.ranks_with_ties(points, resampled).tolist() == [1, 2, 2, 4]
    assert bootstrap.ranks_with_ties(points, resampled, lower_is_better=True).tolist() == [4, 2, 2, 1]
    assert bootstrap.ranks_with_ties([*points, np.nan], np.vstack([resampled, resampled[:1]])).tolist() == [
        1,
        2,
        2,
        4,
        5,
    ]


def test_the_same_record_twice_ties():
    same = np.array([[0.3, 0.4, 0.5]] * 2)
    assert bootstrap.ranks_with_ties([0.4, 0.4], same).tolist() == [1, 1]
    assert bootstrap.ranks_with_ties([0.4, 0.5], np.array([[0.4] * 3, [0.5] * 3])).tolist() == [
        2,
        1,
    ]  # without any doubt
    assert bootstrap.ranks_with_ties([0.4], same[:1]).tolist() == [1]


def test_many_comparisons_need_more():
    """20 records that differ by chance alone: one family-wise error in 20 at most; without Holm's there would be many."""
    random = np.random.default_rng(6)
    weights = bootstrap.resample_weights([""] * 100, number=300) / 100
    strange = 0
    for _ in range(20):
        each = random.normal(0, 1, (12, 100))
        strange += bootstrap.ranks_with_ties(each.mean(axis=1), each @ weights.T).max() > 1
    assert strange <= 4


def test_seeds_widen_the_interval():
    """Three trainings that differ more than the pictures do; and one seed is the pictures alone."""
    random = np.random.default_rng(7)
    pictures = random.normal(0, 0.001, 1000)
    trained = np.array([[0.5], [0.6], [0.7]]) + pictures
    low, high = bootstrap.percentile_interval(bootstrap.resample_seeds(trained))
    assert low == pytest.approx(0.5, abs=0.01)
    assert high == pytest.approx(0.7, abs=0.01)
    np.testing.assert_array_equal(bootstrap.resample_seeds(trained[:1]), trained[0])
    assert bootstrap.resample_seeds(trained).mean() == pytest.approx(0.6, abs=0.01)
