"""Terms for pixels that are told, surely or softly. Each picture counts alike, however many of its pixels are told."""

from __future__ import annotations

import torch
from torch.nn import functional

from ..conventions import UNKNOWN

SMOOTH = 1.0  # pixels added to both sides of Dice: a class of few told pixels does not swing from 0 to 1


def partial_cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross entropy over the told pixels alone; 0 for a picture without any.

    Tang et al., "On Regularized Losses for Weakly-supervised CNN Segmentation", ECCV 2018. logits (B, C, H, W),
    labels int64 (B, H, W), UNKNOWN = not told.
    """
    each = functional.cross_entropy(logits, labels, ignore_index=UNKNOWN, reduction="none")
    return mean_of_pictures(each, labels != UNKNOWN)


def partial_dice(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """One minus Dice over the told pixels alone, mean over the classes told on each picture; 0 without any.

    Milletari, Navab, Ahmadi, "V-Net", 3DV 2016; on told pixels only: Gotkowski et al., "Embarrassingly Simple Scribble
    Supervision for 3D Medical Segmentation", 2024. Arguments as above.
    """
    known = (labels != UNKNOWN)[:, None]
    return dice(logits.softmax(dim=1) * known, classes_of(labels, logits))


def classes_of(labels: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """(B, C, H, W): 1 for the class of each pixel of int64 labels (B, H, W), 0 for others and where it is UNKNOWN."""
    every = torch.arange(like.shape[1], device=labels.device)[:, None, None]
    return (labels[:, None] == every).to(like.dtype)


def dice(probs: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """One minus Dice of probs with wanted, both (B, C, H, W), mean over the classes wanted anywhere on each picture."""
    both = (probs * wanted).sum(dim=(2, 3))
    either = probs.sum(dim=(2, 3)) + wanted.sum(dim=(2, 3))
    present = wanted.flatten(2).any(dim=2)
    each = (1 - (2 * both + SMOOTH) / (either + SMOOTH)) * present
    return (each.sum(dim=1) / present.sum(dim=1).clamp(min=1)).mean()


def collision_cross_entropy(logits: torch.Tensor, soft: torch.Tensor | None) -> torch.Tensor:
    """-log of the chance that the network and the soft label, drawn apart, agree; 0 where there is no soft label.

    Unlike cross entropy it does not teach the label's doubt: a uniform label has no gradient. Zhang, Boykov, "Soft
    Self-Labeling and Potts Relaxations for Weakly-Supervised Segmentation", CVPR 2025. soft (B, C, H, W).
    """
    if soft is None:
        return logits.sum() * 0
    known = soft.sum(dim=1) > 0
    label = torch.where(known[:, None], soft, 1).log()
    agree = torch.logsumexp(logits.log_softmax(dim=1) + label, dim=1)
    return mean_of_pictures(torch.where(known, -agree, 0), known)


def mean_of_pictures(each: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """The mean over pictures of the mean over their known pixels; both (B, H, W), `each` 0 where not known."""
    return (each.flatten(1).sum(dim=1) / known.flatten(1).sum(dim=1).clamp(min=1)).mean()
