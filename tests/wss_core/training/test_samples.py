"""Samples: which pixels, tags and boxes are learned from the cues of an example."""

import numpy as np
import pytest

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


def test_tags_name_all_classes_of_an_image():
    np.testing.assert_array_equal(samples.class_presence(Cues(tags=("blue",)), CLASSES), [NAN, 0, 1])
    np.testing.assert_array_equal(samples.class_presence(Cues(), CLASSES), [NAN, NAN, NAN])
    red = Cues(points=(Point(1, 1, 1),))
    np.testing.assert_array_equal(samples.class_presence(red, CLASSES), [NAN, 1, NAN])
    np.testing.assert_array_equal(samples.class_presence(red, CLASSES, complete=True), [NAN, 1, 0])


def test_a_large_image_is_shrunk_and_its_cues_with_it():
    large = Example(np.zeros((80, 200, 3), np.uint8), Cues(boxes=(Box(20, 10, 40, 30, 1),), points=(Point(30, 20, 1),)))
    sample = make_sample(large, CLASSES, 100)
    assert sample.image.shape == (40, 100, 3)
    np.testing.assert_array_equal(sample.boxes, [[10, 5, 20, 15, 1]])
    assert sample.labels[10, 15] == 1


def test_midway_between_points_is_background():
    """Points at columns 10 and 21 of the same row: the line between columns 15 and 16; labelled pixels stay."""
    labels = np.full((20, 32), UNKNOWN, np.uint8)
    labels[3] = 1
    cues = Cues(points=(Point(10, 10, 1), Point(21, 10, 2), Point(2, 2, 0)), labels=labels)
    ridged = samples.background_ridges(cues, (20, 32)).labels
    assert (ridged[10] == 0).sum() == 1
    assert ridged[10, 16] == 0
    assert (ridged[3] == 1).all()
    assert (ridged[labels == UNKNOWN] == UNKNOWN).mean() > 0.9
    one_object = Cues(points=(Point(10, 10, 1), Point(2, 2, 0)))
    assert samples.background_ridges(one_object, (20, 32)) is one_object
    example = make_example(cues=cues, shape=(20, 32))
    assert TrainSamples([example], CLASSES, 32, point_per_object=True)[0].labels[10, 16] == 0


def test_kinds_tell_full_masks_from_partial_ones():
    half = np.zeros((4, 4), np.uint8)
    half[:2] = UNKNOWN
    assert samples.cue_kinds(Cues(labels=half)) == {"partial"}
    assert samples.cue_kinds(Cues(labels=half * 0)) == {"full"}
    half[1] = 1  # a quarter is unknown
    full = Cues(labels=np.pad(half, 20, mode="edge"))
    assert samples.cue_kinds(Cues(labels=half)) == {"full"}
    assert not make_sample(make_example(cues=full, shape=(44, 44)), CLASSES, 64).has_partial_labels
    assert samples.cue_kinds(Cues()) == {"none"}
    assert samples.cue_kinds(Cues(tags=("red",), points=(Point(0, 0, 1),))) == {"tags", "points"}


@pytest.mark.parametrize(("kinds", "spatial"), [({"tags"}, False), ({"none"}, False), ({"tags", "points"}, True)])
def test_tags_alone_mark_no_place(kinds, spatial):
    assert samples.has_spatial_cues(frozenset(kinds)) == spatial


def test_samples_beyond_the_room_are_made_again(monkeypatch):
    monkeypatch.setattr(samples, "MAX_CACHE_BYTES", 10_000)  # one of them
    sequence = TrainSamples([make_example(0), make_example(1)], CLASSES, 64)
    assert sequence[0] is sequence[0]
    assert sequence[1] is not sequence[1]
