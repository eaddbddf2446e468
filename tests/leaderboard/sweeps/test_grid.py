"""The grid of a sweep: which methods get which cues and shares on a benchmark."""

import pytest

from leaderboard.benchmarks.catalog import BENCHMARKS
from leaderboard.sweeps import grid
from tests.support import board_scenes as boards


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
