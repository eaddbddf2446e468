"""Encoders by name, from images to maps at several scales: "builtin", "unet", or "timm:NAME" for any of timm's networks."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from ..builtin import pretrained as builtin
from ..builtin.cuenet import EMBEDDING, MULTIPLE, CueNet
from ..features import TIMM, timm_backbone
from .decoder import conv_block

UNET_WIDTHS = (16, 32, 64, 128, 256)  # channels at strides 1, 2, 4, 8, 16, as in Luo's WSL4MIS
FINEST = 4  # pixels to a cell of the finest map of a pretrained network that is used
DETAIL = (16, 32)  # channels of our own layers at strides 2 and 4, for networks whose finest map is coarser


class Encoder(nn.Module):
    """The map from images float32 (B, K, H, W), 0..1, of any size to maps (B, channels[i], h_i, w_i), finest first.

    maps: the module from normalised pixels to the maps. mean, std: of the pixels, one number per channel. multiple: the
    sides of its images must be multiples of it. fixed_size: the one (height, width) it takes, or None. pretrained: it
    is made for pretrained weights; the statistics of its batch normalisation stay as they are, since those of small
    batches are poor.
    """

    def __init__(
        self,
        maps: nn.Module,
        channels: Sequence[int],
        *,
        mean: Sequence[float],
        std: Sequence[float],
        multiple: int,
        fixed_size: tuple[int, int] | None = None,
        pretrained: bool = False,
    ):
        super().__init__()
        self.maps, self.channels, self.pretrained = maps, list(channels), pretrained
        self.multiple, self.fixed_size = multiple, fixed_size
        self.register_buffer("mean", torch.tensor(np.asarray(mean, np.float32))[:, None, None])
        self.register_buffer("std", torch.tensor(np.asarray(std, np.float32))[:, None, None])

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        """Return the maps."""
        return self.maps(self._resize_to_multiple((images - self.mean) / self.std))

    def train(self, mode: bool = True) -> Encoder:
        """Set the mode as any module does, but keep the batch normalisation of pretrained encoders fixed."""
        super().train(mode)
        for module in self.modules():
            if self.pretrained and isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()
        return self

    def _resize_to_multiple(self, x: torch.Tensor) -> torch.Tensor:
        height, width = self.fixed_size or (-(-side // self.multiple) * self.multiple for side in x.shape[-2:])
        if (height, width) == tuple(x.shape[-2:]):
            return x
        return functional.interpolate(x, size=(height, width), mode="bilinear", align_corners=False)


class UNet(nn.Module):
    """The contracting path of Ronneberger, Fischer, Brox, "U-Net", MICCAI 2015, with strides in place of pooling."""

    def __init__(self, inputs: int, widths: Sequence[int] = UNET_WIDTHS):
        super().__init__()
        pairs = zip((inputs, *widths), widths, strict=False)
        self.levels = nn.ModuleList(
            nn.Sequential(conv_block(a, b, 2 if i else 1), conv_block(b, b)) for i, (a, b) in enumerate(pairs)
        )

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return the maps, finest first."""
        maps = []
        for level in self.levels:
            x = level(x)
            maps.append(x)
        return maps


class TimmMaps(nn.Module):
    """The maps of a network of timm's from FINEST on; before them layers of our own, where its finest is coarser."""

    def __init__(self, model: nn.Module, inputs: int):
        super().__init__()
        self.model = model
        strides = model.feature_info.reduction()
        self.first = next((i for i, stride in enumerate(strides) if stride >= FINEST), len(strides) - 1)
        self.channels = model.feature_info.channels()[self.first :]
        self.detail = None
        if strides[self.first] > FINEST:
            self.detail = nn.Sequential(conv_block(inputs, DETAIL[0], 2), conv_block(*DETAIL, 2))
            self.channels = [DETAIL[1], *self.channels]

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return the maps, finest first."""
        maps = timm_backbone.feature_maps(self.model, x)[self.first :]
        return maps if self.detail is None else [self.detail(x), *maps]


class BuiltinMaps(nn.Module):
    """The feature pyramid of the built-in model, at strides 4, 8, 16, 32."""

    join_scales = CueNet.join_scales

    def __init__(self, network: CueNet):
        super().__init__()
        self.encoder, self.lateral, self.smooth = network.encoder, network.lateral, network.smooth

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return the maps, finest first."""
        return self.join_scales(self.encoder(x)[1:])


def build_encoder(name: str, channels: int, padding: str = "", pretrained: bool = True) -> Encoder:
    """Build the named encoder for images of `channels` channels.

    padding: timm's pad_type, "" = the network's own. pretrained: with the weights that come with it; without them
    nothing is read or fetched. Raises ValueError for an unknown encoder, one without weights, or channels other than 1
    or 3.
    """
    if channels not in (1, 3):
        raise ValueError(f"channels is {channels}. Give 1 for grey pictures, 3 for others")
    if name.startswith(TIMM) and len(name) > len(TIMM):
        return _timm_encoder(name.removeprefix(TIMM), channels, padding, pretrained)
    if name not in ENCODERS:
        raise ValueError(f"no backbone {name!r:.80}. Choose one of: {', '.join(ENCODERS)}, {TIMM}NAME")
    return ENCODERS[name](channels, pretrained)


def _timm_encoder(name: str, channels: int, padding: str, pretrained: bool) -> Encoder:
    network = timm_backbone.trainable(name, channels, padding, pretrained)
    maps = TimmMaps(network.model, channels)
    return Encoder(
        maps,
        maps.channels,
        mean=network.mean,
        std=network.std,
        multiple=network.multiple,
        fixed_size=network.fixed,
        pretrained=True,
    )


def _unet_encoder(channels: int, pretrained: bool) -> Encoder:
    multiple = 2 ** (len(UNET_WIDTHS) - 1)
    return Encoder(UNet(channels), UNET_WIDTHS, mean=[0.5] * channels, std=[0.25] * channels, multiple=multiple)


def _builtin_encoder(channels: int, pretrained: bool) -> Encoder:
    network = copy.deepcopy(builtin.model()).requires_grad_(True) if pretrained else CueNet()
    if channels == 1:
        first = network.encoder.conv_stem
        first.weight = nn.Parameter(first.weight.detach().sum(dim=1, keepdim=True))
    half = [0.5] * channels
    return Encoder(BuiltinMaps(network), [EMBEDDING] * 4, mean=half, std=half, multiple=MULTIPLE, pretrained=True)


ENCODERS: dict[str, Callable[[int, bool], Encoder]] = {"builtin": _builtin_encoder, "unet": _unet_encoder}


def image_to_tensor(image: np.ndarray, channels: int) -> torch.Tensor:
    """Convert an image uint8 (H, W, 3) to float32 (K, H, W), 0..1; to its grey values for channels = K = 1."""
    pixels = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None] if channels == 1 else image
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1))).float() / 255
