"""Fitting a network: it learns from strokes, and its summary says from what."""

import pytest

from tests.support.training import CLASSES, make_config, make_example, make_network, make_options, predict
from wss_core import losses
from wss_core.training.fit import fit_network
from wss_core.training.validation import labels_at_size


def test_it_learns():
    """From three strokes an image to nearly every pixel of another one."""
    network = make_network()
    summary = fit_network(
        network,
        [make_example(i) for i in range(4)],
        classes=CLASSES,
        config=make_config(steps=60, rate=5e-3),
        options=make_options(),
    )
    unseen = make_example(7)
    labels = labels_at_size(predict(network, unseen), unseen.truth.shape)
    assert (labels == unseen.truth).mean() > 0.9 > (unseen.truth == 0).mean()
    assert summary["cues"] == {"strokes": 4}
    assert [summary[key] for key in ("images", "labelled", "unlabelled", "steps")] == [4, 4, 0, 60]
    assert summary["label_seconds"] == pytest.approx(4 * 3 * 10.9)
    assert set(summary["terms"]) == set(losses.default_terms({"strokes"}))


def test_the_auxiliary_decoder_is_gone_after_training():
    network = make_network()
    names = set(network.state_dict())
    fit_network(
        network,
        [make_example()],
        classes=CLASSES,
        config=make_config(),
        options=make_options(),
        terms=("cross_entropy", "dual"),
    )
    assert set(network.state_dict()) == names
