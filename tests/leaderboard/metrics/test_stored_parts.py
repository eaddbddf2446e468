"""Scores of committed records, read again from the parts that the records hold."""

import math

import pytest

from leaderboard.metrics import registry
from leaderboard.records import store
from tests.frozen.make_records import HERE, RESULTS

SUMS = 1e-12  # of a mean over classes, whose sum another processor may take in another order


def some_records() -> list[str]:
    """The first and the last frozen record of every benchmark."""
    names = [line.split()[0] for line in (HERE / "records.txt").read_text("utf-8").splitlines()]
    by_benchmark: dict[str, list[str]] = {}
    for name in names:
        by_benchmark.setdefault(name.split("/")[0], []).append(name)
    return [name for group in by_benchmark.values() for name in sorted({group[0], group[-1]})]


@pytest.mark.parametrize("name", some_records())
def test_scores_are_those_of_the_stored_parts(name):
    """Of every class to the last bit: their sums are whole numbers, exact in any order."""
    record = store.read(RESULTS / f"{name}.json")
    assert record.scores
    for metric, score in record.scores.items():
        each = registry.class_values(metric, record.parts)
        assert repr(tuple(each[0].tolist()) if each.shape[1] > 1 else ()) == repr(score.classes), metric
        value = float(registry.mean_over_classes(each, record.background)[0])
        assert math.isclose(value, score.value, rel_tol=SUMS) or (math.isnan(value) and math.isnan(score.value)), metric
