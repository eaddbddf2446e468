"""CueNet, a small network that segments one class against the rest from cues.

Its features are computed once for a picture; a light part runs for each cue and class and improves on the answer of the
closed-form solver (`spread.live`).

The encoder is MobileNetV2 (Sandler et al., CVPR 2018), the maps of its scales are joined from the coarsest down (Lin
et al., "Feature Pyramid Networks", CVPR 2017), a ridge regression on them is fitted to the cues inside the network
(Bertinetto et al., "Meta-learning with differentiable closed-form solvers", ICLR 2019), and the light part is a U-Net
(Ronneberger et al., 2015) that sees the picture's maps, the cues and the estimate so far, as in Sofiiuk, Petrov,
Konushin, "Reviving Iterative Training with Mask Guidance", 2021.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from .mobilenet import CHANNELS, MobileNetV2

STRIDE = 4  # pixels of the input in a cell of the output
MULTIPLE = 32  # the input's sides are multiples of it, in pixels
PLANES = 15  # see `spread.cuenet_inputs`
EMBEDDING = 32  # channels of each map of the pyramid
WIDTHS = (32, 64, 96, 128)  # channels at strides 4, 8, 16, 32
RIDGE = 0.01  # weight of the ridge regression's penalty


class CueNet(nn.Module):
    """The network: `pyramid` turns images float32 (B, 3, H, W), -1..1, H and W multiples of 32, into feature maps;
    `forward` turns those and the planes of the cues into log-odds."""

    def __init__(self):
        super().__init__()
        self.encoder = MobileNetV2()
        channels = CHANNELS[1:]
        self.lateral = nn.ModuleList(nn.Conv2d(c, 64, 1) for c in channels)
        self.smooth = nn.ModuleList(_conv(64, EMBEDDING) for _ in channels)
        self.enter = _conv(EMBEDDING + PLANES + 1, WIDTHS[0])
        self.down = nn.ModuleList(_conv(a, b, 2) for a, b in pairwise(WIDTHS))
        self.mix = nn.ModuleList(_conv(w + (EMBEDDING if i else 0), w) for i, w in enumerate(WIDTHS))
        self.context = nn.Linear(WIDTHS[-1], WIDTHS[-1])
        self.up = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairwise(WIDTHS))
        self.join = nn.ModuleList(_conv(w, w) for w in WIDTHS[:-1])
        self.answer = nn.Conv2d(WIDTHS[0], 1, 1)
        self.trust = nn.Parameter(torch.tensor([1.0, 0.5]))  # in the estimate so far, in the ridge
        nn.init.zeros_(self.answer.weight)
        nn.init.zeros_(self.answer.bias)

    def pyramid(self, images: torch.Tensor) -> list[torch.Tensor]:
        """Compute the maps (B, EMBEDDING, h, w) at strides 4, 8, 16, 32: the slow part, once for a picture."""
        return self.join_scales(self.encoder(images)[1:])

    def join_scales(self, maps: list[torch.Tensor]) -> list[torch.Tensor]:
        """Join the encoder's maps at strides 4, 8, 16, 32 from the coarsest down."""
        above, pyramid = None, []
        for lateral, smooth, own in zip(reversed(self.lateral), reversed(self.smooth), reversed(maps), strict=True):
            joined = lateral(own)
            if above is not None:
                joined = joined + functional.interpolate(above, size=own.shape[-2:], mode="nearest")
            above = joined
            pyramid.append(smooth(joined))
        return pyramid[::-1]

    def forward(self, pyramid: list[torch.Tensor], planes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Compute log-odds (B, h, w) of the class against the rest, and those of the ridge regression alone.

        planes: float32 (B, PLANES, h, w), see `spread.cuenet_inputs`.
        """
        likeness = self.likeness(pyramid[0], planes[:, 0], planes[:, 1])
        x = self.enter(torch.cat([pyramid[0], planes, likeness[:, None]], dim=1))
        kept = []
        for i, mix in enumerate(self.mix):
            x = mix(x if i == 0 else torch.cat([self.down[i - 1](x), pyramid[i]], dim=1))
            kept.append(x)
        x = x + self.context(x.mean(dim=(2, 3)))[..., None, None]
        for i in reversed(range(len(self.up))):
            wide = functional.interpolate(self.up[i](x), size=kept[i].shape[-2:], mode="bilinear")
            x = self.join[i](kept[i] + wide)
        estimate = 4 * planes[:, 2]
        return self.answer(x)[:, 0] + self.trust[0] * estimate + self.trust[1] * likeness, 3 * likeness

    def likeness(self, embedding: torch.Tensor, own: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        """Fit a ridge regression on the embedding to the seeds and apply it to all cells: (B, h, w), about -1..1.

        own, other: (B, h, w), shares of each cell that are seeds of the class and of the rest; where there are none of
        the rest, all cells stand for it.
        """
        with torch.autocast(embedding.device.type, enabled=False):  # a small system, solved in full precision
            return self._likeness(embedding.float(), own.float(), other.float())

    def _likeness(self, embedding: torch.Tensor, own: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        batch, _, height, width = embedding.shape
        cells = embedding.flatten(2)
        cells = torch.cat([cells, torch.ones_like(cells[:, :1])], dim=1)
        own, other = own.flatten(1), other.flatten(1)
        other = torch.where(other.sum(dim=1, keepdim=True) > 0, other, torch.ones_like(other))
        own = own / own.sum(dim=1, keepdim=True).clamp(min=1e-6)
        other = other / other.sum(dim=1, keepdim=True)
        gram = (cells * (own + other)[:, None]) @ cells.transpose(1, 2)
        gram = gram + RIDGE * torch.eye(gram.shape[-1], device=gram.device, dtype=gram.dtype)
        weights = torch.linalg.solve(gram, cells @ (own - other)[..., None])
        return (cells * weights).sum(dim=1).view(batch, height, width).clamp(-2, 2)


def pixels(images: np.ndarray) -> torch.Tensor:
    """Turn images uint8 (B, H, W, 3) into the network's input, float32 (B, 3, H, W), -1..1."""
    return torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1


def _conv(inner: int, outer: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inner, outer, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outer), nn.ReLU(inplace=True)
    )
