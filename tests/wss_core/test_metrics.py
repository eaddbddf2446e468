"""Pixel metrics against scikit-learn, and against sets counted class by class."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, f1_score, jaccard_score

from wss_core import metrics
from wss_core.conventions import UNKNOWN


def random_maps(count: int, shape=(9, 11)) -> tuple[np.ndarray, np.ndarray]:
    """uint8 truth, whose first row is unknown, and labels, of `count` classes."""
    random = np.random.default_rng(0)
    truth, labels = random.integers(0, count, shape, np.uint8), random.integers(0, count, shape, np.uint8)
    truth[0] = UNKNOWN
    return truth, labels


def test_the_confusion_and_its_ratios_are_scikit_learns():
    truth, labels = random_maps(3)
    known = truth != UNKNOWN
    table = metrics.confusion(truth, labels, 4)
    np.testing.assert_array_equal(table[:3, :3], confusion_matrix(truth[known], labels[known]))
    counts = metrics.counts_of_confusion(table)
    np.testing.assert_array_equal(counts, metrics.counts(truth, labels, 4))
    np.testing.assert_allclose(metrics.iou(counts)[:3], jaccard_score(truth[known], labels[known], average=None))
    np.testing.assert_allclose(metrics.dice(counts)[:3], f1_score(truth[known], labels[known], average=None))
    assert np.isnan(metrics.iou(counts)[3])
    assert np.isnan(metrics.dice(counts)[3])


@pytest.mark.parametrize(("where", "words"), [(0, "the truth holds label 3"), (1, "the prediction holds label 3")])
def test_labels_that_are_no_class_are_refused(where, words):
    maps = [np.zeros((2, 2), np.uint8), np.zeros((2, 2), np.uint8)]
    maps[where] += 3
    with pytest.raises(ValueError, match=words):
        metrics.confusion(*maps, 3)


def test_the_ious_of_the_objects_are_those_of_their_pixels():
    """Counted class by class as sets; equal to the last bit. A class that is predicted but not true has no row."""
    truth, labels = random_maps(5, (40, 30))
    truth[truth == 3] = 2
    known = truth != UNKNOWN
    expected = [
        ((labels == label) & (truth == label)).sum() / (((labels == label) & known) | (truth == label)).sum()
        for label in (1, 2, 4)
    ]
    assert metrics.object_ious(truth, labels).tolist() == expected
    assert metrics.object_ious(np.zeros((3, 3), np.uint8), np.ones((3, 3), np.uint8)).tolist() == []
