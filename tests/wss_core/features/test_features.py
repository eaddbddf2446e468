import numpy as np
import pytest
from skimage import color, data

from wss_core import features
from wss_core.imaging.resize import grid_shape


@pytest.mark.parametrize("name", features.FEATURES)
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (40, 30), (200, 333)])
def test_maps_are_finite_and_on_the_grid(name, shape):
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    grid = grid_shape(shape, 64)
    maps = features.extract(name, image, grid)
    assert maps.shape[1:] == grid
    assert maps.dtype == np.float32
    assert np.isfinite(maps).all()


@pytest.mark.parametrize(("shape", "grid"), [((768, 1024), (192, 256)), ((100, 50), (100, 50)), ((3, 3000), (1, 256))])
def test_the_grid_keeps_the_shape_and_enlarges_nothing(shape, grid):
    assert grid_shape(shape, 256) == grid


def test_lab_is_scikit_images():
    image = data.astronaut()[100:160, 200:280]
    expected = color.rgb2lab(image).transpose(2, 0, 1) / np.array([100, 60, 60])[:, None, None]
    np.testing.assert_allclose(features.lab(image, image.shape[:2]), expected, atol=8e-3)


def test_texture_tells_stripes_from_their_mean_grey():
    """Stripes finer than the grid look alike in colour, not in texture."""
    image = np.full((128, 256, 3), 128, np.uint8)
    image[::2, 128:], image[1::2, 128:] = 98, 158
    maps = features.extract("texture", image, (64, 128))
    left, right = maps[:, 32, 20], maps[:, 32, 108]
    assert abs(left - right)[:6].max() < 0.02
    assert abs(left - right)[6] > 0.2


def test_an_unknown_name_says_what_there_is():
    with pytest.raises(ValueError, match="no features 'vgg'. Choose one of: colour, texture, builtin, timm:NAME"):
        features.check("vgg")
