"""Statistics of annotations: examples that do not fit are named, greyscale images are recognised."""

import numpy as np
import pytest

from tests.support.training import CLASSES, make_example
from wss_core.conventions import CueError, ImageError
from wss_core.cues import Cues, Example, Point
from wss_core.training.annotation_stats import annotation_stats, is_greyscale


def test_examples_that_do_not_fit_are_named():
    wrong = Example(make_example().image, Cues(points=(Point(1, 1, 7),)), id="seven")
    with pytest.raises(CueError, match="picture seven: point 0 has label 7, but there are 3 classes"):
        annotation_stats([make_example(), wrong], CLASSES)
    with pytest.raises(ImageError, match="picture 1: an Example holds uint8 .H, W, 3.. Give it what read_image makes"):
        annotation_stats([make_example(), Example(np.zeros((4, 4), np.uint8))], CLASSES)


def test_greyscale_images_are_recognised():
    assert not is_greyscale([make_example()])
    assert is_greyscale([Example(np.zeros((4, 4, 3), np.uint8))])
