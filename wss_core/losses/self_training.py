"""Terms that learn from answers: the network's own two decoders, or its teacher."""

from __future__ import annotations

import torch
from torch.nn import functional

from .pixel_level import classes_of, dice, mean_of_pictures

CONFIDENCE = 0.95  # of the teacher, below which its answer is not learned from


def dual(logits: torch.Tensor, second: torch.Tensor | None, share: float, cued: torch.Tensor) -> torch.Tensor:
    """Both decoders learn the classes that their mixture, by a random share, finds; one minus Dice, cued pictures only.

    Luo et al., "Scribble-Supervised Medical Image Segmentation via Dual-Branch Network and Dynamically Mixed Pseudo
    Labels Supervision", MICCAI 2022. logits, second (B, C, H, W), share 0..1, cued bool (B,); no second decoder: 0.
    """
    if second is None:
        return logits.sum() * 0
    one, other = logits.softmax(dim=1), second.softmax(dim=1)
    found = (share * one + (1 - share) * other).detach().argmax(dim=1)
    wanted = classes_of(found, one) * cued[:, None, None, None]
    return (dice(one, wanted) + dice(other, wanted)) / 2


def agreement(logits: torch.Tensor, mixed: torch.Tensor | None, taught: torch.Tensor | None) -> torch.Tensor:
    """Cross entropy with the teacher's classes where it is confident; mean over all pixels of which it was asked.

    Sohn et al., "FixMatch", NeurIPS 2020; teacher: Tarvainen, Valpola, "Mean teachers are better role models", NIPS
    2017; for segmentation with CutMix: French et al., "Semi-supervised semantic segmentation needs strong, varied
    perturbations", BMVC 2020. mixed: logits (T, C, H, W); taught: probabilities alike, 0 in all classes = not asked;
    None: 0.
    """
    if mixed is None or taught is None:
        return logits.sum() * 0
    highest, found = taught.max(dim=1)
    each = functional.cross_entropy(mixed, found, reduction="none") * (highest >= CONFIDENCE)
    return mean_of_pictures(each, highest > 0)
