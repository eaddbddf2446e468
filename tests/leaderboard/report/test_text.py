"""Stored words in the words of people."""

import pytest

from leaderboard.records.record import Labels
from leaderboard.report import text


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("people", "scribbles drawn by people"),
        ("full", "full masks"),
        ("people+tags", "scribbles drawn by people + image tags"),
        ("scribbles-3", "scribbles-3"),
        ("", "labels not stated"),
        ("none", "labels not stated"),
    ],
)
def test_stored_words_are_said_as_people_do(stored, said):
    assert text.cue_label(stored) == said


def test_kinds_have_no_number():
    assert text.kind_label("scribbles-3+tags") == "scribbles + image tags"
    assert (text.metric_label("miou"), text.metric_label("boundary_f")) == ("mIoU", "boundary f")
    assert text.source_label("evil") == "not stated"


def test_labels_in_a_few_words():
    assert text.labels_line(Labels(cue="points-3", source="given"), False) == "points on test pictures"
    more = Labels(cue="full", source="reproduced", unlabelled_images=9)
    assert text.labels_line(more, True) == "full masks + unlabelled (knows the data)"
    assert text.labels_line(Labels(), False) == ""
