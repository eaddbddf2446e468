"""A network that says which classes are on a picture, and by what cells it knows."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from ..features import grid_shape
from .decoder import block
from .encoders import Encoder, encoder
from .pixels import tensor

WIDTH = 256
SCALES = (1.0, 1.5)  # of a picture, at which it is asked, each also mirrored


class Tagger(nn.Module):
    """images float32 (B, K, H, W), 0..1 -> (scores (B, C - 1), activations (B, C - 1, h, w)) of the object classes.

    The last two maps of the encoder are joined, and each of their cells is scored: Zhou et al., "Learning Deep Features
    for Discriminative Localization" (CAM), CVPR 2016, with the scores inside the picture's as in Zhang et al.,
    "Adversarial Complementary Learning", CVPR 2018; so it works with transformers too. The picture's score is between
    the mean and the highest of its cells': Pinheiro, Collobert, CVPR 2015.
    """

    def __init__(self, trunk: Encoder, classes: int):
        super().__init__()
        self.encoder = trunk
        self.lateral = nn.ModuleList(nn.Conv2d(count, WIDTH, 1) for count in trunk.channels[-2:])
        self.mix = block(WIDTH, WIDTH)
        self.answer = nn.Conv2d(WIDTH, classes - 1, 1)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        fine, coarse = (lateral(m) for lateral, m in zip(self.lateral, self.encoder(images)[-2:], strict=True))
        joined = fine + functional.interpolate(coarse, size=fine.shape[-2:], mode="bilinear")
        activations = self.answer(self.mix(joined)).float()
        cells = activations.flatten(2)
        return torch.logsumexp(cells, dim=2) - float(np.log(cells.shape[2])), activations


def build(name: str, classes: int, channels: int, seed: int, padding: str = "", pretrained: bool = True) -> Tagger:
    """A Tagger on the encoder called `name`, its new layers drawn by `seed`. Raises ValueError as `encoder` does."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Tagger(encoder(name, channels, padding, pretrained), classes)


@torch.inference_mode()
def activations(network: Tagger, image: np.ndarray, side: int, channels: int) -> tuple[np.ndarray, np.ndarray]:
    """(probabilities float32 (C - 1,), activations float32 (C - 1, h, w), above 0 where a class is seen) of an image
    uint8 (H, W, 3), seen with its longer side at most `side` times SCALES."""
    learning, device = network.training, next(network.parameters()).device
    network.eval()
    scores, maps = [], []
    for scale in SCALES:
        size = grid_shape(image.shape[:2], round(scale * side))
        seen = tensor(cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA), channels).to(device)
        score, found = network(torch.stack([seen, seen.flip(2)]))
        scores.append(score.sigmoid().mean(dim=0))
        maps.append((found[0] + found[1].flip(2)) / 2)
    network.train(learning)
    size = maps[-1].shape[-2:]
    joined = sum(functional.interpolate(m[None], size=size, mode="bilinear")[0] for m in maps) / len(maps)
    return torch.stack(scores).mean(dim=0).cpu().numpy(), joined.clamp(min=0).cpu().numpy()
