"""Loss terms for labelled pixels, hard or soft labels. Every image counts alike, however many of its pixels are labelled."""

from __future__ import annotations

import torch
from torch.nn import functional

from ..conventions import UNKNOWN

SMOOTH = 1.0  # pixels added to both sides of Dice, so that it does not swing from 0 to 1 for a class of few pixels


def partial_cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Compute the cross entropy over the labelled pixels alone; an image without any counts 0.

    Tang et al., "On Regularized Losses for Weakly-supervised CNN Segmentation", ECCV 2018. logits (B, C, H, W), labels
    int64 (B, H, W), UNKNOWN where a pixel is not labelled.
    """
    losses = functional.cross_entropy(logits, labels, ignore_index=UNKNOWN, reduction="none")
    return mean_of_images(losses, labels != UNKNOWN)


def partial_dice(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Compute one minus Dice over the labelled pixels alone, mean over the classes labelled on each image.

    Milletari, Navab, Ahmadi, "V-Net", 3DV 2016; on labelled pixels only: Gotkowski et al., "Embarrassingly Simple
    Scribble Supervision for 3D Medical Segmentation", 2024. logits (B, C, H, W), labels int64 (B, H, W), UNKNOWN where
    a pixel is not labelled; an image without labels counts 0.
    """
    labelled = (labels != UNKNOWN)[:, None]
    return soft_dice(logits.softmax(dim=1) * labelled, one_hot(labels, logits))


def one_hot(labels: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """Encode int64 labels (B, H, W) as (B, C, H, W), in the shape and type of `like`; 0 in all classes for UNKNOWN."""
    classes = torch.arange(like.shape[1], device=labels.device)[:, None, None]
    return (labels[:, None] == classes).to(like.dtype)


def soft_dice(probs: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Compute one minus Dice of two maps (B, C, H, W), mean over the classes that each image's target holds."""
    intersection = (probs * target).sum(dim=(2, 3))
    total = probs.sum(dim=(2, 3)) + target.sum(dim=(2, 3))
    present = target.flatten(2).any(dim=2)
    losses = (1 - (2 * intersection + SMOOTH) / (total + SMOOTH)) * present
    return (losses.sum(dim=1) / present.sum(dim=1).clamp(min=1)).mean()


def collision_cross_entropy(logits: torch.Tensor, pseudo_labels: torch.Tensor | None) -> torch.Tensor:
    """Compute -log of the probability that a class drawn from the network equals one drawn from the soft label.

    Unlike cross entropy it does not teach the label's doubt: a uniform label has no gradient. Zhang, Boykov, "Soft
    Self-Labeling and Potts Relaxations for Weakly-Supervised Segmentation", CVPR 2025. pseudo_labels (B, C, H, W), all
    0 where a pixel has none; 0 where they are None.
    """
    if pseudo_labels is None:
        return logits.sum() * 0
    labelled = pseudo_labels.sum(dim=1) > 0
    log_labels = torch.where(labelled[:, None], pseudo_labels, 1).log()
    log_collision = torch.logsumexp(logits.log_softmax(dim=1) + log_labels, dim=1)
    return mean_of_images(torch.where(labelled, -log_collision, 0), labelled)


def mean_of_images(losses: torch.Tensor, counted: torch.Tensor) -> torch.Tensor:
    """Average over images the mean over each image's counted pixels; both (B, H, W), `losses` 0 where not counted."""
    return (losses.flatten(1).sum(dim=1) / counted.flatten(1).sum(dim=1).clamp(min=1)).mean()
