"""Networks of timm's as features: convolutional, transformers, both orders of axes, sizes they insist on."""

import json

import numpy as np
import pytest
import timm
import torch

from wss_core import Cues, Point, create, features
from wss_core.features import timm_backbone

# architecture -> (its arguments, multiple of its sides, or None where it takes one size only)
NETWORKS = {
    "test_resnet": ({}, 32),
    "test_vit": ({}, 16),
    "vit_tiny_patch16_224": ({"patch_size": 14, "img_size": 56, "depth": 3, "embed_dim": 48}, 14),
    "test_mambaout": ({}, 32),  # answers (B, h, w, D)
    "swin_tiny_patch4_window7_224": (
        {"embed_dim": 24, "depths": (1, 1, 1, 1), "num_heads": (1, 1, 2, 2)},
        32,
    ),  # so too
    "mixer_s32_224": ({"img_size": 64}, None),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """{architecture: folder in timm's form}, with random weights."""
    made = {}
    for name, (arguments, _) in NETWORKS.items():
        torch.manual_seed(0)
        model = timm.create_model(name, **arguments)
        folder = made[name] = tmp_path_factory.mktemp(name)
        timm.models.save_for_hf(model, folder, model_args=arguments, safe_serialization=True)
    return made


@pytest.fixture(autouse=True)
def _forget():
    yield
    timm_backbone.load.cache_clear()


def picture(shape=(70, 110)):
    image = np.zeros((*shape, 3), np.uint8)
    image[:, : shape[1] // 2] = (200, 60, 40)
    return image


@pytest.mark.parametrize("name", NETWORKS)
def test_maps_are_finite_on_the_grid_and_the_right_way_round(folders, name):
    """Left and right of the picture differ: so must left and right of the maps, and top and bottom must not."""
    image = picture()
    maps = features.extract(f"timm:local-dir:{folders[name]}", image, (35, 55))
    assert maps.dtype == np.float32
    assert maps.shape[1:] == (35, 55)
    assert np.isfinite(maps).all()
    left, right = maps[:, 5:30, 5:20].mean(axis=(1, 2)), maps[:, 5:30, 35:50].mean(axis=(1, 2))
    top, bottom = maps[:, 5:15].mean(axis=(1, 2)), maps[:, 20:30].mean(axis=(1, 2))
    assert np.abs(left - right).max() > 3 * np.abs(top - bottom).max()


@pytest.mark.parametrize("name", NETWORKS)
def test_its_pictures_sides_are_multiples_of_what_it_wants(folders, name):
    loaded = timm_backbone.load(f"local-dir:{folders[name]}")
    wanted = NETWORKS[name][1]
    assert (loaded.fixed is not None) == (wanted is None)
    if wanted:
        assert loaded.multiple == wanted


@pytest.mark.parametrize("name", ["test_resnet", "test_vit"])
def test_propagate_works_with_them(folders, name):
    method = create("propagate", features=f"timm:local-dir:{folders[name]}")
    labels = method.segment(picture(), Cues(points=(Point(20, 30, 1), Point(90, 30, 0)))).labels
    assert (labels[:, :50] == 1).mean() > 0.95
    assert (labels[:, 60:] == 0).mean() > 0.95


def test_a_network_timm_does_not_know():
    with pytest.raises(ValueError, match="timm has no model resnet1x"):
        timm_backbone.load("resnet1x")


def test_offline_it_says_what_to_do(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ValueError, match="offline, fetch them beforehand or give a folder"):
        timm_backbone.load("resnet10t.c3_in1k")


def test_a_network_without_pretrained_weights():
    with pytest.raises(ValueError, match="no pretrained weights for timm:"):
        timm_backbone.load("vit_small_patch8_224.nothing")


def test_weights_that_do_not_fit_are_refused(folders, tmp_path):
    config = json.loads((folders["test_resnet"] / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"architecture": "test_convnext"}))
    (tmp_path / "model.safetensors").write_bytes((folders["test_resnet"] / "model.safetensors").read_bytes())
    with pytest.raises(ValueError, match="no pretrained weights for timm:local-dir"):
        timm_backbone.load(f"local-dir:{tmp_path}")
