"""Cue words: a word names one kind of cue, and how many are given for what."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from leaderboard.benchmarks import cue_words
from wss_core.cues import Cues, Example


def image_of(classes, id="one"):
    """A picture in stripes of all the classes."""
    truth = np.repeat(np.arange(classes, dtype=np.uint8), 8)[:, None].repeat(40, axis=1)
    return Example(np.zeros((*truth.shape, 3), np.uint8), Cues(), truth, id=id)


@pytest.mark.parametrize(
    "word", ["people", "points", "points-3", "points-object", "scribbles-2-object", "points-5-image"]
)
def test_a_cue_is_one_word(word):
    assert str(cue_words.parse(word)) == word


@pytest.mark.parametrize(
    ("word", "words"),
    [("dots", "no cue 'dots'"), ("boxes-2", "only points and scribbles are counted"), ("points-0", "counted, from 1")],
)
def test_what_is_no_cue(word, words):
    with pytest.raises(ValueError, match=words):
        cue_words.parse(word)


def test_cues_are_counted():
    names = tuple("abcd")
    given = {
        word: cue_words.apply_cues(image_of(4), word, 0, names).cues
        for word in ("points-2", "scribbles-5-image", "tags")
    }
    assert Counter(point.label for point in given["points-2"].points) == {0: 2, 1: 2, 2: 2, 3: 2}
    assert Counter(Counter(s.label for s in given["scribbles-5-image"].strokes).values()) == {1: 3, 2: 1}
    assert given["tags"].tags == ("b", "c", "d")
    own = replace(image_of(4), cues=Cues(tags=("b",)), truth=None)
    assert cue_words.apply_cues(own, "people", 0, names) is own
    assert cue_words.apply_cues(own, "tags", 0, names).cues == own.cues
    one = [
        cue_words.apply_cues(image_of(4, str(id)), "points-1-image", 0, names).cues.points[0].label for id in range(20)
    ]
    assert set(one) == {0, 1, 2, 3}  # not always the first class
