"""Bootstrap confidence intervals and ranks with ties, paired over test pictures and over seeds of training.

All records of one benchmark are measured on the same resamples (the same seed draws the same pictures), so the difference
of two records has its own, much narrower, distribution: Efron, Tibshirani, "An Introduction to the Bootstrap", 1993.
The interval covers the choice of test pictures. With few pictures (under about 300) a nominal 95 % percentile interval
covers rather 91 to 93 %.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np

RESAMPLES = 1000
LEVEL = 0.95
ROUNDING = 1e-8  # a smaller difference is one of rounding

T = TypeVar("T")


def resample_weights(groups: Iterable[str], number: int = RESAMPLES, seed: int = 0) -> np.ndarray:
    """float (number, N): how often each of N pictures is drawn in each resample.

    groups: one name a picture; those of one name (a patient, a video) are drawn together, since they are not independent.
    "" is a group of its own. As many groups are drawn as there are.
    """
    names = [name or i for i, name in enumerate(groups)]
    index = {name: i for i, name in enumerate(dict.fromkeys(names))}
    count = len(index)
    drawn = np.random.default_rng(seed).integers(0, count, (number, count))
    drawn += count * np.arange(number)[:, None]
    times = np.bincount(drawn.ravel(), minlength=number * count).reshape(number, count)
    return times[:, [index[name] for name in names]].astype(float)


def percentile_interval(values: np.ndarray, level: float = LEVEL) -> tuple[float, float]:
    """(low, high): the percentile interval of resampled values (B,), NaN left out; both NaN when none is left."""
    values = values[~np.isnan(values)]
    if not len(values):
        return float("nan"), float("nan")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def resample_seeds(values: np.ndarray, seed: int = 0) -> np.ndarray:
    """float (B,): resampled means over k trainings, from values (k, B) of each training on the same resamples.

    Trainings are drawn again for every resample of pictures. Few seeds show too little of the variance of training: k of them have
    (k - 1) / k of it on average.
    """
    count, number = values.shape
    drawn = np.random.default_rng(seed).integers(0, count, (count, number))
    return np.take_along_axis(values, drawn, axis=0).mean(axis=0)


def pairwise_p_values(points: np.ndarray, values: np.ndarray) -> np.ndarray:
    """float (M, M): the two-sided p value of the difference between every two of M records.

    points: (M,), their values; values: (M, B), the same on resamples that all share. This is the normal approximation with the
    bootstrap's standard error of the paired difference: counting resamples cannot tell p below 1 / B, and many comparisons
    need it. Resamples on which a value is NaN are left out.
    """
    from scipy.special import ndtr  # loads slowly

    values = values[:, ~np.isnan(values).any(axis=0)]
    spread = (
        np.cov(values, bias=True).reshape(len(values), len(values)) if values.size else np.zeros((len(values),) * 2)
    )
    variance = np.diag(spread)
    spread = np.sqrt(np.maximum(variance[:, None] + variance[None] - 2 * spread, 0))
    gap = np.abs(points[:, None] - points[None])
    constant = np.where(gap > ROUNDING, 0.0, 1.0)  # for records that differ by the same on all resamples
    return np.where(spread > ROUNDING, 2 * ndtr(-gap / np.maximum(spread, ROUNDING)), constant)


def holm_adjusted(p_values: Iterable[float]) -> np.ndarray:
    """float (m,): p values adjusted for m comparisons (Holm, "A simple sequentially rejective multiple test procedure", 1979)."""
    p_values = np.asarray(p_values, float)
    order = np.argsort(p_values, kind="stable")
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(1, np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1)))
    return adjusted


def ranks_with_ties(points, values: np.ndarray, lower_is_better: bool = False, level: float = LEVEL) -> np.ndarray:
    """int (M,): the rank of each of M records, 1 + how many are significantly better; equal ranks are ties.

    points: (M,) the records' values; values: (M, B) the same on the resamples they share; lower_is_better: of the metric. Significantly:
    the paired difference has p < 1 - level after Holm's adjustment over all pairs. A NaN is ranked behind every number.
    """
    points = np.asarray(points, float) * (-1 if lower_is_better else 1)
    known = ~np.isnan(points)
    scores, p_values = points[known], pairwise_p_values(points[known], values[known])
    first, second = np.triu_indices(len(scores), 1)
    significant = holm_adjusted(p_values[first, second]) < 1 - level
    worse = np.where(scores[first] < scores[second], first, second)[significant]
    ranks = np.full(len(points), 1 + len(scores))
    ranks[known] = 1 + np.bincount(worse, minlength=len(scores))
    return ranks


def pareto_front(items: Iterable[T], price: Callable[[T], float], cost: Callable[[T], float]) -> list[T]:
    """The items that nothing cheaper or equally cheap beats, by price (the Pareto front). cost: the lower the better."""
    front: list[T] = []
    for item in sorted(items, key=lambda item: (price(item), cost(item))):
        if not front or cost(item) < cost(front[-1]):
            front.append(item)
    return front
