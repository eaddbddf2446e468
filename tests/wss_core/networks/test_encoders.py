"""Encoders: every kind at any size, and what pretrained ones keep."""

import numpy as np
import pytest
import timm
import torch

from wss_core import networks
from wss_core.builtin import pretrained
from wss_core.features.timm_backbone import trainable
from wss_core.networks import encoders

torch.set_num_threads(1)
NAMES = ["unet", "builtin", "timm:test_resnet", "timm:test_vit", "timm:test_mambaout", "timm:resnet18d"]


@pytest.fixture(scope="module")
def resnet(tmp_path_factory):
    """A folder in timm's form, with weights drawn at random."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("resnet")
    timm.models.save_for_hf(timm.create_model("test_resnet"), folder, safe_serialization=True)
    return folder


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", NAMES)
def test_any_encoder_any_size_any_number_of_classes(name, channels):
    """Every encoder, also transformers and those that answer (B, h, w, D), learns in all of its parts."""
    network = networks.build(name, classes=5, width=16, channels=channels, seed=0, pretrained=name == "builtin")
    logits = network(torch.rand(2, channels, 50, 70))
    assert logits.shape == (2, 5, 50, 70)
    logits.square().mean().backward()
    for part in (network.encoder.maps, network.decoder):
        assert any(p.grad is not None and p.grad.abs().max() > 0 for p in part.parameters())


def test_a_network_of_one_size_sees_the_picture_at_that_size():
    torch.manual_seed(0)
    network = trainable("mixer_s32_224", pretrained=False)
    assert network.fixed == (224, 224)
    maps = encoders.TimmMaps(network.model, 3)
    encoder = encoders.Encoder(
        maps, maps.channels, mean=network.mean, std=network.std, multiple=network.multiple, fixed_size=network.fixed
    )
    assert networks.SegmentationNet(encoder, 2, 16)(torch.rand(1, 3, 60, 90)).shape == (1, 2, 60, 90)


def test_the_builtin_encoder_is_the_builtin_models():
    image = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)
    encoder = networks.build_encoder("builtin", 3).eval()
    with torch.no_grad():
        pixels = pretrained.network_input(image)
        maps = encoder((pixels + 1) / 2)
    for map_, own in zip(maps, pretrained.pyramid(image), strict=True):
        np.testing.assert_allclose(map_[0].numpy(), own, atol=1e-3)
    assert encoder.maps.encoder is not pretrained.model().encoder
    assert not any(p.requires_grad for p in pretrained.model().parameters())  # ours may learn, the original does not


@pytest.mark.parametrize("name", ["builtin", "timm:local-dir"])
def test_a_grey_picture_is_seen_as_its_copy_in_colour(name, resnet):
    name = name.replace("timm:local-dir", f"timm:local-dir:{resnet}")
    grey = torch.rand(1, 1, 64, 64)
    with torch.no_grad():
        grey_encoder, colour_encoder = (networks.build_encoder(name, count).eval() for count in (1, 3))
        for a, b in zip(grey_encoder(grey), colour_encoder(grey.expand(1, 3, 64, 64)), strict=True):
            torch.testing.assert_close(a, b, atol=2e-2 * float(b.abs().max()), rtol=0)


def test_averages_of_learned_encoders_stay():
    network = networks.build("timm:test_resnet", classes=2, width=16, channels=3, seed=0, pretrained=False).train()
    before = {name: value.clone() for name, value in network.named_buffers()}
    network(torch.rand(2, 3, 64, 64))
    assert all(torch.equal(value, before[name]) for name, value in network.named_buffers())


def test_a_coarse_encoder_gets_finer_maps_of_our_own():
    assert networks.build_encoder("timm:test_vit", 3, pretrained=False).channels[0] == encoders.DETAIL[1]
    assert networks.build_encoder("timm:test_resnet", 3, pretrained=False).maps.detail is None


def test_unknown_encoders():
    with pytest.raises(ValueError, match="no backbone 'vgg'. Choose one of: builtin, unet, timm:NAME"):
        networks.build_encoder("vgg", 3)
    with pytest.raises(ValueError, match="timm has no model resnet1x"):
        networks.build_encoder("timm:resnet1x", 3)
    with pytest.raises(ValueError, match="is a place to fetch weights from, not an architecture"):
        networks.build_encoder("timm:hf-hub:someone/something", 3, pretrained=False)
