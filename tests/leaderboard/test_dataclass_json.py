"""Dataclasses come back from their plain form, and a form that does not fit the fields is refused."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest

from leaderboard.dataclass_json import from_plain, to_plain
from leaderboard.records.record import Labels, Score


@dataclass(frozen=True)
class Kind:
    name: str
    size: int = 0
    share: float = 0.0
    seed: int | None = None
    pairs: tuple[tuple[str, str], ...] = ()
    scores: dict[str, Score] | None = None


def test_plain_values_come_back():
    score = Score(value=1, low=0.5, high=float("nan"))
    kind = Kind(name="a", size=3, share=0.5, pairs=(("x", "y"),), scores={"miou": score})
    form = json.loads(json.dumps(to_plain(kind), allow_nan=False))
    assert form["scores"]["miou"]["high"] is None
    again = from_plain(Kind, form)
    assert np.isnan(again.scores["miou"].high)
    assert again.pairs == kind.pairs
    assert again.seed is None
    assert from_plain(Labels, to_plain(Labels(label_seconds=3.5))) == Labels(label_seconds=3.5)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ([], "got list, but a Kind has the fields name, size"),
        ({"name": "a", "more": 1}, "got more, but a Kind has the fields"),
        ({}, "a Kind needs name"),
        ({"name": 3}, "name is 3, which is not of the type str"),
        ({"name": "a", "size": True}, "size is True, which is not of the type int"),
        ({"name": "a", "size": 1.5}, "size is 1.5, which is not of the type int"),
        ({"name": "a", "share": "x"}, "share is 'x', which is not of the type float"),
        ({"name": "a", "seed": "x"}, "seed is 'x'"),
        ({"name": "a", "pairs": [["x"]]}, "pairs is"),
        ({"name": "a", "pairs": "xy"}, "pairs is"),
        ({"name": "a", "scores": {"miou": {"value": 1}}}, "a Score needs low, high"),
    ],
)
def test_a_form_that_does_not_fit_is_refused(form, words):
    with pytest.raises(ValueError, match=words):
        from_plain(Kind, form)
