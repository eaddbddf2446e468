"""Loss terms that learn from predictions: from the mixture of two decoders, or from an averaged teacher network."""

from __future__ import annotations

import torch
from torch.nn import functional

from .pixel_level import mean_of_images, one_hot, soft_dice

MIN_CONFIDENCE = 0.95  # the teacher's probability from which its class is learned


def dual_decoder_dice(
    logits: torch.Tensor,
    auxiliary_logits: torch.Tensor | None,
    mix_weight: float,
    has_partial_labels: torch.Tensor,
) -> torch.Tensor:
    """Compute one minus Dice of both decoders with the classes of their mixture, on partially labelled images only.

    Luo et al., "Scribble-Supervised Medical Image Segmentation via Dual-Branch Network and Dynamically Mixed Pseudo
    Labels Supervision", MICCAI 2022. logits, auxiliary_logits (B, C, H, W); mix_weight: that of the main decoder, 0..1;
    has_partial_labels: bool (B,). 0 without an auxiliary decoder.
    """
    if auxiliary_logits is None:
        return logits.sum() * 0
    main, auxiliary = logits.softmax(dim=1), auxiliary_logits.softmax(dim=1)
    mixture = (mix_weight * main + (1 - mix_weight) * auxiliary).detach().argmax(dim=1)
    target = one_hot(mixture, main) * has_partial_labels[:, None, None, None]
    return (soft_dice(main, target) + soft_dice(auxiliary, target)) / 2


def teacher_agreement(
    logits: torch.Tensor, strong_logits: torch.Tensor | None, teacher_probs: torch.Tensor | None
) -> torch.Tensor:
    """Compute the cross entropy with the teacher's classes where it is confident; mean over all the teacher's pixels.

    Sohn et al., "FixMatch", NeurIPS 2020; teacher: Tarvainen, Valpola, "Mean teachers are better role models", NIPS
    2017; for segmentation with CutMix: French et al., "Semi-supervised semantic segmentation needs strong, varied
    perturbations", BMVC 2020. strong_logits (T, C, H, W); teacher_probs of the same shape, 0 in all classes where the
    teacher predicts nothing. 0 where they are None.
    """
    if strong_logits is None or teacher_probs is None:
        return logits.sum() * 0
    confidence, classes = teacher_probs.max(dim=1)
    losses = functional.cross_entropy(strong_logits, classes, reduction="none") * (confidence >= MIN_CONFIDENCE)
    return mean_of_images(losses, confidence > 0)
