"""Class activation maps: confident cells and thresholds counted by hand."""

import numpy as np
import pytest

from wss_core.conventions import UNKNOWN
from wss_core.training import class_activation


def test_sure_cells_by_hand():
    """Class 1 goes from -1 to 3, class 2 from 0 to 1: each is judged by its own ends, and 0 is where both are low."""
    one = np.array([[3.0, 2.0, 1.0, -1.0, -0.9]])
    two = np.array([[0.0, 0.2, 0.3, 1.0, 0.05]])
    maps = np.stack([one, two]).astype(np.float32)
    found = class_activation.keep_confident(maps, [1, 2], 0.75, 0.1)
    assert found.tolist() == [[1, 1, UNKNOWN, 2, 0]]
    assert class_activation.keep_confident(maps, [2], 0.75, 0.1).tolist() == [[0, UNKNOWN, UNKNOWN, 2, 0]]


def test_every_class_present_keeps_its_highest_cell():
    """Class 2 is second to class 1 even there, but its tag says that it is on the picture."""
    maps = np.array([[[4.0, 3.9, 0.0]], [[0.9, 1.0, 0.0]]], np.float32)
    assert class_activation.keep_confident(maps, [1, 2], 0.5, 0.1).tolist() == [[1, 2, 0]]


def test_the_cut_leaves_as_many_as_there_are():
    scores = np.array([0.3, 0.1, 0.2, 0.05])
    middle = (np.log(0.2 / 0.8) + np.log(0.1 / 0.9)) / 2
    assert class_activation.threshold_logit(scores, 2) == pytest.approx(middle)
    assert class_activation.threshold_logit(np.array([0.9, 0.2, 0.6]), 2) == 0.0  # as it is
    assert class_activation.threshold_logit(np.array([0.9, 0.8, 0.6]), 2) == pytest.approx(
        (np.log(4) + np.log(1.5)) / 2
    )
    assert (class_activation.threshold_logit(scores, 0), class_activation.threshold_logit(scores, 4)) == (0.0, 0.0)
