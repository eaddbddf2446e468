"""From the maps of an encoder to one answer at the finest of them.

The maps are joined from the coarsest down: Lin et al., "Feature Pyramid Networks for Object Detection", CVPR 2017; and
each answers for itself too: Long, Shelhamer, Darrell, "Fully Convolutional Networks for Semantic Segmentation", CVPR
2015. Normalised by groups of channels, Wu, He, "Group Normalization", ECCV 2018: small batches are no trouble, and a
picture's answer does not depend on the others in its batch.
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

    coarse: every map adds an answer of its own. What a thing is called is known to the coarsest, from where it is a long
    way down: without a short one many classes are learned several times slower. But they do not know the place.
    """

    def __init__(self, channels: Sequence[int], width: int, classes: int, coarse: bool = True):
        super().__init__()
        widths = [min(count, width) for count in channels]
        self.lateral = nn.ModuleList(nn.Conv2d(count, own, 1) for count, own in zip(channels, widths, strict=True))
        self.mix = nn.ModuleList(block(own, own) for own in widths)
        self.narrow = nn.ModuleList(nn.Conv2d(above, fine, 1) for fine, above in pairwise(widths))
        self.answer = nn.Conv2d(widths[0], classes, 1)
        self.coarse = nn.ModuleList(nn.Conv2d(own, classes, 1) for own in widths[1:] if coarse)

    def forward(self, maps: list[torch.Tensor]) -> torch.Tensor:
        joined = [self.mix[-1](self.lateral[-1](maps[-1]))]
        for i in reversed(range(len(maps) - 1)):
            above = _enlarged(self.narrow[i](joined[0]), maps[i])
            joined.insert(0, self.mix[i](self.lateral[i](maps[i]) + above))
        finest, *others = joined
        answers = (_enlarged(head(x), finest) for head, x in zip(self.coarse, others, strict=False))
        return sum(answers, self.answer(finest))


def block(inner: int, outer: int, stride: int = 1) -> nn.Sequential:
    """A convolution over 3 x 3 pixels, normalised, then a rectifier."""
    groups = outer // GROUP if outer % GROUP == 0 else 1
    return nn.Sequential(
        nn.Conv2d(inner, outer, 3, stride, padding=1, bias=False), nn.GroupNorm(groups, outer), nn.ReLU(inplace=True)
    )


def _enlarged(maps: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(maps, size=like.shape[-2:], mode="bilinear")
