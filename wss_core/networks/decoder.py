"""From the maps of an encoder to one answer at the finest of them.

The maps are joined from the coarsest down: Lin et al., "Feature Pyramid Networks for Object Detection", CVPR 2017.
Normalised by groups of channels, Wu, He, "Group Normalization", ECCV 2018: small batches are no trouble, and a picture's
answer does not depend on the others in its batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

GROUP = 8  # channels normalised together


class Decoder(nn.Module):
    """maps (B, channels[i], h_i, w_i), finest first -> (B, classes, h_0, w_0). width: of its layers at most."""

    def __init__(self, channels: Sequence[int], width: int, classes: int):
        super().__init__()
        widths = [min(count, width) for count in channels]
        self.lateral = nn.ModuleList(nn.Conv2d(count, own, 1) for count, own in zip(channels, widths, strict=True))
        self.mix = nn.ModuleList(block(own, own) for own in widths)
        self.narrow = nn.ModuleList(nn.Conv2d(coarse, fine, 1) for fine, coarse in pairwise(widths))
        self.answer = nn.Conv2d(widths[0], classes, 1)

    def forward(self, maps: list[torch.Tensor]) -> torch.Tensor:
        x = self.mix[-1](self.lateral[-1](maps[-1]))
        for i in reversed(range(len(maps) - 1)):
            above = functional.interpolate(self.narrow[i](x), size=maps[i].shape[-2:], mode="bilinear")
            x = self.mix[i](self.lateral[i](maps[i]) + above)
        return self.answer(x)


def block(inner: int, outer: int, stride: int = 1) -> nn.Sequential:
    """A convolution over 3 x 3 pixels, normalised, then a rectifier."""
    groups = outer // GROUP if outer % GROUP == 0 else 1
    return nn.Sequential(
        nn.Conv2d(inner, outer, 3, stride, padding=1, bias=False), nn.GroupNorm(groups, outer), nn.ReLU(inplace=True)
    )
