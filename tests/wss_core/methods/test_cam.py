"""cam: from tags to places. Seeds counted by hand; a class that is told nowhere else than in tags is found."""

import copy

import numpy as np
import pytest
import torch

from wss_core.conventions import UNKNOWN
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


def test_nothing_present_is_background():
    assert (class_activation.keep_confident(np.ones((2, 3, 3), np.float32), [], 0.5, 0.1) == 0).all()


def test_the_score_lies_between_the_mean_and_the_highest():
    network = classification_net.build("unet", classes=3, channels=3, seed=0)
    scores, activations = network(torch.rand(2, 3, 64, 64))
    cells = activations.flatten(2)
    assert (scores >= cells.mean(dim=2) - 1e-4).all()
    assert (scores <= cells.amax(dim=2) + 1e-4).all()


@pytest.mark.parametrize("name", ["unet", "builtin", "timm:test_resnet", "timm:test_vit"])
def test_convolutions_and_transformers_are_activated(name):
    network = classification_net.build(name, classes=4, channels=3, seed=0, pretrained=name == "builtin")
    scores, maps = classification_net.predict_activations(network, scene(3).image, 96, 3)
    assert scores.shape == (3,)
    assert maps.shape[0] == 3
    assert maps.shape[1] == maps.shape[2] > 2


def test_the_cut_leaves_as_many_as_there_are():
    scores = np.array([0.3, 0.1, 0.2, 0.05])
    middle = (np.log(0.2 / 0.8) + np.log(0.1 / 0.9)) / 2
    assert class_activation.threshold_logit(scores, 2) == pytest.approx(middle)
    assert class_activation.threshold_logit(np.array([0.9, 0.2, 0.6]), 2) == 0.0  # as it is
    assert class_activation.threshold_logit(np.array([0.9, 0.8, 0.6]), 2) == pytest.approx(
        (np.log(4) + np.log(1.5)) / 2
    )
    assert (class_activation.threshold_logit(scores, 0), class_activation.threshold_logit(scores, 4)) == (0.0, 0.0)


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
