"""cam: from tags to places. Seeds counted by hand; a class that only tags name is found."""

import copy

import numpy as np
import pytest
import torch

from wss_core.cues import Cues, Example
from wss_core.methods.cam import Cam
from wss_core.networks import classification_net
from wss_core.run_options import RunOptions
from wss_core.training import class_activation
from wss_core.training.samples import TrainSamples

torch.set_num_threads(1)
RUN = RunOptions(device="cpu", quiet=True)
CLASSES = ("background", "disc", "square")
TINY = {"width": 16, "crop": 128, "side": 128, "batch": 4, "rate": 4e-3}


def scene(i):
    """A red disc, a blue square, both or neither on green, by the number, with tags and truth."""
    random = np.random.default_rng(i)
    ys, xs = np.mgrid[:128, :128]
    truth = np.zeros((128, 128), np.uint8)
    if i & 1:
        x, y = random.integers(30, 98, 2)
        truth[(xs - x) ** 2 + (ys - y) ** 2 < 20**2] = 1
    if i & 2:
        x, y = random.integers(6, 86, 2)
        truth[y : y + 36, x : x + 36] = 2
    colours = np.array([(60, 140, 70), (190, 60, 50), (60, 60, 190)])
    image = np.clip(colours[truth] + random.normal(0, 9, (128, 128, 3)), 0, 255).astype(np.uint8)
    names = tuple(CLASSES[label] for label in np.unique(truth) if label)
    return Example(image, Cues(tags=names), truth, str(i))


@pytest.fixture(scope="module")
def learned():
    return Cam(classes=CLASSES, steps=60, refine=0, **TINY).fit([scene(i) for i in range(12)], run=RUN)


def overlap(labels, truth, label):
    return ((labels == label) & (truth == label)).sum() / ((labels == label) | (truth == label)).sum()


def test_nothing_present_is_background():
    assert (class_activation.keep_confident(np.ones((2, 3, 3), np.float32), [], 0.5, 0.1) == 0).all()


def test_classes_seen_too_seldom_to_be_sure_are_found(learned):
    """A network that is never sure, as of a class on few pictures, orders them all the same."""
    network = copy.deepcopy(learned._tagger)
    with torch.no_grad():
        network.decoder.answer.bias -= 9.0
    scenes = [scene(i) for i in range(12)]
    seen = [classification_net.predict_activations(network, one.image, 128, 3)[0] for one in scenes]
    assert np.max(seen) < 0.5
    class_activation.match_class_frequencies(
        network, TrainSamples(scenes, CLASSES, 128, complete=True), learned._cam_config(1)
    )
    found = np.array([classification_net.predict_activations(network, one.image, 128, 3)[0] > 0.5 for one in scenes])
    assert found.tolist() == [["disc" in one.cues.tags, "square" in one.cues.tags] for one in scenes]


def test_from_tags_alone_the_things_are_found(learned):
    for i in (21, 25):
        example = scene(i)
        assert overlap(learned.segment(example.image, example.cues).labels, example.truth, 1) > 0.7


def test_without_tags_it_says_itself_what_is_there(learned):
    assert (learned.segment(scene(20).image).labels == 0).all()
    assert set(np.unique(learned.segment(scene(21).image).labels)) == {0, 1}


def test_told_that_nothing_is_there_it_finds_nothing(learned):
    assert (learned.segment(scene(23).image, Cues(tags=())).labels == 0).all()


def test_the_masks_so_made_are_of_the_tagged_classes(learned):
    labels, planes = learned._pseudo_labels(scene(21))
    assert labels == [0, 1]
    np.testing.assert_allclose(planes.sum(axis=0, dtype=int), 255, atol=2)
    assert overlap(planes.argmax(axis=0), scene(21).truth, 1) > 0.7
    assert learned._pseudo_labels(scene(20)) is None  # nothing is there, and the tags say so of every pixel


def test_a_network_learns_from_them_and_then_answers():
    refined = Cam(classes=CLASSES, steps=2, refine=2, **TINY).fit([scene(i) for i in range(4)], run=RUN)
    assert refined.training["terms"] == {"soft": 1.0, "tags": 0.1}
    assert refined.prepare(scene(1).image).cache.shape == (3, 128, 128)
    again = Cam(**refined.settings())
    again.load_state(refined.state())
    np.testing.assert_array_equal(again.segment(scene(1).image).probs, refined.segment(scene(1).image).probs)
    with pytest.raises(ValueError, match="weights do not fit cam"):
        Cam(**(refined.settings() | {"refine": 0})).load_state(refined.state())


def test_other_cues_tell_tags_too(learned):
    whole = Example(scene(1).image, Cues(labels=scene(1).truth))
    assert learned._tags(whole).tags == ("disc",)
    assert learned._tags(Example(whole.image)).tags is None


def test_without_any_tag_it_says_what_to_do():
    with pytest.raises(ValueError, match="no picture has a cue to learn from. Give cues"):
        Cam(classes=CLASSES, steps=2, refine=0, **TINY).fit([Example(scene(0).image)], run=RUN)
