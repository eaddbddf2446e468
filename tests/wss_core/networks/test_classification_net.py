"""The classification network: its scores, and its activations with every kind of encoder."""

import numpy as np
import pytest
import torch

from wss_core.networks import classification_net

torch.set_num_threads(1)


def test_the_score_lies_between_the_mean_and_the_highest():
    network = classification_net.build("unet", classes=3, channels=3, seed=0)
    scores, activations = network(torch.rand(2, 3, 64, 64))
    cells = activations.flatten(2)
    assert (scores >= cells.mean(dim=2) - 1e-4).all()
    assert (scores <= cells.amax(dim=2) + 1e-4).all()


@pytest.mark.parametrize("name", ["unet", "builtin", "timm:test_resnet", "timm:test_vit"])
def test_convolutions_and_transformers_are_activated(name):
    network = classification_net.build(name, classes=4, channels=3, seed=0, pretrained=name == "builtin")
    scores, maps = classification_net.predict_activations(
        network, np.random.default_rng(0).integers(0, 256, (128, 128, 3), np.uint8), 96, 3
    )
    assert scores.shape == (3,)
    assert maps.shape[0] == 3
    assert maps.shape[1] == maps.shape[2] > 2
