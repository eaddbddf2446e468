"""Loss terms for cues about a whole image: which classes are present, and so how large they may be."""

from __future__ import annotations

import torch

SHARPNESS = 5.0  # of the soft maximum over pixels: 0 = their mean, large = the highest alone
MIN_SIZE = 0.002  # share of the image's pixels that a present class fills at least


def tag_loss(logits: torch.Tensor, tags: torch.Tensor) -> torch.Tensor:
    """Compute the loss of image tags: present classes are somewhere, absent ones nowhere; mean over each image's tags.

    Present: -log of the soft maximum over the pixels, Pinheiro, Collobert, "From Image-level to Pixel-level Labeling
    with Convolutional Networks", CVPR 2015. Absent: the mean over the pixels of -log(1 - p), as no pixel is of the
    class. logits (B, C, H, W), tags (B, C): 1 present, 0 absent, NaN unknown.
    """
    probs = logits.softmax(dim=1).flatten(2)
    pixels = torch.tensor(float(probs.shape[2]), dtype=probs.dtype, device=probs.device)
    highest = (torch.logsumexp(SHARPNESS * probs, dim=2) - pixels.log()) / SHARPNESS
    absent = -torch.log1p(-probs.clamp(max=1 - 1e-6)).mean(dim=2)
    losses = torch.where(tags == 1, -highest.clamp(min=1e-6).log(), absent)
    return _mean_of_known(losses, tags)


def size_loss(logits: torch.Tensor, tags: torch.Tensor) -> torch.Tensor:
    """Compute the loss of class sizes: a present class fills at least MIN_SIZE of the image, an absent one nothing.

    The squared distance to the bound, for present classes as a share of MIN_SIZE. Kervadec et al., "Constrained-CNN
    losses for weakly supervised segmentation", Medical Image Analysis 2019, with the bounds that tags give. logits
    (B, C, H, W), tags (B, C): 1 present, 0 absent, NaN unknown; a class with a point or a stroke is present.
    """
    sizes = logits.softmax(dim=1).mean(dim=(2, 3))
    shortfall = (1 - sizes / MIN_SIZE).clamp(min=0) ** 2
    return _mean_of_known(torch.where(tags == 1, shortfall, sizes**2), tags)


def _mean_of_known(losses: torch.Tensor, tags: torch.Tensor) -> torch.Tensor:
    """Average over images the mean of losses (B, C) over the classes whose tag is known."""
    known = ~tags.isnan()
    return ((losses * known).sum(dim=1) / known.sum(dim=1).clamp(min=1)).mean()
