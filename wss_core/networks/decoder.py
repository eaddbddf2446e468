"""A light decoder: from the maps of an encoder to class logits at the resolution of the finest map.

The maps are joined from the coarsest down: Lin et al., "Feature Pyramid Networks for Object Detection", CVPR 2017. Layers
are normalised by groups of channels, Wu, He, "Group Normalization", ECCV 2018, so that small batches are no trouble, and
the logits of an image do not depend on the others in its batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

GROUP = 8  # channels normalised together


class Decoder(nn.Module):
    """The map from maps (B, channels[i], h_i, w_i), finest first, to logits (B, classes, h_0, w_0).

    width: channels of its layers at most. balanced: fine layers are up to twice as wide as the maps they are made from,
    and where two maps are joined each has the same share in the sum, whatever numbers the encoder holds. So the class
    of an object, which the coarsest map knows best, is not drowned on its way to the finest. Otherwise the fine maps,
    which know places best, mostly have the larger share.
    """

    def __init__(self, channels: Sequence[int], width: int, classes: int, balanced: bool = True):
        super().__init__()
        widths = [min(2 * count if balanced else count, width) for count in channels]
        self.lateral = nn.ModuleList(_pointwise(*pair, balanced) for pair in zip(channels, widths, strict=True))
        self.mix = nn.ModuleList(conv_block(own, own) for own in widths)
        self.above = nn.ModuleList(_pointwise(coarse, fine, balanced) for fine, coarse in pairwise(widths))
        self.answer = nn.Conv2d(widths[0], classes, 1)  # the names of the layers are those in saved weights

    def forward(self, maps: list[torch.Tensor]) -> torch.Tensor:
        """Return the logits."""
        x = self.mix[-1](self.lateral[-1](maps[-1]))
        for i in reversed(range(len(maps) - 1)):
            above = functional.interpolate(self.above[i](x), size=maps[i].shape[-2:], mode="bilinear")
            x = self.mix[i](self.lateral[i](maps[i]) + above)
        return self.answer(x)


def conv_block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """Make a convolution over 3 x 3 pixels with normalisation and a rectifier."""
    convolution = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
    return nn.Sequential(convolution, _norm(outputs), nn.ReLU(inplace=True))


def _pointwise(inputs: int, outputs: int, normalised: bool) -> nn.Sequential:
    """A convolution of single pixels."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1), *([_norm(outputs)] if normalised else []))


def _norm(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(channels // GROUP if channels % GROUP == 0 else 1, channels)
