"""Polygons are filled as scikit-image fills them, pixel by pixel, and quickly."""

import numpy as np
import pytest
from skimage.draw import polygon

from wss_core.imaging import polygon_fill
from wss_core.imaging.polygon_fill import fill_rings


def expected(ring, shape):
    mask = np.zeros(shape, bool)
    mask[polygon(ring[:, 1] - 0.5, ring[:, 0] - 0.5, shape)] = True
    return mask


def test_random_rings_are_filled_as_scikit_image_does():
    rng = np.random.default_rng(0)
    for number in range(300):
        shape = tuple(rng.integers(1, 24, 2))
        ring = rng.uniform(-6, 30, (rng.integers(1, 9), 2))
        if number % 3 == 0:
            ring = np.rint(ring)  # edges through corners of pixels
        if number % 3 == 1:
            ring = np.rint(ring) + 0.5  # edges through centres of pixels
        np.testing.assert_array_equal(fill_rings([ring], shape), expected(ring, shape), str(ring.tolist()))


def test_rings_are_joined_and_a_ring_that_crosses_itself_is_open_where_it_covers_twice():
    square = np.array([(1, 1), (4, 1), (4, 4), (1, 4)], float)
    both = fill_rings([square, square + 5], (12, 12))
    assert both.sum() == 18
    twice = np.concatenate([square, square])
    assert not fill_rings([twice], (12, 12))[2, 2]
    assert fill_rings([], (3, 4)).sum() == 0


def test_the_memory_does_not_grow_with_corners_times_rows(monkeypatch):
    ring = np.random.default_rng(1).uniform(0, 50, (60, 2))
    whole = fill_rings([ring], (50, 50))
    monkeypatch.setattr(polygon_fill, "CHUNK", 40)
    np.testing.assert_array_equal(fill_rings([ring], (50, 50)), whole)


@pytest.mark.parametrize("corner", [1e300, -1e300])
def test_a_corner_far_away_is_no_trouble(corner):
    ring = np.array([(2, 2), (corner, 2), (2, 8)], float)
    assert fill_rings([ring], (10, 10))[3].any()
