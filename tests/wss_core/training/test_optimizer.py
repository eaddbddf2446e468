"""The optimizer: its learning rate over the steps, and the slower one of pretrained encoders."""

import pytest

from wss_core import networks
from wss_core.training import optimizer


def test_the_learning_rate_rises_and_falls():
    rates = [optimizer.rate_at(step, 1000) for step in range(1001)]
    assert rates[0] == pytest.approx(1 / optimizer.WARM_UP, rel=0.01)
    assert max(rates) == pytest.approx(1, rel=0.01)
    assert rates[1000] == pytest.approx(optimizer.FINAL_RATE)


def test_pretrained_encoders_learn_slowly():
    network = networks.build("builtin", classes=2, width=16, channels=3, seed=0)
    fast, slow = optimizer.make_optimizer(network, 1e-3).param_groups
    assert slow["lr"] == pytest.approx(1e-4)
    assert {id(p) for p in slow["params"]} == {id(p) for p in network.encoder.parameters()}
    assert {id(p) for p in fast["params"]} == {id(p) for p in network.decoder.parameters()}
