"""A network that says which classes are on a picture, and by what cells it knows."""

from __future__ import annotations

import math

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from .decoder import Decoder
from .encoders import Encoder, build_encoder, image_to_tensor

WIDTH = 128
SHARPNESS = 4.0  # of the soft maximum over cells: small things count too
SCALES = (1.0, 1.5)  # of a picture, at which it is asked, each also mirrored


class ClassificationNet(nn.Module):
    """images float32 (B, K, H, W), 0..1 -> (scores (B, C - 1), activations (B, C - 1, h, w)) of the object classes.

    The last three maps of the encoder are joined, and each of their cells is scored: Zhou et al., "Learning Deep
    Features for Discriminative Localization" (CAM), CVPR 2016, with the classes' weights inside the network as in Zhang
    et al., "Adversarial Complementary Learning for Weakly Supervised Object Localization", CVPR 2018; so transformers
    can be asked too. The picture's score is between the mean and the highest of its cells': Pinheiro, Collobert, "From
    Image-level to Pixel-level Labeling with Convolutional Networks", CVPR 2015.
    """

    def __init__(self, trunk: Encoder, classes: int):
        super().__init__()
        self.encoder = trunk
        self.decoder = Decoder(trunk.channels[-3:], WIDTH, classes - 1, even=False)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        activations = self.decoder(self.encoder(images)[-3:]).float()
        cells = activations.flatten(2)
        highest = torch.logsumexp(SHARPNESS * cells, dim=2) - math.log(cells.shape[2])
        return highest / SHARPNESS, activations


def build(
    name: str, classes: int, channels: int, seed: int, padding: str = "", pretrained: bool = True
) -> ClassificationNet:
    """A ClassificationNet on the encoder called `name`, its new layers drawn by `seed`. Raises ValueError as `build_encoder` does."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return ClassificationNet(build_encoder(name, channels, padding, pretrained), classes)


@torch.inference_mode()
def predict_activations(
    network: ClassificationNet, image: np.ndarray, side: int, channels: int
) -> tuple[np.ndarray, np.ndarray]:
    """(probabilities float32 (C - 1,), activations float32 (C - 1, h, w)) of an image
    uint8 (H, W, 3), seen with its longer side `side` times SCALES."""
    learning, device = network.training, next(network.parameters()).device
    network.eval()
    scores, maps = [], []
    for scale in SCALES:
        seen = image_to_tensor(_resize(image, scale * side / max(image.shape[:2])), channels).to(device)
        score, found = network(torch.stack([seen, seen.flip(2)]))
        scores.append(score.sigmoid().mean(dim=0))
        maps.append((found[0] + found[1].flip(2)) / 2)
    network.train(learning)
    size = maps[-1].shape[-2:]
    joined = sum(functional.interpolate(m[None], size=size, mode="bilinear")[0] for m in maps) / len(maps)
    return torch.stack(scores).mean(dim=0).cpu().numpy(), joined.cpu().numpy()


def _resize(image: np.ndarray, scale: float) -> np.ndarray:
    height, width = (max(1, round(side * scale)) for side in image.shape[:2])
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
