"""The built-in model's encoder is timm's MobileNetV2, weight by weight and map by map."""

import pytest
import timm
import torch

from wss_core.builtin import mobilenet, pretrained


@pytest.mark.parametrize("size", [(64, 96), (65, 97), (33, 32)])
def test_the_maps_are_those_of_timms_network(size):
    ours = pretrained.model().encoder
    theirs = timm.create_model("mobilenetv2_100", pad_type="same", features_only=True).eval()
    theirs.load_state_dict(ours.state_dict(), strict=True)
    images = (2 * torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(0)) - 1).contiguous(
        memory_format=torch.channels_last
    )
    with torch.inference_mode():
        pairs = list(zip(ours(images), theirs.to(memory_format=torch.channels_last)(images), strict=True))
    assert [own.shape[1] for own, _ in pairs] == list(mobilenet.CHANNELS)
    for own, other in pairs:
        torch.testing.assert_close(own, other, rtol=1e-5, atol=1e-5)


def test_loading_the_model_leaves_the_random_numbers_alone():
    pretrained.model.cache_clear()
    torch.manual_seed(3)
    expected = torch.rand(3)
    torch.manual_seed(3)
    pretrained.model()
    assert torch.equal(torch.rand(3), expected)
