"""The built-in model and the solver around it."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from skimage import data

from wss_core import Box, Cues, Point, Stroke, create, load
from wss_core.builtin import pretrained
from wss_core.builtin.cuenet import CueNet
from wss_core.cues import raster
from wss_core.spread import learned


@pytest.fixture(scope="module")
def cat():
    return data.chelsea()


CAT = Cues(strokes=(Stroke(1, 8, ((150, 120), (230, 140))), Stroke(0, 8, ((20, 20), (60, 250)))))


def test_the_weights_fit_strictly_and_are_small():
    state = load_file(pretrained.WEIGHTS)
    CueNet().load_state_dict(state, strict=True)
    assert pretrained.WEIGHTS.stat().st_size < 12e6
    assert all(torch.isfinite(value).all() for value in state.values())


def test_load_builtin_is_the_method_with_these_weights(cat):
    np.testing.assert_array_equal(
        load("builtin").segment(cat, CAT).labels, create("propagate", spread="learned").segment(cat, CAT).labels
    )


def test_the_answer_depends_on_the_cues_not_on_what_was_asked_before(cat):
    """Remembered answers save time; they must not change a bit."""
    method, more = create("propagate"), Cues(strokes=CAT.strokes, points=(Point(300, 40, 0), Point(200, 200, 1)))
    warm = method.prepare(cat)
    for cues in (CAT, Cues(strokes=CAT.strokes[:1]), Cues(strokes=CAT.strokes, points=more.points[:1])):
        method.segment(cat, cues, warm)
    one, other = method.segment(cat, more, warm), method.segment(cat, more, method.prepare(cat))
    np.testing.assert_array_equal(one.probs, other.probs)


def test_what_was_answered_is_remembered(cat, monkeypatch):
    method = create("propagate")
    prepared = method.prepare(cat)
    asked = []
    answer = pretrained.class_logits
    monkeypatch.setattr(pretrained, "class_logits", lambda *args: asked.append(1) or answer(*args))
    method.segment(cat, CAT, prepared)
    assert len(asked) == 2  # a step for each cue
    method.segment(cat, Cues(strokes=CAT.strokes, points=(Point(300, 40, 0),)), prepared)
    assert len(asked) == 3


def test_the_memory_forgets_the_oldest():
    cache = learned.AnswerCache()
    for i in range(learned.MAX_ANSWERS + 3):
        cache.put(bytes([i]), np.zeros(1))
    assert cache.get(bytes([2])) is None
    assert cache.get(bytes([3])) is not None


def test_the_network_sees_small_and_thin_pictures_within_bounds():
    for shape in [(1, 1), (3, 3000), (4000, 5), (700, 1024)]:
        seen = pretrained.network_input(np.zeros((*shape, 3), np.uint8))
        height, width = seen.shape[2:]
        assert height % 32 == width % 32 == 0
        assert max(height, width) <= pretrained.SIDE
    assert tuple(pretrained.network_input(np.zeros((768, 1024, 3), np.uint8)).shape) == (1, 3, 384, 512)


def test_many_classes_are_answered_in_parts(cat):
    """More classes than are answered at once: the same as one by one."""
    maps = pretrained.pyramid(cat)
    planes = np.random.default_rng(0).random((pretrained.CLASSES_PER_BATCH + 3, 15, *maps[0].shape[1:]), np.float32)
    together = pretrained.class_logits(maps, planes)
    alone = np.concatenate([pretrained.class_logits(maps, planes[i : i + 1]) for i in range(len(planes))])
    np.testing.assert_allclose(together, alone, atol=1e-3)


def test_a_box_bounds_the_model_too(cat):
    labels = create("propagate").segment(cat, Cues(boxes=(Box(100, 40, 380, 300, 1),))).labels
    assert not labels[:40].any()
    assert labels[40:300, 100:380].mean() > 0.3


def test_boxes_alone_are_answered_by_the_solver(cat):
    """Where nothing is drawn inside, the solver was measured to be better than the model."""
    boxed = Cues(boxes=(Box(60, 40, 300, 280, 1),))
    answers = [create("propagate", spread=name).segment(cat, boxed).probs for name in ("learned", "live")]
    np.testing.assert_array_equal(*answers)
    drawn = Cues(boxes=boxed.boxes, points=(Point(200, 200, 1),))
    answers = [create("propagate", spread=name).segment(cat, drawn).probs for name in ("learned", "live")]
    assert not np.array_equal(*answers)


def test_chances_are_the_softmax_of_log_odds_against_background():
    """Chances are the softmax of the log-odds, with background at 0."""
    logits = np.array([np.full((4, 5), 2.0), np.full((4, 5), -1.0)], np.float16)
    chances = learned._chances(logits, (8, 10))
    expected = np.exp([0, 2, -1]) / np.exp([0, 2, -1]).sum()
    np.testing.assert_allclose(chances[:, 3, 3], expected, rtol=1e-5)
    assert raster.BLOCK < learned.MAX_ANSWERS
