"""Readings of a Result against hand-counted cases and slow, plain counterparts."""

import numpy as np
import pytest

from wss_core.conventions import UNKNOWN
from wss_core.cues import Box
from wss_core.results import Result
from wss_core.results.readouts import areas, boxes, colours, objects, objects_table, overlay, resize_labels

CLASSES = ("background", "a", "b")


def sure(labels, **more) -> Result:
    probs = (np.arange(3)[:, None, None] == np.asarray(labels)).astype(np.float32)
    return Result(probs, CLASSES, **more)


def test_colours_are_the_published_voc_map():
    assert colours(22)[:6] == [(0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0), (0, 0, 128), (128, 0, 128)]
    assert colours(22)[15] == (192, 128, 128)  # person
    assert colours(22)[20] == (0, 64, 128)  # tv monitor


def test_resize_to_the_own_shape_changes_nothing():
    result = sure([[0, 1], [2, 0]])
    assert resize_labels(result, (2, 2)) is result.labels


def test_resize_takes_the_class_of_highest_resized_probability():
    """A border at 0.3 of the way between two pixel centres goes there, which nearest labels cannot."""
    probs = np.zeros((3, 1, 2), np.float32)
    probs[1, 0] = 0.6, 0
    probs[2, 0] = 0.4, 1
    wide = resize_labels(Result(probs, CLASSES), (1, 20))[0]
    centres = (np.arange(20) + 0.5) / 10 - 0.5
    share = np.clip(centres, 0, 1)
    np.testing.assert_array_equal(wide, np.where(0.6 * (1 - share) >= 0.4 + 0.6 * share, 1, 2))
    assert 1 in wide


def test_resize_reads_only_present_rows_and_keeps_ignored():
    probs = np.array([[[0.2, 0.9]], [[0.8, 0.1]]], np.float32)
    result = Result(probs, CLASSES, class_ids=(0, 2), ignored=np.array([[False, True]]))
    np.testing.assert_array_equal(resize_labels(result, (2, 4)), [[2, 2, UNKNOWN, UNKNOWN]] * 2)
    np.testing.assert_array_equal(resize_labels(result, (1, 1)), [[UNKNOWN]])


def test_resize_gives_ties_to_the_first_class():
    assert (resize_labels(Result(np.full((3, 2, 2), 1 / 3), CLASSES), (4, 4)) == 0).all()


def test_objects_are_8_connected_patches_of_a_class():
    labels = np.array([[1, 0, 2, 2], [0, 1, 0, 255], [0, 0, 0, 1]], np.uint8)
    found = [(o.label, o.box, o.area) for o in objects(labels)]
    assert found == [(1, (0, 0, 2, 2), 2), (1, (3, 2, 4, 3), 1), (2, (2, 0, 4, 1), 2)]
    first = next(objects(labels))
    np.testing.assert_array_equal(first.mask, [[True, False], [False, True]])
    assert [o.area for o in objects(labels, min_area=2)] == [2, 2]


def test_touching_classes_are_separate_objects():
    assert boxes(sure([[1, 2], [1, 2]])) == [Box(0, 0, 1, 2, 1), Box(1, 0, 2, 2, 2)]


def test_no_object_gives_no_box():
    assert boxes(sure(np.zeros((3, 3), int))) == []
    assert boxes(sure([[1, 0]], ignored=np.array([[True, False]]))) == []


def test_areas_count_every_class_and_no_ignored_pixel():
    assert areas(np.array([[0, 0, 2], [255, 2, 2]], np.uint8), CLASSES) == {"background": 2, "a": 0, "b": 3}


def test_objects_are_a_table():
    result = sure([[1, 0, 2, 2], [0, 1, 0, 0], [0, 0, 0, 1]])
    table = objects_table(result, spacing=(2, 0.5))
    assert table.columns.tolist() == ["label", "class", "x0", "y0", "x1", "y1", "pixels", "area"]
    assert table.to_numpy().tolist() == [
        [1, "a", 0, 0, 2, 2, 2, 2.0],
        [1, "a", 3, 2, 4, 3, 1, 1.0],
        [2, "b", 2, 0, 4, 1, 2, 2.0],
    ]
    assert objects_table(result, min_area=2)["label"].tolist() == [1, 2]
    assert objects_table(sure([[0, 0]])).empty


def test_overlay_paints_objects_and_leaves_background_alone():
    image = np.full((9, 9, 3), 100, np.uint8)
    labels = np.zeros((9, 9), np.uint8)
    labels[2:7, 2:7] = 1
    before = image.copy()
    painted = overlay(image, labels, [(0, 0, 0), (200, 0, 100)], strength=0.5)
    np.testing.assert_array_equal(image, before)
    np.testing.assert_array_equal(painted[labels == 0], image[labels == 0])
    assert painted[4, 4].tolist() == [150, 50, 100]
    assert painted[2, 4].tolist() == [200, 0, 100]  # contour


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (5, 1)])
def test_overlay_of_thin_pictures(shape):
    labels = np.ones(shape, np.uint8)
    assert overlay(np.zeros((*shape, 3), np.uint8), labels, colours(2)).shape == (*shape, 3)
