"""Checkpoints, cues and the built-in model of an earlier day still load, and still answer the same.

What is compared with lies in tests/frozen, see make_checkpoints.py there.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from tests.frozen import scenes
from tests.frozen.make_checkpoints import HERE, KINDS, complete, kept, large_answer
from wss_core import Box, Cues, Point, Stroke, create, load
from wss_core.methods import METHODS

# Of probabilities. On one processor they are equal; with its newer instructions switched off, so that sums of 32-bit numbers
# are taken in another order, they differed by at most 1.5e-6, and by 1.4e-5 where the built-in network or the live solver
# take part.
CLOSE, LOOSE = 1e-5, 1e-4
DEEP = ("network_builtin", "probe_builtin", "propagate", "propagate_live")


@pytest.fixture(autouse=True)
def on_the_processor(monkeypatch):
    """A GPU multiplies with fewer digits than are compared here."""
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: False)


@pytest.mark.parametrize("name", KINDS)
def test_a_checkpoint_answers_as_it_did(name, tmp_path):
    segmenter = load(complete(name, tmp_path))
    assert segmenter.name == KINDS[name][0]
    _same(segmenter, name, LOOSE if name in DEEP else CLOSE)


def test_every_method_is_among_them():
    assert {method.name for method in METHODS} <= {method for method, _ in KINDS.values()}
    assert sorted(path.name for path in HERE.iterdir()) == sorted(KINDS)


@pytest.mark.parametrize("made", [lambda: create("propagate"), lambda: create("auto"), lambda: load("builtin")])
def test_the_builtin_model_answers_as_it_did(made):
    """Without class names it calls them by numbers; all else is as in the checkpoint."""
    _same(made(), "propagate", LOOSE)


def test_it_sees_a_large_picture_as_it_did():
    golden = json.loads((HERE.parent / "large.json").read_text("utf-8"))
    np.testing.assert_allclose(large_answer(load("builtin")), golden, rtol=0, atol=LOOSE)


@pytest.mark.parametrize("name", KINDS)
def test_its_settings_are_kept(name, tmp_path):
    """Under the names, with the values they were saved with: these are stored, and hashed into the names of records."""
    form = json.loads((HERE / name / "config.json").read_text("utf-8"))
    segmenter = load(complete(name, tmp_path))
    settings = segmenter.settings()
    assert {key: settings[key] for key in form["settings"]} == form["settings"]
    assert segmenter.training == form["training"]


def test_stored_cues_are_read_equal():
    text = (HERE.parent / "cues.json").read_text("utf-8")
    cues = Cues.from_json(text, shape=scenes.SHAPE)
    assert cues.tags == ("disc", "bar")
    assert cues.points == (Point(46, 20, 2), Point(30.5, 40, 0), Point(3, 4, 255))
    assert cues.boxes == (Box(6, 8, 27, 29.5, 1),)
    filled = Stroke(2, 0, ((40, 10), (50, 10), (45, 30)))
    assert cues.strokes == (Stroke(1, 7, ((12, 16), (20, 20.25))), filled)
    assert cues.objects == 2.5
    np.testing.assert_array_equal(cues.labels, scenes.picture()[1])


def test_cues_are_written_as_they_were():
    """Other programs read the form. Of the label map's PNG only the pixels count, see above."""
    before = json.loads((HERE.parent / "cues.json").read_text("utf-8"))
    now = json.loads(Cues.from_json(before, shape=scenes.SHAPE).to_json(scenes.CLASSES))
    assert {key: now[key] for key in before if key != "labels"} == {k: v for k, v in before.items() if k != "labels"}


def _same(segmenter, name: str, close: float) -> None:
    """Fail unless probabilities are as stored but for `close`, and labels equal where they do not hang on that."""
    golden = json.loads((HERE.parent / f"{name}.answers.json").read_text("utf-8"))
    image, _ = scenes.picture()
    for question, cues in scenes.questions(segmenter.learns).items():
        found, wanted = segmenter.segment(image, cues), golden[question]
        np.testing.assert_allclose(
            kept(found.probs), wanted["probs"], rtol=0, atol=close, err_msg=f"{name}, {question}"
        )
        low, high = np.sort(found.probs, axis=0)[-2:]
        labels = np.asarray([list(map(int, row)) for row in wanted["labels"]])
        wrong = (found.labels != labels) & (high - low > 2 * close)
        assert not wrong.any(), f"{name}, {question}: {wrong.sum()} pixels have another label"
    assert set(golden) == set(scenes.questions(segmenter.learns))
