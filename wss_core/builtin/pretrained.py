"""The built-in model: it loads CueNet with the weights of this package and prepares pictures for it."""

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
# Data sets from whose training masks it learned, see weights/README.md: with few labels of theirs it has an advantage over other methods.
LEARNED_FROM = ("acdc", "camvid", "clothing", "horses", "nuclei", "segments", "tiles")
NAME = "builtin"  # of its encoder among features and backbones
SIDE = 512  # pixels: longer side that pictures are resized to, at most
MIN_SIDE = 64  # pixels: longer side that small pictures are enlarged to
CLASSES_PER_BATCH = 8  # more only take more memory


@functools.lru_cache(maxsize=1)
def model() -> CueNet:
    """Load the network in evaluation mode; its weights are read once."""
    import torch
    from safetensors.torch import load_file

    from .cuenet import CueNet

    with torch.random.fork_rng(devices=[]):  # loading draws nothing from the caller's random numbers
        network = CueNet()
    network.load_state_dict(load_file(WEIGHTS), strict=True)
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def network_input(image: np.ndarray) -> torch.Tensor:
    """Resize an image uint8 (H, W, 3) to the network's input: float32 (1, 3, h, w), -1..1, sides at most SIDE."""
    from .cuenet import MULTIPLE, pixels

    longer = max(image.shape[:2])
    scale = min(SIDE, max(2 * longer, MIN_SIDE)) / longer
    height, width = (max(MULTIPLE, round(side * scale / MULTIPLE) * MULTIPLE) for side in image.shape[:2])
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(image, (width, height), interpolation=interpolation)
    return pixels(small[None])


def pyramid(image: np.ndarray) -> tuple[np.ndarray, ...]:
    """Compute the feature maps float32 (EMBEDDING, h, w) at strides 4, 8, 16, 32 of the network's input: the slow part."""
    import torch

    with torch.inference_mode():
        maps = model().pyramid(network_input(image).to(memory_format=torch.channels_last))
    return tuple(m[0].contiguous().numpy() for m in maps)


def class_logits(maps: tuple[np.ndarray, ...], planes: np.ndarray) -> np.ndarray:
    """Compute the log-odds float32 (K, h, w) of each class against the rest.

    maps: as `pyramid` gives them. planes: float32 (K, PLANES, h, w), see `spread.cuenet_inputs`.
    """
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
