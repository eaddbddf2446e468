"""Pixels that look alike belong together: the Potts model, relaxed, on pairs of near pixels."""

from __future__ import annotations

import torch

COLOUR = 0.1  # difference of colour, 0..1 a channel, over which pixels count as alike
PLACE = 6.0  # pixels over which a pair loses its weight; of no effect on direct neighbours


def potts(logits: torch.Tensor, images: torch.Tensor, cued: torch.Tensor, radius: int = 1) -> torch.Tensor:
    """The chance that two near pixels of like colour get different classes; mean over the pairs of the cued pictures.

    radius 1: the four neighbours, found better than dense pairs by Zhang, Boykov, "Soft Self-Labeling and Potts
    Relaxations for Weakly-Supervised Segmentation", CVPR 2025. radius 5: all within 5 pixels either way, as in Obukhov
    et al., "Gated CRF Loss for Weakly Supervised Semantic Image Segmentation", 2019. logits (B, C, H, W), images
    (B, K, H, W) 0..1, cued bool (B,): the others give 0.
    """
    probs = logits.softmax(dim=1)
    total, pairs = probs.new_zeros(len(probs)), 0
    for dy, dx in _steps(radius, probs.shape[-2:]):
        one, other = _shifted(probs, dy, dx)
        differ = 1 - (one * other).sum(dim=1)
        alike = _alike(images, dy, dx, radius).to(probs.dtype)
        total = total + (alike * differ).sum(dim=(1, 2))
        pairs += differ[0].numel()
    return (total * cued / max(1, pairs)).mean()


def _steps(radius: int, shape: torch.Size) -> list[tuple[int, int]]:
    """Each pair of near pixels of a picture (H, W) once: (rows down, columns right)."""
    reach = range(-radius, radius + 1)
    steps = [(dy, dx) for dy in range(radius + 1) for dx in reach if dy > 0 or dx > 0]
    steps = [(0, 1), (1, 0)] if radius == 1 else steps
    return [(dy, dx) for dy, dx in steps if dy < shape[0] and abs(dx) < shape[1]]


def _alike(images: torch.Tensor, dy: int, dx: int, radius: int) -> torch.Tensor:
    one, other = _shifted(images, dy, dx)
    colour = ((one - other) ** 2).sum(dim=1) / (2 * COLOUR**2)
    place = 0.0 if radius == 1 else (dy * dy + dx * dx) / (2 * PLACE**2)
    return torch.exp(-colour - place)


def _shifted(maps: torch.Tensor, dy: int, dx: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The maps (B, K, H, W) without and with a shift by (dy, dx), where both lie on the picture."""
    height, width = maps.shape[-2:]
    first, last = max(0, -dx), width - max(0, dx)
    return maps[..., : height - dy, first:last], maps[..., dy:, first + dx : last + dx]
