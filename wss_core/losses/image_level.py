"""Terms for what is told of a picture as a whole: which classes are on it, and so how large they may be."""

from __future__ import annotations

import torch

SHARPNESS = 5.0  # of the soft maximum: 0 = the mean, large = the highest pixel alone
LEAST = 0.002  # share of the picture that a present class fills at least


def tags(logits: torch.Tensor, tags: torch.Tensor) -> torch.Tensor:
    """Present classes are somewhere, absent ones nowhere; mean over the told classes of each picture.

    Present: -log of the soft maximum over the pixels, Pinheiro, Collobert, "From Image-level to Pixel-level Labeling
    with Convolutional Networks", CVPR 2015. Absent: the mean over the pixels of -log(1 - p), as no pixel is of the
    class. logits (B, C, H, W), tags (B, C): 1 present, 0 absent, NaN not told.
    """
    probs = logits.softmax(dim=1).flatten(2)
    count = torch.tensor(float(probs.shape[2]), dtype=probs.dtype, device=probs.device)
    highest = (torch.logsumexp(SHARPNESS * probs, dim=2) - count.log()) / SHARPNESS
    nowhere = -torch.log1p(-probs.clamp(max=1 - 1e-6)).mean(dim=2)
    each = torch.where(tags == 1, -highest.clamp(min=1e-6).log(), nowhere)
    return _mean_of_told(each, tags)


def size(logits: torch.Tensor, tags: torch.Tensor) -> torch.Tensor:
    """A present class fills at least LEAST of the picture, an absent one nothing; squared, as a share of LEAST.

    Kervadec et al., "Constrained-CNN losses for weakly supervised segmentation", Medical Image Analysis 2019, with the
    bounds that tags give. Arguments as above; a point or a stroke tells its class present.
    """
    share = logits.softmax(dim=1).mean(dim=(2, 3))
    missing = (1 - share / LEAST).clamp(min=0) ** 2
    return _mean_of_told(torch.where(tags == 1, missing, share**2), tags)


def _mean_of_told(each: torch.Tensor, tags: torch.Tensor) -> torch.Tensor:
    told = ~tags.isnan()
    return ((each * told).sum(dim=1) / told.sum(dim=1).clamp(min=1)).mean()
