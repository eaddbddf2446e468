"""Strokes and outlines that lead far out of the picture keep their direction inside it."""

import numpy as np
import pytest

from wss_core.cues import Box, Cues, Stroke, raster

SHAPE = (40, 60)


def labelled(stroke: Stroke) -> np.ndarray:
    return raster.draw_seeds(Cues(strokes=[stroke]), SHAPE) == stroke.label


@pytest.mark.parametrize("far", [1e3, 1e6, 1e12, 1e300])
def test_a_stroke_to_a_far_place_is_straight_inside_the_picture(far):
    near = labelled(Stroke(1, 1, ((10, 10), (50, 30))))
    along = labelled(Stroke(1, 1, ((10, 10), (10 + 2 * far, 10 + far))))
    columns = np.arange(12, 49)
    assert np.abs(near[:, columns].argmax(axis=0) - along[:, columns].argmax(axis=0)).max() <= 1


def test_a_stroke_whose_ends_are_both_far_crosses_the_picture():
    mask = labelled(Stroke(1, 1, ((-1e7, -1e7 + 5), (1e7, 1e7 + 5))))
    assert mask[20, 15]
    assert mask[30, 25]
    assert not mask[5, 50]


def test_an_outline_with_a_far_corner_is_filled_to_the_border():
    mask = labelled(Stroke(1, 0, ((10, 10), (1e9, 10), (1e9, 30), (10, 30))))
    assert mask[20, 11:].all()
    assert not mask[5].any()
    assert not mask[35].any()
    assert not mask[20, :9].any()


def test_a_far_corner_of_a_box_is_the_border():
    cues = Cues(boxes=[Box(2, 2, 1e308, 15, 1)])
    allowed = raster.allowed_regions(cues, SHAPE, [0, 1])
    assert allowed[1, 2:15, 2:].all()
    assert not allowed[1, 15:].any()
    halved = raster.resize_cues(cues, SHAPE, (80, 120))
    assert raster.allowed_regions(halved, (80, 120), [0, 1])[1, 10, 100]
