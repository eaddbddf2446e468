"""Pseudo-labels: strokes that a solver spreads. Those of boxes and of predictions are tested beside GrabCut."""

import numpy as np
import pytest

from tests.support.training import make_example
from wss_core.cues import Cues
from wss_core.training import pseudo_labels


def test_strokes_are_spread():
    found = pseudo_labels.labels_from_spread(make_example(), "live", "texture")
    assert found.labels == [0, 1, 2]
    np.testing.assert_allclose(found.planes.sum(axis=0, dtype=int), 255, atol=2)
    assert (found.planes.argmax(axis=0) == make_example().truth).mean() > 0.95


def test_there_are_none_without_cues_or_where_all_is_labelled():
    assert pseudo_labels.labels_from_spread(make_example(cues=Cues()), "live", "texture") is None
    full = Cues(labels=make_example().truth)
    assert pseudo_labels.labels_from_spread(make_example(cues=full), "live", "texture") is None


def test_an_unknown_solver_is_refused():
    with pytest.raises(ValueError, match="no spread 'butter'"):
        pseudo_labels.make_pseudo_labeller("butter", "texture")
