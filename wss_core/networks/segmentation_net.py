"""A segmentation network: an encoder by name and a light decoder, for any number of classes and channels."""

from __future__ import annotations

import re
from collections.abc import Callable

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from ..imaging.resize import grid_shape
from .decoder import Decoder
from .encoders import Encoder, build_encoder, image_to_tensor


class SegmentationNet(nn.Module):
    """The map from images float32 (B, K, H, W), 0..1, of any size to logits (B, C, H, W).

    classes: C. width: channels of the decoder's layers at most. While the network learns it may have an auxiliary
    decoder, see `losses.self_training.dual_decoder_dice`; saved checkpoints never hold it.
    """

    def __init__(self, encoder: Encoder, classes: int, width: int):
        super().__init__()
        self.encoder, self.width = encoder, width
        self.decoder = Decoder(encoder.channels, width, classes)
        self.auxiliary_decoder: Decoder | None = None

    def add_auxiliary_decoder(self, seed: int) -> None:
        """Add a second decoder of the same shape, its weights drawn by `seed`."""
        classes = self.decoder.answer.out_channels
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed + 1)
            self.auxiliary_decoder = Decoder(self.encoder.channels, self.width, classes)

    def load_state_dict(self, state_dict, *args, **options):
        """Load weights as any module does; trainings stopped by older versions call the auxiliary decoder "second"."""
        renamed = {re.sub(r"^second\.", "auxiliary_decoder.", name): value for name, value in state_dict.items()}
        return super().load_state_dict(renamed, *args, **options)

    def forward(self, images: torch.Tensor, noise: torch.Tensor | None = None):
        """Return the logits; with `noise` (N, D), 0..1, also those of the auxiliary decoder for the first N images.

        The auxiliary decoder sees the encoder's D channels with some left out, see `drop_channels`.
        """
        maps, shape = self.encoder(images), images.shape[-2:]
        logits = _resize_logits(self.decoder(maps), shape)
        if noise is None or self.auxiliary_decoder is None:
            return logits
        return logits, _resize_logits(self.auxiliary_decoder(drop_channels(maps, noise)), shape)


def build(
    backbone: str,
    *,
    classes: int,
    width: int,
    channels: int,
    seed: int,
    padding: str = "",
    pretrained: bool = True,
) -> SegmentationNet:
    """Build a SegmentationNet, its new layers drawn by `seed`.

    backbone, channels, padding, pretrained: as for `build_encoder`, and ValueErrors as there. width: channels of the
    decoder's layers at most.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return SegmentationNet(build_encoder(backbone, channels, padding, pretrained), classes, width)


def meta_state(make: Callable[[], nn.Module]) -> dict[str, np.ndarray]:
    """Return the weights of the module that `make` makes, {name: array} of their shapes and types that take no memory.

    So weights that do not fit are refused before a stranger's settings have made a giant.
    """
    with torch.device("meta"):
        weights = make().state_dict()
    scalars = {name: torch.zeros((), dtype=weight.dtype, device="cpu").numpy() for name, weight in weights.items()}
    return {name: np.broadcast_to(scalars[name], weight.shape) for name, weight in weights.items()}


def drop_channels(maps: list[torch.Tensor], noise: torch.Tensor) -> list[torch.Tensor]:
    """Return the maps of the first N images without half of their channels, and the others twice as strong.

    maps: (B, channels[i], h_i, w_i) each. noise: float32 (N, D), 0..1, D the channels of all maps together; channels
    with noise below a half are set to 0.
    """
    parts = noise.split([m.shape[1] for m in maps], dim=1)
    factors = [(2.0 * (part >= 0.5))[..., None, None] for part in parts]
    return [m[: len(noise)] * factor.to(m.dtype) for m, factor in zip(maps, factors, strict=True)]


def _resize_logits(logits: torch.Tensor, shape: torch.Size) -> torch.Tensor:
    return functional.interpolate(logits.float(), size=shape, mode="bilinear", align_corners=False)


def default_device() -> torch.device:
    """Return the GPU or other accelerator, if there is one, else the CPU."""
    return torch.accelerator.current_accelerator() if torch.accelerator.is_available() else torch.device("cpu")


@torch.inference_mode()
def predict_probabilities(network: SegmentationNet, image: np.ndarray, side: int, channels: int) -> np.ndarray:
    """Predict the probabilities float32 (C, h, w), which sum to 1, of an image uint8 (H, W, 3).

    side: pixels of the longer side to which larger images are shrunk, so of h and w. channels: 3 or 1, those of the
    network's images. Whether the network is in training mode is left as it was.
    """
    size = grid_shape(image.shape[:2], side)
    small = image if size == image.shape[:2] else cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA)
    device = next(network.parameters()).device
    was_training = network.training
    network.eval()
    logits = network(image_to_tensor(small, channels)[None].to(device, memory_format=torch.channels_last))
    network.train(was_training)
    return logits[0].softmax(dim=0).cpu().numpy()


def resize_probabilities(probs: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Resize probabilities (C, h, w) linearly to float32 (C, H, W), which sum to 1."""
    planes = np.stack([cv2.resize(plane, shape[::-1], interpolation=cv2.INTER_LINEAR) for plane in probs])
    return planes / planes.sum(axis=0)


def state_arrays(network: nn.Module) -> dict[str, np.ndarray]:
    """Return the network's weights as {name: array}."""
    return {name: value.cpu().numpy() for name, value in network.state_dict().items()}


def load_state_arrays(network: nn.Module, weights: dict[str, np.ndarray]) -> None:
    """Load weights as `state_arrays` returns them, and put the network on the default device, ready to predict."""
    network.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in weights.items()})
    network.eval().to(default_device())
