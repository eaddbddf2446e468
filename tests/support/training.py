"""Small examples, and the parts of a training made of them, for tests of `wss_core.training`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from wss_core import networks
from wss_core.cues import Cues, Example, Stroke
from wss_core.run_options import RunOptions
from wss_core.training.batches import BatchMaker
from wss_core.training.config import TrainConfig
from wss_core.training.cue_labels import cue_kinds
from wss_core.training.fit import fit_network
from wss_core.training.samples import SoftLabels, TrainSample, TrainSamples, make_sample

CLASSES = ("background", "red", "blue")
COLOURS = np.array([(60, 140, 70), (190, 60, 50), (50, 60, 190)], np.uint8)
MIXED_TERMS = ("cross_entropy", "dice", "dual", "tags", "agreement")  # with all that a term may need
torch.set_num_threads(1)


def make_example(i=0, cues=None, shape=(40, 52)) -> Example:
    """A red and a blue rectangle on green; by default with a stroke on each class."""
    random = np.random.default_rng(i)
    truth = np.zeros(shape, np.uint8)
    truth[8 + i % 3 : 22, 6:20], truth[18:34, 30 - i % 4 : 46] = 1, 2
    image = np.clip(COLOURS[truth] + random.normal(0, 6, (*shape, 3)), 0, 255).astype(np.uint8)
    strokes = (Stroke(1, 3, ((8, 14), (17, 16))), Stroke(2, 3, ((33, 24), (43, 30))), Stroke(0, 3, ((3, 3), (48, 3))))
    return Example(image, Cues(strokes=strokes) if cues is None else cues, truth, str(i))


def nearest_class(image) -> np.ndarray:
    """int (H, W): the class whose colour is nearest to each pixel's."""
    distances = np.linalg.norm(image[..., None, :].astype(float) - COLOURS, axis=-1)
    return distances.argmin(axis=-1)


def fully_labelled_sample(i=0, boxes=True) -> TrainSample:
    """A sample with all its pixels labelled, and with boxes and pseudo-labels that say the same."""
    example = make_example(i)
    sample = make_sample(replace(example, cues=Cues(labels=example.truth)), CLASSES, 64)
    corners = np.array([[6, 8, 20, 22, 1], [30, 18, 46, 34, 2]], np.float32) if boxes else np.zeros((0, 5), np.float32)
    planes = np.stack([255 * (sample.labels == label) for label in (0, 2, 1)]).astype(np.uint8)
    return replace(sample, boxes=corners, pseudo_labels=SoftLabels([0, 2, 1], planes))


def mixed_examples() -> list[Example]:
    """Two examples with strokes, one with tags, two without cues."""
    cues = [None, None, Cues(tags=("red",)), Cues(), Cues()]
    return [make_example(i, own) for i, own in enumerate(cues)]


def make_config(**settings) -> TrainConfig:
    """A config of four small steps, but for `settings`."""
    defaults = {"steps": 4, "batch": 4, "crop": 32, "side": 64, "channels": 3, "rate": 1e-3, "seed": 0, "every": 2}
    return TrainConfig(**(defaults | settings))


def make_options(folder=None, **options) -> RunOptions:
    """Options for a quiet training on the CPU."""
    return RunOptions(folder=folder, device="cpu", quiet=True, **options)


def make_batches(examples=None, with_teacher=True, rank=0, world_size=1, **settings) -> BatchMaker:
    """A BatchMaker of the examples, by default the mixed ones."""
    examples = mixed_examples() if examples is None else examples
    return BatchMaker(
        TrainSamples(examples, CLASSES, 64),
        [cue_kinds(example.cues) for example in examples],
        make_config(**settings),
        with_teacher=with_teacher,
        rank=rank,
        world_size=world_size,
    )


def make_network(seed=0) -> networks.SegmentationNet:
    """A small network with random weights."""
    return networks.build("unet", classes=3, width=16, channels=3, seed=seed)


def fit_mixed(folder=None, config=None, validation=2, **options) -> networks.SegmentationNet:
    """A network fitted to the mixed examples by MIXED_TERMS, so that every part of the loop is at work."""
    network = make_network()
    fit_network(
        network,
        mixed_examples(),
        classes=CLASSES,
        config=config or make_config(),
        options=make_options(folder, **options),
        terms=MIXED_TERMS,
        validation=mixed_examples()[:validation],
    )
    return network


def predict(network, example) -> np.ndarray:
    """The network's probabilities for an example's image."""
    return networks.predict_probabilities(network, example.image, 64, 3)


def same_weights(one, other) -> bool:
    """Whether two networks hold the same weights, to the bit."""
    pairs = zip(one.state_dict().items(), other.state_dict().items(), strict=True)
    return all(torch.equal(a, b) for (_, a), (_, b) in pairs)


class Stop(Exception):
    """What a progress function raises to stop a training."""


def stop_after(steps):
    """A progress function that stops the training after so many steps."""

    def progress(step, total, figures):
        if step == steps:
            raise Stop

    return progress
