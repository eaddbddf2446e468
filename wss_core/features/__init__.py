"""Functions that turn a picture into a feature map on a small working grid, listed by name in FEATURES."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..segmenter import Download
from . import builtin, timm_backbone
from .colour_texture import colour, lab, texture

__all__ = ["FEATURES", "TIMM", "check", "downloads", "extract", "extract_shared", "lab"]

FEATURES: dict[str, Callable[[np.ndarray, tuple[int, int]], np.ndarray]] = {
    "colour": colour,
    "texture": texture,
    "builtin": builtin.embedding,
}
TIMM = "timm:"  # prefix; a name of timm's, "hf-hub:USER/REPO" or "local-dir:FOLDER" follows


def check(name: str) -> None:
    """Raise ValueError unless `name` is one of FEATURES or begins with "timm:"."""
    if name not in FEATURES and not (name.startswith(TIMM) and len(name) > len(TIMM)):
        raise ValueError(f"no features {name!r:.40}. Choose one of: {', '.join(FEATURES)}, {TIMM}NAME")


def downloads(name: str) -> tuple[Download, ...]:
    """List the pretrained weights that features or a backbone called `name` download on first use."""
    is_fetched = name.startswith(TIMM) and not name.startswith(f"{TIMM}local-dir:")
    return (Download(f"pretrained weights of {name.removeprefix(TIMM)}", None),) if is_fetched else ()


def extract(name: str, image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Compute the features called `name` of an image uint8 (H, W, 3): float32 (D, h, w) on a grid of (h, w) cells.

    "timm:NAME" downloads pretrained weights from the Hub on first use. Raises ValueError for an unknown name or where
    weights cannot be had.
    """
    check(name)
    if name in FEATURES:
        return FEATURES[name](image, grid)
    return timm_backbone.component_maps(timm_backbone.load(name.removeprefix(TIMM)), image, grid)


def extract_shared(name: str, image: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Compute features whose channels mean the same on every picture, and append Lab colour: float32 (D, h, w).

    From a network `extract` gives the components that vary most on this picture; this function gives all channels.
    The arguments and errors are those of `extract`.
    """
    check(name)
    if name in FEATURES:
        maps = builtin.pyramid(image, grid) if name == "builtin" else FEATURES[name](image, grid)
    else:
        maps = timm_backbone.channel_maps(timm_backbone.load(name.removeprefix(TIMM)), image, grid)
    return np.concatenate([maps, lab(image, grid)])
