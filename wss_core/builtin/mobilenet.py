"""MobileNetV2 as the built-in model's encoder (Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks",
CVPR 2018), with the same weights by the same names as timm's `mobilenetv2_100`, padded as TensorFlow does ("same").

Written out here because importing timm takes as long again as importing torch, and everyone who segments would wait.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

STEM = 32  # channels of the first layer
EXPANSION = 6
STAGES = (
    (16, 1, 1),
    (24, 2, 2),
    (32, 3, 2),
    (64, 4, 2),
    (96, 3, 1),
    (160, 3, 2),
    (320, 1, 1),
)  # channels, blocks, stride
OUTPUTS = (0, 1, 2, 4, 6)  # stages whose maps are given: the last ones at strides 2, 4, 8, 16, 32
CHANNELS = tuple(STAGES[stage][0] for stage in OUTPUTS)


class MobileNetV2(nn.Module):
    """The encoder: images float32 (B, 3, H, W) -> maps (B, CHANNELS[i], h_i, w_i) at strides 2, 4, 8, 16, 32."""

    def __init__(self):
        super().__init__()
        self.conv_stem = SameConv2d(3, STEM, 3, stride=2, bias=False)
        self.bn1 = nn.BatchNorm2d(STEM)
        stages, inner = [], STEM
        for number, (outer, count, stride) in enumerate(STAGES):
            block = DepthwiseSeparable if number == 0 else InvertedResidual
            stages.append(
                nn.Sequential(*(block(outer if i else inner, outer, 1 if i else stride) for i in range(count)))
            )
            inner = outer
        self.blocks = nn.Sequential(*stages)

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        x = functional.relu6(self.bn1(self.conv_stem(images)), inplace=True)
        maps = []
        for number, stage in enumerate(self.blocks):
            x = stage(x)
            if number in OUTPUTS:
                maps.append(x)
        return maps


class SameConv2d(nn.Conv2d):
    """A convolution whose output is the input's size divided by the stride, rounded up; an odd padding is larger at the
    right and below."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pads = []
        for size, kernel, stride in zip(x.shape[:-3:-1], self.kernel_size[::-1], self.stride[::-1], strict=True):
            pad = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            pads += [pad // 2, pad - pad // 2]
        return super().forward(functional.pad(x, pads))


class DepthwiseSeparable(nn.Module):
    """A 3 x 3 convolution of each channel, then a linear mix of the channels."""

    def __init__(self, inner: int, outer: int, stride: int):
        super().__init__()
        self.conv_dw = _depthwise(inner, stride)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv_pw = nn.Conv2d(inner, outer, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outer)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.relu6(self.bn1(self.conv_dw(x)), inplace=True)
        return self.bn2(self.conv_pw(x))


class InvertedResidual(nn.Module):
    """More channels, a 3 x 3 convolution of each, then few again; its input is added where the shapes allow it."""

    def __init__(self, inner: int, outer: int, stride: int):
        super().__init__()
        wide = EXPANSION * inner
        self.conv_pw = nn.Conv2d(inner, wide, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(wide)
        self.conv_dw = _depthwise(wide, stride)
        self.bn2 = nn.BatchNorm2d(wide)
        self.conv_pwl = nn.Conv2d(wide, outer, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outer)
        self.residual = stride == 1 and inner == outer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = functional.relu6(self.bn1(self.conv_pw(x)), inplace=True)
        y = functional.relu6(self.bn2(self.conv_dw(y)), inplace=True)
        y = self.bn3(self.conv_pwl(y))
        return x + y if self.residual else y


def _depthwise(channels: int, stride: int) -> nn.Conv2d:
    if stride == 1:
        return nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False)
    return SameConv2d(channels, channels, 3, stride=stride, groups=channels, bias=False)
