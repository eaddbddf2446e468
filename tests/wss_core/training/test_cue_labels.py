"""What cues say: their kinds, the classes present, and labels that follow from points."""

import numpy as np
import pytest

from tests.support.training import CLASSES, make_example
from wss_core.conventions import UNKNOWN
from wss_core.cues import Cues, Point
from wss_core.training import cue_labels
from wss_core.training.samples import TrainSamples, make_sample

NAN = np.nan


def test_tags_name_all_classes_of_an_image():
    np.testing.assert_array_equal(cue_labels.class_presence(Cues(tags=("blue",)), CLASSES), [NAN, 0, 1])
    np.testing.assert_array_equal(cue_labels.class_presence(Cues(), CLASSES), [NAN, NAN, NAN])
    red = Cues(points=(Point(1, 1, 1),))
    np.testing.assert_array_equal(cue_labels.class_presence(red, CLASSES), [NAN, 1, NAN])
    np.testing.assert_array_equal(cue_labels.class_presence(red, CLASSES, complete=True), [NAN, 1, 0])


def test_midway_between_points_is_background():
    """Points at columns 10 and 21 of the same row: the line between columns 15 and 16; labelled pixels stay."""
    labels = np.full((20, 32), UNKNOWN, np.uint8)
    labels[3] = 1
    cues = Cues(points=(Point(10, 10, 1), Point(21, 10, 2), Point(2, 2, 0)), labels=labels)
    ridged = cue_labels.background_ridges(cues, (20, 32)).labels
    assert (ridged[10] == 0).sum() == 1
    assert ridged[10, 16] == 0
    assert (ridged[3] == 1).all()
    assert (ridged[labels == UNKNOWN] == UNKNOWN).mean() > 0.9
    one_object = Cues(points=(Point(10, 10, 1), Point(2, 2, 0)))
    assert cue_labels.background_ridges(one_object, (20, 32)) is one_object
    example = make_example(cues=cues, shape=(20, 32))
    assert TrainSamples([example], CLASSES, 32, point_per_object=True)[0].labels[10, 16] == 0


def test_kinds_tell_full_masks_from_partial_ones():
    half = np.zeros((4, 4), np.uint8)
    half[:2] = UNKNOWN
    assert cue_labels.cue_kinds(Cues(labels=half)) == {"partial"}
    assert cue_labels.cue_kinds(Cues(labels=half * 0)) == {"full"}
    half[1] = 1  # a quarter is unknown
    full = Cues(labels=np.pad(half, 20, mode="edge"))
    assert cue_labels.cue_kinds(Cues(labels=half)) == {"full"}
    assert not make_sample(make_example(cues=full, shape=(44, 44)), CLASSES, 64).has_partial_labels
    assert cue_labels.cue_kinds(Cues()) == {"none"}
    assert cue_labels.cue_kinds(Cues(tags=("red",), points=(Point(0, 0, 1),))) == {"tags", "points"}


@pytest.mark.parametrize(("kinds", "spatial"), [({"tags"}, False), ({"none"}, False), ({"tags", "points"}, True)])
def test_tags_alone_mark_no_place(kinds, spatial):
    assert cue_labels.has_spatial_cues(frozenset(kinds)) == spatial
