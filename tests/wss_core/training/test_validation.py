"""Validation: the confusion over a set of images."""

import numpy as np
import pytest

from tests.support.training import mixed_examples, nearest_class
from wss_core import metrics
from wss_core.cues import Example
from wss_core.training.validation import check_has_truth, total_confusion


def test_the_confusion_is_over_all_images_and_adds_up_over_processes():
    examples = [*mixed_examples(), Example(np.zeros((8, 8, 3), np.uint8))]  # the last has no truth

    def predict(image):
        return np.stack([nearest_class(image) == label for label in range(3)]).astype(np.float32)

    whole = total_confusion(examples, predict, 3)
    assert whole.sum() == 5 * 40 * 52
    assert np.nanmean(metrics.iou(metrics.counts_of_confusion(whole))) > 0.99
    parts = [total_confusion(examples, predict, 3, rank=rank, world_size=2) for rank in (0, 1)]
    np.testing.assert_array_equal(whole, sum(parts))


def test_a_truth_of_which_nothing_is_known_is_none():
    unknown = Example(np.zeros((8, 8, 3), np.uint8), truth=np.full((8, 8), 255, np.uint8))
    with pytest.raises(ValueError, match="no picture of the validation has a true mask"):
        check_has_truth([unknown, Example(unknown.image)])
    check_has_truth([unknown, *mixed_examples()])
    check_has_truth([])
