"""Statistics of annotations: examples that do not fit are named, greyscale images are recognised."""

import numpy as np
import pytest

from tests.support.training import CLASSES, make_example
from wss_core.conventions import CueError, ImageError
from wss_core.cues import Box, Cues, Example, Point, Stroke
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


UNKNOWN_ONLY = {
    "mask": Cues(labels=np.full((40, 52), 255, np.uint8)),
    "points": Cues(points=(Point(1, 1, 255),)),
    "strokes": Cues(strokes=(Stroke(255, 2, ((1, 1), (9, 9))),)),
    "boxes": Cues(boxes=(Box(1, 1, 9, 9, 255),)),
}


@pytest.mark.parametrize("kind", UNKNOWN_ONLY)
def test_cues_that_all_say_unknown_teach_nothing(kind):
    cues = UNKNOWN_ONLY[kind]
    with pytest.raises(
        CueError, match="nothing to learn from: all that the .* cues of 2 pictures mark is 255, unknown"
    ):
        annotation_stats([make_example(0, cues), make_example(1, cues), make_example(2, Cues())], CLASSES)
    assert len(annotation_stats([make_example(0, cues), make_example(1)], CLASSES)) == 2
    assert len(annotation_stats([make_example(0, cues), make_example(1, Cues(tags=()))], CLASSES)) == 2
