"""The built-in model: CueNet with the weights of this package, and how a picture is shown to it."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import torch

    from .cuenet import CueNet

WEIGHTS = Path(__file__).parents[1] / "weights" / "model.safetensors"
# Data sets from whose training masks it learned, see weights/README.md: with few labels of theirs it knows more than these tell.
LEARNED_FROM = ("acdc", "camvid", "clothing", "horses", "nuclei", "segments", "tiles")
NAME = "builtin"  # of its encoder, among features and backbones
SIDE = 512  # pixels of the longer side as the network sees it
MIN_SIDE = 64
CLASSES_PER_BATCH = 8  # classes answered together; more only take more memory


@functools.lru_cache(maxsize=1)
def model() -> CueNet:
    """The network, ready to answer; read once."""
    import torch
    from safetensors.torch import load_file

    from .cuenet import CueNet

    with torch.random.fork_rng(devices=[]):  # loading draws nothing from the caller's random numbers
        network = CueNet()
    network.load_state_dict(load_file(WEIGHTS), strict=True)
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def network_input(image: np.ndarray) -> torch.Tensor:
    """float32 (1, 3, h, w), -1..1: an image uint8 (H, W, 3) as the network sees it, at most SIDE a side."""
    from .cuenet import MULTIPLE, pixels

    longer = max(image.shape[:2])
    scale = min(SIDE, max(2 * longer, MIN_SIDE)) / longer
    height, width = (max(MULTIPLE, round(side * scale / MULTIPLE) * MULTIPLE) for side in image.shape[:2])
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(image, (width, height), interpolation=interpolation)
    return pixels(small[None])


def pyramid(image: np.ndarray) -> tuple[np.ndarray, ...]:
    """float32 (EMBEDDING, h, w) at strides 4, 8, 16, 32 of the picture as seen: the slow part."""
    import torch

    with torch.inference_mode():
        maps = model().pyramid(network_input(image).to(memory_format=torch.channels_last))
    return tuple(m[0].contiguous().numpy() for m in maps)


def class_logits(maps: tuple[np.ndarray, ...], planes: np.ndarray) -> np.ndarray:
    """float32 (K, h, w): log-odds of each class against the rest. planes: float32 (K, PLANES, h, w)."""
    import torch

    logits = []
    with torch.inference_mode():
        for start in range(0, len(planes), CLASSES_PER_BATCH):
            chunk = torch.from_numpy(planes[start : start + CLASSES_PER_BATCH]).contiguous(
                memory_format=torch.channels_last
            )
            shared = [torch.from_numpy(m)[None].expand(len(chunk), -1, -1, -1) for m in maps]
            logits.append(model()(shared, chunk)[0].numpy())
    return np.concatenate(logits)
