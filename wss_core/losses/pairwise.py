"""The Potts loss: near pixels of similar colour belong to one class."""

from __future__ import annotations

import torch

COLOUR_SIGMA = 0.1  # of the Gaussian on the difference of colour, 0..1 a channel
DISTANCE_SIGMA = 6.0  # pixels, of the Gaussian on the distance; without effect on direct neighbours


def potts(
    logits: torch.Tensor, images: torch.Tensor, has_partial_labels: torch.Tensor, radius: int = 1
) -> torch.Tensor:
    """Compute the relaxed Potts loss: the probability that two near pixels of similar colour get different classes.

    The mean over all pairs of the images that are partially labelled; the others count 0. radius 1: the four
    neighbours, found better than dense pairs by Zhang, Boykov, "Soft Self-Labeling and Potts Relaxations for
    Weakly-Supervised Segmentation", CVPR 2025. radius 5: all within 5 pixels either way, as in Obukhov et al., "Gated
    CRF Loss for Weakly Supervised Semantic Image Segmentation", 2019. logits (B, C, H, W), images (B, K, H, W) 0..1,
    has_partial_labels bool (B,).
    """
    probs = logits.softmax(dim=1)
    total, pairs = probs.new_zeros(len(probs)), 0
    for dy, dx in _offsets(radius, probs.shape[-2:]):
        here, there = _pairs(probs, dy, dx)
        different = 1 - (here * there).sum(dim=1)
        total = total + (_similarity(images, dy, dx, radius).to(probs.dtype) * different).sum(dim=(1, 2))
        pairs += different[0].numel()
    return (total * has_partial_labels / max(1, pairs)).mean()


def _offsets(radius: int, shape: torch.Size) -> list[tuple[int, int]]:
    """The (rows down, columns right) from a pixel to its partners on an image (H, W), each pair of pixels once."""
    reach = range(-radius, radius + 1)
    offsets = [(dy, dx) for dy in range(radius + 1) for dx in reach if dy > 0 or dx > 0]
    offsets = [(0, 1), (1, 0)] if radius == 1 else offsets
    return [(dy, dx) for dy, dx in offsets if dy < shape[0] and abs(dx) < shape[1]]


def _similarity(images: torch.Tensor, dy: int, dx: int, radius: int) -> torch.Tensor:
    """The weight 0..1 of each pair at an offset, by colour and, beyond direct neighbours, by distance."""
    here, there = _pairs(images, dy, dx)
    colour = ((here - there) ** 2).sum(dim=1) / (2 * COLOUR_SIGMA**2)
    distance = 0.0 if radius == 1 else (dy * dy + dx * dx) / (2 * DISTANCE_SIGMA**2)
    return torch.exp(-colour - distance)


def _pairs(maps: torch.Tensor, dy: int, dx: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The maps (B, K, H, W) without and with a shift by (dy, dx), cropped to where both exist."""
    height, width = maps.shape[-2:]
    first, last = max(0, -dx), width - max(0, dx)
    return maps[..., : height - dy, first:last], maps[..., dy:, first + dx : last + dx]
