"""Augmentation: labels move with the pixels, and crops depend on their seed only."""

import numpy as np
import pytest

from tests.support.training import CLASSES, fully_labelled_sample, make_config, make_example, nearest_class
from wss_core.conventions import UNKNOWN
from wss_core.cues import Cues
from wss_core.training.augment import random_crop, strong_augment
from wss_core.training.samples import make_sample

NAN = np.nan


@pytest.mark.parametrize("boxes", [True, False])
def test_all_labels_move_with_the_pixels(boxes):
    sample = fully_labelled_sample(boxes=boxes)
    for seed in range(20):
        crop = random_crop(sample, make_config(crop=48), np.random.default_rng(seed))
        known = crop.labels != UNKNOWN
        agree = nearest_class(crop.image)[known] == crop.labels[known]
        assert agree.mean() > 0.95  # all but mixed pixels on the edges
        assert (crop.pseudo_labels.argmax(axis=0)[known] == crop.labels[known]).mean() > 0.95
        np.testing.assert_allclose(crop.pseudo_labels.sum(axis=0)[known], 1, atol=0.02)
        for x0, y0, x1, y1, label, share in crop.boxes:
            ys, xs = np.nonzero(crop.labels == label)
            assert share > 0
            if share > 0.95:
                np.testing.assert_allclose((x0, y0, x1, y1), (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1), atol=1.5)


def test_crops_differ_by_their_seed_only():
    sample = fully_labelled_sample()
    one, again, other = (random_crop(sample, make_config(), np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.image, again.image)
    assert not np.array_equal(one.image, other.image)


def test_a_tagged_class_may_be_outside_the_crop():
    """Tags alone: in a small part of the image the present class may be missing; the absent one is missing there too."""
    tagged = make_sample(make_example(cues=Cues(tags=("red",))), CLASSES, 64)
    small = random_crop(tagged, make_config(crop=16, zoom=1.0), np.random.default_rng(0))
    np.testing.assert_array_equal(small.tags, [NAN, NAN, 0])
    for seed in range(5):
        whole = random_crop(tagged, make_config(crop=96, zoom=1.5), np.random.default_rng(seed))
        np.testing.assert_array_equal(whole.tags, [NAN, 1, 0])
        nearly = random_crop(tagged, make_config(crop=52, zoom=1.05, turn=0.0), np.random.default_rng(seed))
        np.testing.assert_array_equal(nearly.tags, [NAN, 1, 0])


def test_strong_augmentation_leaves_grey_images_grey():
    image = np.repeat(np.random.default_rng(0).integers(0, 255, (20, 20, 1), np.uint8), 3, axis=2)
    for seed in range(10):
        changed = strong_augment(image, np.random.default_rng(seed))
        assert (changed == changed[..., :1]).all()
        assert changed.dtype == np.uint8
