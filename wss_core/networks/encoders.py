"""Encoders by name: a picture -> maps at several scales. "builtin", "unet", or "timm:NAME" for any network of timm's."""

from __future__ import annotations

import copy
from collections.abc import Callable

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from ..builtin import pretrained as builtin
from ..builtin.cuenet import EMBEDDING, MULTIPLE, CueNet
from ..features import TIMM, timm_backbone
from .decoder import block

UNET = (16, 32, 64, 128, 256)  # channels at strides 1, 2, 4, 8, 16, as in Luo's WSL4MIS
FINEST = 4  # pixels to a cell of the finest map of a pretrained network that is used
DETAIL = (16, 32)  # channels of our own layers at strides 2 and 4, for networks whose finest map is coarser


class Encoder(nn.Module):
    """images float32 (B, K, H, W), 0..1, of any size -> maps (B, channels[i], h_i, w_i), finest first.

    maps: normalised pixels -> the maps. mean, std: of the pixels. multiple: of which its picture's sides must be;
    fixed_size: or the one (height, width) it takes. pretrained: it comes with weights, and the averages of its batch
    normalisation stay what they are; they would be poor ones of small batches.
    """

    def __init__(self, maps: nn.Module, channels, mean, std, multiple: int, fixed_size=None, pretrained: bool = False):
        super().__init__()
        self.maps, self.channels, self.multiple, self.fixed_size, self.pretrained = (
            maps,
            list(channels),
            multiple,
            fixed_size,
            pretrained,
        )
        self.register_buffer("mean", torch.tensor(np.asarray(mean, np.float32))[:, None, None])
        self.register_buffer("std", torch.tensor(np.asarray(std, np.float32))[:, None, None])

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        return self.maps(self._resize_to_multiple((images - self.mean) / self.std))

    def train(self, mode: bool = True) -> Encoder:
        super().train(mode)
        for part in self.modules():
            if self.pretrained and isinstance(part, nn.modules.batchnorm._BatchNorm):
                part.eval()
        return self

    def _resize_to_multiple(self, x: torch.Tensor) -> torch.Tensor:
        height, width = self.fixed_size or (-(-side // self.multiple) * self.multiple for side in x.shape[-2:])
        if (height, width) == tuple(x.shape[-2:]):
            return x
        return functional.interpolate(x, size=(height, width), mode="bilinear", align_corners=False)


class UNet(nn.Module):
    """The contracting path of Ronneberger, Fischer, Brox, "U-Net", MICCAI 2015, with strides in place of pooling."""

    def __init__(self, inner: int, widths=UNET):
        super().__init__()
        pairs = zip((inner, *widths), widths, strict=False)
        self.levels = nn.ModuleList(
            nn.Sequential(block(a, b, 2 if i else 1), block(b, b)) for i, (a, b) in enumerate(pairs)
        )

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        found = []
        for level in self.levels:
            x = level(x)
            found.append(x)
        return found


class TimmMaps(nn.Module):
    """The maps of a network of timm's from FINEST on; before them our own, where its finest is coarser."""

    def __init__(self, model: nn.Module, inner: int):
        super().__init__()
        self.model = model
        strides = model.feature_info.reduction()
        self.first = next((i for i, stride in enumerate(strides) if stride >= FINEST), len(strides) - 1)
        self.channels = model.feature_info.channels()[self.first :]
        self.detail = None
        if strides[self.first] > FINEST:
            self.detail = nn.Sequential(block(inner, DETAIL[0], 2), block(*DETAIL, 2))
            self.channels = [DETAIL[1], *self.channels]

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        found = timm_backbone.answers(self.model, x)[self.first :]
        return found if self.detail is None else [self.detail(x), *found]


class BuiltinMaps(nn.Module):
    """The built-in model's own pyramid, at strides 4, 8, 16, 32."""

    join_scales = CueNet.join_scales

    def __init__(self, network: CueNet):
        super().__init__()
        self.encoder, self.lateral, self.smooth = network.encoder, network.lateral, network.smooth

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        return self.join_scales(self.encoder(x)[1:])


def build_encoder(name: str, channels: int, padding: str = "", pretrained: bool = True) -> Encoder:
    """The encoder called `name` for pictures of `channels`. pretrained: with the weights it comes with; without them
    nothing is read or fetched. Raises ValueError: no such encoder, no weights, or channels other than 1 or 3."""
    if channels not in (1, 3):
        raise ValueError(f"channels is {channels}. Give 1 for grey pictures, 3 for others")
    if name.startswith(TIMM) and len(name) > len(TIMM):
        return _timm_encoder(name.removeprefix(TIMM), channels, padding, pretrained)
    if name not in ENCODERS:
        raise ValueError(f"no backbone {name!r:.80}. Choose one of: {', '.join(ENCODERS)}, {TIMM}NAME")
    return ENCODERS[name](channels, pretrained)


def _timm_encoder(name: str, channels: int, padding: str, pretrained: bool) -> Encoder:
    made = timm_backbone.trainable(name, channels, padding, pretrained)
    maps = TimmMaps(made.model, channels)
    return Encoder(maps, maps.channels, made.mean, made.std, made.multiple, made.fixed, pretrained=True)


def _unet_encoder(channels: int, pretrained: bool) -> Encoder:
    return Encoder(UNet(channels), UNET, [0.5] * channels, [0.25] * channels, 2 ** (len(UNET) - 1))


def _builtin_encoder(channels: int, pretrained: bool) -> Encoder:
    network = copy.deepcopy(builtin.model()).requires_grad_(True) if pretrained else CueNet()
    if channels == 1:
        first = network.encoder.conv_stem
        first.weight = nn.Parameter(first.weight.detach().sum(dim=1, keepdim=True))
    return Encoder(BuiltinMaps(network), [EMBEDDING] * 4, [0.5] * channels, [0.5] * channels, MULTIPLE, pretrained=True)


ENCODERS: dict[str, Callable[[int, bool], Encoder]] = {"builtin": _builtin_encoder, "unet": _unet_encoder}


def image_to_tensor(image: np.ndarray, channels: int) -> torch.Tensor:
    """float32 (K, H, W), 0..1, of an image uint8 (H, W, 3); K = 1: its grey."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None] if channels == 1 else image
    return torch.from_numpy(np.ascontiguousarray(grey.transpose(2, 0, 1))).float() / 255
