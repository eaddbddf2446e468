"""The recipe of the built-in model, on made-up pictures: the same by seed, and the same when interrupted."""

import numpy as np
import pytest
import timm
import torch

from recipes.builtin import checkpointing, data, distil, interact, interactions, iterate
from wss_core.builtin import cuenet
from wss_core.builtin.cuenet import CueNet


def synthetic_images(count=3):
    images = []
    for i in range(count):
        random = np.random.default_rng(i)
        labels = np.zeros((120, 160), np.uint8)
        labels[20:90, 30:90], labels[60:110, 100:150] = 1, 2
        image = np.array([(60, 140, 70), (190, 60, 50), (60, 60, 190)])[labels] + random.normal(0, 9, (120, 160, 3))
        image = np.clip(image, 0, 255).astype(np.uint8)
        images.append(data.TrainImage("horses", str(i), image, (labels,), False))
    return images


class Stop(Exception):
    pass


def stopped_after(steps, monkeypatch):
    """Every step is saved, and the run breaks off after `steps` of them."""
    monkeypatch.setattr(checkpointing, "EVERY", 0)
    tick = checkpointing.Saver.tick

    def breaking(saver, **figures):
        tick(saver, **figures)
        if saver.step == steps:
            raise Stop

    monkeypatch.setattr(checkpointing.Saver, "tick", breaking)


def same(one, other):
    pairs = zip(one.state_dict().items(), other.state_dict().items(), strict=True)
    return all(torch.equal(a, b) for (_, a), (_, b) in pairs)


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    folder = tmp_path_factory.mktemp("teacher")
    torch.manual_seed(1)
    timm.models.save_for_hf(timm.create_model(distil.STUDENT, pad_type="same"), folder, safe_serialization=True)
    return f"local-dir:{folder}"


def test_distilling_goes_on_where_it_was_stopped(teacher, tmp_path, monkeypatch):
    settings = distil.Settings(steps=4, batch=2, side=64)
    whole = distil.train(synthetic_images(), teacher, settings, tmp_path / "whole", "cpu")
    stopped_after(3, monkeypatch)
    with pytest.raises(Stop):
        distil.train(synthetic_images(), teacher, settings, tmp_path / "parts", "cpu")
    monkeypatch.undo()
    again = distil.train(synthetic_images(), teacher, settings, tmp_path / "parts", "cpu")
    assert same(whole, again)
    assert not same(whole, distil.student())


@pytest.mark.parametrize("stage", [interact, iterate])
def test_the_lessons_go_on_where_they_were_stopped(stage, tmp_path, monkeypatch):
    settings = stage.Settings(steps=3, count=1, each=2, workers=0)

    def fresh():
        torch.manual_seed(0)
        return CueNet()

    whole = stage.train(synthetic_images(), fresh(), settings, tmp_path / "whole", "cpu")
    stopped_after(1, monkeypatch)
    with pytest.raises(Stop):
        stage.train(synthetic_images(), fresh(), settings, tmp_path / "parts", "cpu")
    monkeypatch.undo()
    assert same(whole, stage.train(synthetic_images(), fresh(), settings, tmp_path / "parts", "cpu"))
    assert not same(whole, fresh())


def test_a_session_goes_on_where_the_answer_is_wrong():
    images = synthetic_images(1)
    (begun,) = interactions.make_batch(images, np.ones(1), 1, 1, (0, 1)).sessions
    before = begun.cues
    nothing = np.full((interactions.CELLS, interactions.CELLS), -5, np.float32)
    planes = interactions.add_correction(begun, nothing, np.random.default_rng(0))
    assert len(begun.cues.points) + len(begun.cues.strokes) == len(before.points) + len(before.strokes) + 1
    newest = {*begun.cues.points, *begun.cues.strokes} - {*before.points, *before.strokes}
    assert all(cue.label == 1 for cue in newest)  # all was called background: the object is labelled next
    assert (planes[13] == -5 / 4).all()
    assert planes[14].max() == 1


def test_lessons_are_the_same_by_seed_and_hold_what_they_say():
    images = synthetic_images()
    weights = np.full(len(images), 1 / len(images))
    one, two, other = (interactions.make_batch(images, weights, 2, 3, (0, seed)) for seed in (1, 1, 2))
    assert one.images.shape == (2, interactions.SIDE, interactions.SIDE, 3)
    assert one.planes.shape == (6, cuenet.PLANES, interactions.CELLS, interactions.CELLS)
    assert one.truth.shape == (6, interactions.SIDE // 2, interactions.SIDE // 2)
    assert set(np.unique(one.truth)) <= {0, 1, 255}
    assert np.isfinite(one.planes).all()
    np.testing.assert_array_equal(one.planes, two.planes)
    assert not np.array_equal(one.planes, other.planes)
    labelled, truth = one.planes[:, :2] > 0, one.truth[:, ::2, ::2]  # strokes are wider than they are drawn by a cell
    assert (truth[labelled[:, 0]] == 1).mean() > 2 * (truth[labelled[:, 1]] == 1).mean()


def test_the_ridge_is_scikit_learns():
    """CueNet's ridge: classes weigh alike, targets +1 and -1, the constant is penalised like any weight."""
    from sklearn.linear_model import Ridge

    torch.manual_seed(0)
    network = CueNet()
    embedding = torch.randn(1, cuenet.EMBEDDING, 6, 7)
    own, other = torch.zeros(1, 6, 7), torch.zeros(1, 6, 7)
    own[0, :2, :3], other[0, 4:, 2:] = 1, 1
    found = network.likeness(embedding, own, other)[0].flatten().numpy()
    cells = np.c_[embedding[0].flatten(1).T.numpy(), np.ones(42)].astype(np.float64)
    weight = (own / own.sum() + other / other.sum())[0].flatten().numpy()
    known = weight > 0
    target = np.where(own[0].flatten().numpy() > 0, 1.0, -1.0)
    model = Ridge(alpha=cuenet.RIDGE, fit_intercept=False).fit(cells[known], target[known], sample_weight=weight[known])
    np.testing.assert_allclose(found, np.clip(model.predict(cells), -2, 2), atol=2e-3)


def test_the_network_starts_as_the_solver_it_is_to_improve():
    """With its last layer at zero it answers the estimate so far and half of the ridge."""
    torch.manual_seed(0)
    network = CueNet().eval()
    pyramid = network.pyramid(torch.rand(1, 3, 64, 96) * 2 - 1)
    planes = torch.rand(1, cuenet.PLANES, 16, 24)
    with torch.no_grad():
        answer, ridge = network(pyramid, planes)
    torch.testing.assert_close(answer, 4 * planes[:, 2] + ridge / 6)
