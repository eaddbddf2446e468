"""Samples: which pixels, tags and boxes are learned from the cues of an example."""

import numpy as np

from tests.support.training import CLASSES, make_example
from wss_core.conventions import UNKNOWN
from wss_core.cues import Box, Cues, Example, Point, Stroke
from wss_core.training import samples
from wss_core.training.samples import TrainSamples, make_sample

NAN = np.nan


def test_only_drawn_pixels_are_labelled():
    sample = make_sample(make_example(cues=Cues(points=(Point(10, 12, 1), Point(2, 2, 0)))), CLASSES, 64)
    assert sample.labels[12, 10] == 1
    assert (sample.labels != UNKNOWN).sum() == 2
    assert sample.has_partial_labels
    np.testing.assert_array_equal(sample.tags, [1, 1, NAN])


def test_pixels_outside_a_classs_boxes_are_not_of_that_class():
    """Boxes are drawn round every object: where no box is, only background may be; inside it is open."""
    sample = make_sample(make_example(cues=Cues(boxes=(Box(6, 8, 20, 22, 1), Box(30, 18, 46, 34, 2)))), CLASSES, 64)
    inside = np.zeros((40, 52), bool)
    inside[8:22, 6:20], inside[18:34, 30:46] = True, True
    np.testing.assert_array_equal(sample.labels == UNKNOWN, inside)
    assert (sample.labels[~inside] == 0).all()
    np.testing.assert_array_equal(sample.tags, [NAN, 1, 1])
    np.testing.assert_array_equal(sample.boxes, [[6, 8, 20, 22, 1], [30, 18, 46, 34, 2]])
    assert make_sample(make_example(cues=Cues(boxes=(Box(6, 8, 20, 22, 1),))), CLASSES, 64).tags[2] == 0


def test_an_image_with_no_tags_is_all_background():
    sample = make_sample(make_example(cues=Cues(tags=())), CLASSES, 64)
    assert (sample.labels == 0).all()
    assert not sample.has_partial_labels


def test_ignored_pixels_are_not_labelled():
    cues = Cues(boxes=(Box(6, 8, 20, 22, 1),), strokes=(Stroke(UNKNOWN, 5, ((40, 5), (40, 30))),))
    sample = make_sample(make_example(cues=cues), CLASSES, 64)
    assert sample.labels[20, 40] == UNKNOWN
    assert sample.labels[20, 50] == 0


def test_a_large_image_is_shrunk_and_its_cues_with_it():
    large = Example(np.zeros((80, 200, 3), np.uint8), Cues(boxes=(Box(20, 10, 40, 30, 1),), points=(Point(30, 20, 1),)))
    sample = make_sample(large, CLASSES, 100)
    assert sample.image.shape == (40, 100, 3)
    np.testing.assert_array_equal(sample.boxes, [[10, 5, 20, 15, 1]])
    assert sample.labels[10, 15] == 1


def test_samples_beyond_the_room_are_made_again(monkeypatch):
    monkeypatch.setattr(samples, "MAX_CACHE_BYTES", 10_000)  # one of them
    sequence = TrainSamples([make_example(0), make_example(1)], CLASSES, 64)
    assert sequence[0] is sequence[0]
    assert sequence[1] is not sequence[1]
