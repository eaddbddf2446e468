"""A segmentation network: an encoder by name, a light decoder, any number of classes and channels."""

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
    """images float32 (B, K, H, W), 0..1, of any size -> logits (B, C, H, W).

    With `noise` (N, D) also those of a second decoder for the first N images, which sees the encoder's D channels with
    some left out; it exists while the network learns only (see `losses.pseudo.dual`).
    """

    def __init__(self, trunk: Encoder, classes: int, width: int):
        super().__init__()
        self.encoder, self.width = trunk, width
        self.decoder = Decoder(trunk.channels, width, classes)
        self.auxiliary_decoder: Decoder | None = None

    def add_auxiliary_decoder(self, seed: int) -> None:
        """Grow the second decoder, drawn by `seed`."""
        classes, width = self.decoder.answer.out_channels, self.width
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed + 1)
            self.auxiliary_decoder = Decoder(self.encoder.channels, width, classes)

    def load_state_dict(self, state_dict, *args, **options):
        """As of any module. Trainings stopped by older versions call the auxiliary decoder "second"."""
        renamed = {re.sub(r"^second\.", "auxiliary_decoder.", name): value for name, value in state_dict.items()}
        return super().load_state_dict(renamed, *args, **options)

    def forward(self, images: torch.Tensor, noise: torch.Tensor | None = None):
        maps, shape = self.encoder(images), images.shape[-2:]
        logits = _resize_logits(self.decoder(maps), shape)
        if noise is None or self.auxiliary_decoder is None:
            return logits
        return logits, _resize_logits(self.auxiliary_decoder(drop_channels(maps, noise)), shape)


def build(name: str, classes: int, width: int, channels: int, seed: int, padding: str = "", pretrained: bool = True):
    """A SegmentationNet on the encoder called `name`, its new layers drawn by `seed`. Raises ValueError as `build_encoder` does."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return SegmentationNet(build_encoder(name, channels, padding, pretrained), classes, width)


def meta_state(make: Callable[[], nn.Module]) -> dict[str, np.ndarray]:
    """The weights of the module that `make` makes, by name: arrays of their shapes and types that take no memory.

    So weights that do not fit are refused before settings of a stranger have made a giant.
    """
    with torch.device("meta"):
        weights = make().state_dict()
    plain = {name: torch.zeros((), dtype=weight.dtype, device="cpu").numpy() for name, weight in weights.items()}
    return {name: np.broadcast_to(plain[name], weight.shape) for name, weight in weights.items()}


def drop_channels(maps: list[torch.Tensor], noise: torch.Tensor) -> list[torch.Tensor]:
    """The maps of the first N images without the channels whose noise (N, D), even in 0..1, is below a half; the
    others twice as strong."""
    parts = noise.split([m.shape[1] for m in maps], dim=1)
    kept = [(2.0 * (part >= 0.5))[..., None, None] for part in parts]
    return [m[: len(noise)] * keep.to(m.dtype) for m, keep in zip(maps, kept, strict=True)]


def _resize_logits(logits: torch.Tensor, shape: torch.Size) -> torch.Tensor:
    return functional.interpolate(logits.float(), size=shape, mode="bilinear", align_corners=False)


def default_device() -> torch.device:
    """The GPU, or what takes its place, if there is one."""
    return torch.accelerator.current_accelerator() if torch.accelerator.is_available() else torch.device("cpu")


@torch.inference_mode()
def predict_probabilities(network: SegmentationNet, image: np.ndarray, side: int, channels: int) -> np.ndarray:
    """float32 (C, h, w), sums to 1: the network's answer to an image uint8 (H, W, 3), seen with its longer side at
    most `side`. The network's mode is left as it was."""
    size = grid_shape(image.shape[:2], side)
    small = image if size == image.shape[:2] else cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA)
    device = next(network.parameters()).device
    learning = network.training
    network.eval()
    logits = network(image_to_tensor(small, channels)[None].to(device, memory_format=torch.channels_last))
    network.train(learning)
    return logits[0].softmax(dim=0).cpu().numpy()


def resize_probabilities(probs: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """float32 (C, H, W), sums to 1, of probabilities (C, h, w) at another size."""
    planes = np.stack([cv2.resize(plane, shape[::-1], interpolation=cv2.INTER_LINEAR) for plane in probs])
    return planes / planes.sum(axis=0)


def state_arrays(network: nn.Module) -> dict[str, np.ndarray]:
    """Its weights by name."""
    return {name: value.cpu().numpy() for name, value in network.state_dict().items()}


def load_state_arrays(network: nn.Module, weights: dict[str, np.ndarray]) -> None:
    """Give it weights as `state_arrays` gave them, and make it ready to answer."""
    network.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in weights.items()})
    network.eval().to(default_device())
