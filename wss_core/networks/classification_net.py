"""A classification network: which classes are on an image, and which of its cells show them."""

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
SHARPNESS = 4.0  # of the soft maximum over cells, below which small things would count too little
SCALES = (1.0, 1.5)  # of an image for which predictions are averaged, each also mirrored


class ClassificationNet(nn.Module):
    """The map from images float32 (B, K, H, W), 0..1, to scores and activations of the C - 1 object classes.

    scores (B, C - 1) and activations (B, C - 1, h, w) are logits. The last three maps of the encoder are joined, and
    each of their cells is scored: Zhou et al., "Learning Deep Features for Discriminative Localization" (CAM), CVPR
    2016, with the classes' weights inside the network as in Zhang et al., "Adversarial Complementary Learning for
    Weakly Supervised Object Localization", CVPR 2018; so transformers work too. The image's score is between the mean
    and the highest of its cells': Pinheiro, Collobert, "From Image-level to Pixel-level Labeling with Convolutional
    Networks", CVPR 2015.
    """

    def __init__(self, encoder: Encoder, classes: int):
        super().__init__()
        self.encoder = encoder
        self.decoder = Decoder(encoder.channels[-3:], WIDTH, classes - 1, balanced=False)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return (scores, activations)."""
        activations = self.decoder(self.encoder(images)[-3:]).float()
        cells = activations.flatten(2)
        highest = torch.logsumexp(SHARPNESS * cells, dim=2) - math.log(cells.shape[2])
        return highest / SHARPNESS, activations


def build(
    backbone: str, *, classes: int, channels: int, seed: int, padding: str = "", pretrained: bool = True
) -> ClassificationNet:
    """Build a ClassificationNet, its new layers drawn by `seed`.

    classes: C, the background among them. backbone, channels, padding, pretrained: as for `build_encoder`, and
    ValueErrors as there.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return ClassificationNet(build_encoder(backbone, channels, padding, pretrained), classes)


@torch.inference_mode()
def predict_activations(
    network: ClassificationNet, image: np.ndarray, side: int, channels: int
) -> tuple[np.ndarray, np.ndarray]:
    """Predict (probabilities float32 (C - 1,), activations float32 (C - 1, h, w)) of an image uint8 (H, W, 3).

    The means over SCALES times `side` pixels for the image's longer side, and over the image and its mirror image.
    """
    was_training, device = network.training, next(network.parameters()).device
    network.eval()
    scores, maps = [], []
    for scale in SCALES:
        resized = image_to_tensor(_resize(image, scale * side / max(image.shape[:2])), channels).to(device)
        logits, activations = network(torch.stack([resized, resized.flip(2)]))
        scores.append(logits.sigmoid().mean(dim=0))
        maps.append((activations[0] + activations[1].flip(2)) / 2)
    network.train(was_training)
    size = maps[-1].shape[-2:]
    mean = sum(functional.interpolate(m[None], size=size, mode="bilinear")[0] for m in maps) / len(maps)
    return torch.stack(scores).mean(dim=0).cpu().numpy(), mean.cpu().numpy()


def _resize(image: np.ndarray, scale: float) -> np.ndarray:
    height, width = (max(1, round(side * scale)) for side in image.shape[:2])
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
