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
    """maps (B, channels[i], h_i, w_i), finest first -> (B, classes, h_0, w_0). width: of its layers at most.

    even: what a thing is called is known to the coarsest map, and so that it is not drowned on its way, fine layers are up
    to twice as wide as what they are made from, and where two maps are joined each has the same share in the sum, whatever
    numbers the encoder holds. Otherwise fine maps, which know the place better, mostly have the larger share.
    """

    def __init__(self, channels: Sequence[int], width: int, classes: int, even: bool = True):
        super().__init__()
        widths = [min(2 * count if even else count, width) for count in channels]
        self.lateral = nn.ModuleList(_pointwise(*pair, even) for pair in zip(channels, widths, strict=True))
        self.mix = nn.ModuleList(block(own, own) for own in widths)
        self.above = nn.ModuleList(_pointwise(coarse, fine, even) for fine, coarse in pairwise(widths))
        self.answer = nn.Conv2d(widths[0], classes, 1)

    def forward(self, maps: list[torch.Tensor]) -> torch.Tensor:
        x = self.mix[-1](self.lateral[-1](maps[-1]))
        for i in reversed(range(len(maps) - 1)):
            above = functional.interpolate(self.above[i](x), size=maps[i].shape[-2:], mode="bilinear")
            x = self.mix[i](self.lateral[i](maps[i]) + above)
        return self.answer(x)


def block(inner: int, outer: int, stride: int = 1) -> nn.Sequential:
    """A convolution over 3 x 3 pixels, normalised, then a rectifier."""
    return nn.Sequential(nn.Conv2d(inner, outer, 3, stride, padding=1, bias=False), _norm(outer), nn.ReLU(inplace=True))


def _pointwise(inner: int, outer: int, even: bool) -> nn.Sequential:
    """Other channels at each pixel, normalised if `even`."""
    return nn.Sequential(nn.Conv2d(inner, outer, 1), *([_norm(outer)] if even else []))


def _norm(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(channels // GROUP if channels % GROUP == 0 else 1, channels)
