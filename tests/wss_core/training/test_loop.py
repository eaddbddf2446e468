"""The loop: which weights it ends with, and when it stops."""

import numpy as np
import pytest
import torch

from tests.support.training import (
    Stop,
    make_batches,
    make_config,
    make_example,
    make_network,
    make_options,
    same_weights,
    stop_after,
)
from wss_core.run_options import STATE
from wss_core.training import loop
from wss_core.training.device import DeviceGroup
from wss_core.training.train_step import TrainStep

STEP = TrainStep({"cross_entropy": 1.0}, encoder_channels=0, seed=0)


class NotFiniteAtStep2(TrainStep):
    """A training step whose loss is NaN at step 2."""

    def __call__(self, model, teacher, batch, step):
        loss, terms = super().__call__(model, teacher, batch, step)
        return loss * (np.nan if step == 2 else 1), terms


class GivenScores:
    """Returns these scores, one after the other."""

    def __init__(self, *scores):
        self.left = list(scores)

    def __call__(self, model):
        return self.left.pop(0)


def batches():
    return make_batches([make_example(i) for i in range(3)], with_teacher=False)


def train(train_step=STEP, score=None, config=None, folder=None, **options):
    """(network, outcome) of a training on three examples with strokes."""
    network = make_network()
    outcome = loop.train(
        network,
        train_step,
        batches().make,
        config=config or make_config(),
        options=make_options(folder, **options),
        devices=DeviceGroup("cpu"),
        score=score,
    )
    return network, outcome


def test_a_loss_that_is_not_finite_stops_it_with_the_step_and_the_images(tmp_path):
    ids = ", ".join(batches().make(2).ids)
    words = f"no longer finite at step 2 .*cross_entropy.*, on the pictures {ids}. Look at these"
    with pytest.raises(ValueError, match=words):
        train(NotFiniteAtStep2({"cross_entropy": 1.0}, encoder_channels=0, seed=0), folder=tmp_path)
    assert not (tmp_path / STATE).exists()


def test_the_best_weights_are_kept():
    """Scores 1, 3, 2: the weights of the second validation come back."""
    validated, scores = [], GivenScores(1.0, 3.0, 2.0)

    def score(model):
        validated.append({name: value.clone() for name, value in model.state_dict().items()})
        return scores(model)

    network, outcome = train(score=score, config=make_config(steps=6))
    assert outcome.best == (3.0, 4)
    assert all(torch.equal(value, validated[1][name]) for name, value in network.state_dict().items())
    assert [row["score"] for row in outcome.log] == [1, 3, 2]


def test_the_best_weights_survive_a_stop(tmp_path):
    """Scores 3 at step 2 and 2 at step 4, stopped between them."""
    whole, _ = train(score=GivenScores(3.0, 2.0))
    scores = GivenScores(3.0, 2.0)
    with pytest.raises(Stop):
        train(score=scores, folder=tmp_path, progress=stop_after(3))
    resumed, outcome = train(score=scores, folder=tmp_path, resume=True)
    assert outcome.best == (3.0, 2)
    assert same_weights(whole, resumed)


def test_it_stops_early_when_nothing_gets_better():
    _, outcome = train(score=GivenScores(3.0, 2.0, 2.5, 1.0), config=make_config(steps=100, patience=2))
    assert outcome.steps == 6
    assert outcome.best == (3.0, 2)


def test_without_validation_the_teachers_weights_are_taken():
    network, outcome = train()
    assert outcome.best is None
    assert outcome.steps == 4
    assert not same_weights(network, make_network())
