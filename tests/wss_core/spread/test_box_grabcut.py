"""Boxes cut out one by one, and points whose objects look alike: what the objects' own colours tell."""

import numpy as np
import pytest

from wss_core.conventions import UNKNOWN
from wss_core.cues import Box, Cues, Example, Point, Stroke
from wss_core.results import Result
from wss_core.spread import box_grabcut, point_clusters
from wss_core.training import pseudo_labels
from wss_core.training.cue_labels import add_point_pseudo_labels
from wss_core.training.samples import TrainSamples


def discs(places, colours, radius=9, shape=(72, 96)):
    """(image, truth): discs of the colours on grey, a little noisy; truth numbers them from 1."""
    image = np.full((*shape, 3), 120.0) + np.random.default_rng(0).normal(0, 3, (*shape, 3))
    truth = np.zeros(shape, np.uint8)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    for number, ((x, y), colour) in enumerate(zip(places, colours, strict=True), start=1):
        inside = (columns - x) ** 2 + (rows - y) ** 2 <= radius**2
        image[inside] += np.array(colour) - 120
        truth[inside] = number
    return np.clip(image, 0, 255).astype(np.uint8), truth


def around(x, y, label, radius=9):
    return Box(x - radius, y - radius, x + radius + 1, y + radius + 1, label)


def overlap(one, other):
    return (one & other).sum() / (one | other).sum()


PLACES, COLOURS = ((24, 24), (62, 40)), ((200, 60, 60), (60, 60, 200))


def test_each_object_is_cut_out_of_its_own_box():
    image, truth = discs(PLACES, COLOURS)
    found = box_grabcut.labels_from_boxes(image, Cues(boxes=(around(*PLACES[0], 1), around(*PLACES[1], 2))))
    assert found.dtype == np.uint8
    for label in (1, 2):
        assert overlap(found == label, truth == label) > 0.95


def test_what_is_drawn_stays_and_the_smaller_box_wins():
    image, truth = discs(((40, 36),), (COLOURS[0],), radius=24)
    inner = np.hypot(*np.mgrid[-36:36, -40:56]) <= 8
    image[inner] = COLOURS[1]
    boxes = (around(40, 36, 2, radius=8), around(40, 36, 1, radius=24))
    found = box_grabcut.labels_from_boxes(image, Cues(boxes=boxes, strokes=(Stroke(2, 1, ((80, 60), (84, 60))),)))
    assert (found[60, 80:85] == 2).all()
    assert overlap(found == 2, inner) > 0.9
    assert overlap(found == 1, (truth == 1) & ~inner) > 0.9


def test_a_box_whose_object_is_not_found_says_nothing():
    image, _ = discs((PLACES[0],), (COLOURS[0],), radius=3)
    found = box_grabcut.labels_from_boxes(image, Cues(boxes=(Box(8, 8, 41, 41, 1),)))
    assert (found[8:41, 8:41] == UNKNOWN).mean() > 0.9
    assert not np.delete(found, np.s_[8:41], axis=0).any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (30, 2)])
def test_tiny_pictures(shape):
    image = np.full((*shape, 3), 9, np.uint8)
    cues = Cues(points=(Point(0, 0, 1),), boxes=(Box(0, 0, *shape[::-1], 1),))
    assert box_grabcut.labels_from_boxes(image, cues).shape == shape
    assert point_clusters.labels_from_points(image, cues).shape == shape


def test_pixels_like_those_at_points_are_their_class():
    image, truth = discs(((20, 20), (70, 20), (45, 52)), (COLOURS[0],) * 3)
    points = [Point(20, 20, 1), Point(70, 20, 1), Point(45, 52, 2), Point(3, 3, 0)]
    found = point_clusters.labels_from_points(image, Cues(points=points))
    assert ((found == 1) | (found == 2))[truth > 0].mean() > 0.8
    assert (found[truth == 0] == 0).mean() > 0.5
    assert not ((found == 1) | (found == 2))[truth == 0].any()
    assert set(np.unique(found[truth == 3])) <= {2, UNKNOWN}
    assert (point_clusters.labels_from_points(image, Cues(points=points[3:])) == UNKNOWN).all()


def test_points_for_each_object_tell_nearly_all_pixels():
    image, truth = discs(PLACES, COLOURS[:1] * 2)
    found = TrainSamples(
        [Example(image, Cues(points=(Point(24, 24, 1), Point(62, 40, 1))))], ("a", "b"), 96, point_per_object=True
    )[0]
    known = found.labels != UNKNOWN
    assert known.mean() > 0.6
    assert ((found.labels == 1) == (truth > 0))[known].mean() > 0.98
    assert (found.labels[truth > 0] == 1).mean() > 0.8
    lone = Example(image, Cues(points=(Point(3, 3, 0),)))
    assert add_point_pseudo_labels(lone) is lone


def test_soft_labels_of_boxes():
    image, truth = discs(PLACES, COLOURS)
    boxed = Example(image, Cues(boxes=(around(*PLACES[0], 1), around(*PLACES[1], 2))))
    found = pseudo_labels.labels_from_boxes(boxed, side=48)
    assert found.labels == [0, 1, 2]
    assert found.planes.shape == (3, 36, 48)
    assert (found.planes.argmax(axis=0) == truth[::2, ::2]).mean() > 0.95
    np.testing.assert_allclose(found.planes.sum(axis=0, dtype=int), 255, atol=2)
    assert found.planes.max() == round(255 * pseudo_labels.CONFIDENCE)
    assert pseudo_labels.labels_from_boxes(Example(image, Cues(strokes=(Stroke(1, 3, ((24, 24),)),)))) is None


def two_classes():
    """(image, truth, probabilities that see both discs half a radius too far right, and are sure of the far left)."""
    image, truth = discs(PLACES, COLOURS)
    seen = np.roll(truth, 5, axis=1)
    probs = np.stack([np.where(seen == label, 0.8, 0.1) for label in range(3)]).astype(np.float32)
    probs[:, :, :10] = np.array([0.99, 0.005, 0.005])[:, None, None]
    return image, truth, probs


def test_what_was_learned_is_cut_out_anew():
    image, truth, probs = two_classes()
    found = box_grabcut.recut_predictions(image, Cues(strokes=(Stroke(2, 1, ((80, 60), (84, 60))),)), probs, [0, 1, 2])
    assert (found[60, 80:85] == 2).all()  # as it is drawn
    found[60, 80:85] = 0
    for label in (1, 2):
        assert overlap(found == label, truth == label) > 0.9
    assert (found[:, :10] == 0).all()


def test_a_place_that_two_classes_claim_is_left_open():
    image, truth, probs = two_classes()
    both = truth == 1
    probs[:, both] = np.array([0.0, 0.51, 0.49])[:, None]
    probs[2, both & (np.arange(96) % 2 == 0)] = 0.6
    found = box_grabcut.recut_predictions(image, Cues(), probs, [0, 1, 2])
    assert set(np.unique(found[both])) <= {1, 2, UNKNOWN}
    assert set(np.unique(found[truth == 0])) <= {0, UNKNOWN}


def test_soft_labels_of_what_was_learned():
    image, truth, probs = two_classes()
    answers = []

    def segment(image, cues):
        answers.append(cues)
        return Result(probs, ("a", "b", "c"))

    lone_point = Cues(points=(Point(24, 24, 1),))
    found = pseudo_labels.labels_from_predictions(Example(image, lone_point), segment, side=48)
    assert (found.planes.argmax(axis=0) == truth[::2, ::2]).mean() > 0.93
    assert answers == [lone_point]
    assert pseudo_labels.labels_from_predictions(Example(image), segment) is None
    assert pseudo_labels.labels_from_predictions(Example(image, Cues(labels=truth)), segment) is None
    assert len(answers) == 1


def test_which_cues_soft_labels_are_made_of():
    assert pseudo_labels.pseudo_labelled_kinds("objects") == {"boxes"}
    assert "strokes" in pseudo_labels.pseudo_labelled_kinds("live")
