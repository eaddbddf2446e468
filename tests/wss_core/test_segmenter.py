"""The interface of every method: what was prepared of another picture, and weights that are damaged, are refused."""

import numpy as np
import pytest

from tests.support.scenes import CLASSES, discs
from wss_core import Cues, Point, create
from wss_core.cues import Example, Stroke


@pytest.mark.parametrize("change", [lambda image: 255 - image, lambda image: image[::-1], lambda image: image // 2])
def test_what_was_prepared_of_another_picture_of_the_same_size_is_refused(change):
    image = np.random.default_rng(0).integers(0, 255, (40, 40, 3), dtype=np.uint8)
    method, cues = create("propagate", spread="live"), Cues(points=[Point(5, 5, 1)])
    prepared = method.prepare(image)
    expected = method.segment(image, cues).labels
    np.testing.assert_array_equal(method.segment(image.copy(), cues, prepared).labels, expected)
    with pytest.raises(ValueError, match="prepared is of another picture of the same size. Call prepare"):
        method.segment(change(image), cues, prepared)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy sees it too
@pytest.mark.parametrize("value", [3e38, float("inf"), float("nan")])
def test_weights_that_give_no_numbers_are_refused(value):
    examples = discs()
    model = create("probe", features="texture", classes=CLASSES, waves=16).fit(examples)
    state = {name: array.copy() for name, array in model.state().items()}
    for array in state.values():
        array[...] = np.where(np.arange(array.size).reshape(array.shape) % 2, value, -value)
    model.load_state(state)
    with pytest.raises(ValueError, match="the weights of this probe give probabilities that are no numbers"):
        model.segment(examples[0].image)


def test_examples_are_compared_by_what_they_hold():
    image, labels = np.zeros((8, 8, 3), np.uint8), np.zeros((8, 8), np.uint8)
    one = Example(image, Cues(labels=labels), labels, "a")
    assert one == Example(image.copy(), Cues(labels=labels.copy()), labels.copy(), "a")
    assert one != Example(image, Cues(labels=labels), None, "a")
    assert one != Example(image + 1, Cues(labels=labels), labels, "a")
    assert one != Example(image, Cues(strokes=[Stroke(1, 1, ((1, 1), (2, 2)))]), labels, "a")
    assert one != "a"
