"""Terms for boxes: an object fills its box tightly, and its class ends where its boxes end."""

from __future__ import annotations

import torch
from torchvision.ops import roi_pool

BANDS = 8  # into which each side of a box is divided; an object passes through every one
WHOLE = 0.8  # share of a box in the crop: of one that is cut more, the object may lie in the other part


def tightness(logits: torch.Tensor, boxes: torch.Tensor) -> torch.Tensor:
    """Every band of rows and of columns across a box holds a pixel of its class; mean over the boxes of each picture.

    -log of the highest probability in each of BANDS bands either way: Hsu et al., "Weakly Supervised Instance
    Segmentation using the Bounding Box Tightness Prior", NeurIPS 2019; bands: Kervadec et al., "Bounding boxes for
    weakly supervised segmentation: Global constraints get close to full supervision", MIDL 2020. logits
    (B, C, H, W); boxes (N, 7): picture, x0, y0, x1, y1, label, share in the crop; those much cut do not count.
    """
    boxes = boxes[boxes[:, 6] >= WHOLE]
    if len(boxes) == 0:
        return logits.sum() * 0
    probs = logits.softmax(dim=1)
    label = boxes[:, 5].long()
    places = torch.cat([boxes[:, :1], boxes[:, 1:3], boxes[:, 3:5] - 1], dim=1).to(probs.dtype)  # its corners are in
    rows, columns = (roi_pool(probs, places, size) for size in ((BANDS, 1), (1, BANDS)))
    own = torch.arange(len(boxes), device=label.device)
    highest = torch.cat([rows[own, label].flatten(1), columns[own, label].flatten(1)], dim=1)
    each = -highest.clamp(min=1e-6).log().mean(dim=1)
    return _mean_of_boxes(each, boxes[:, 0].long(), len(logits))


def projection(logits: torch.Tensor, boxes: torch.Tensor) -> torch.Tensor:
    """The shadow of a class on either side of the picture is the shadow of its boxes: one minus Dice of the two.

    Tian et al., "BoxInst: High-Performance Instance Segmentation with Box Annotations", CVPR 2021, with all boxes of
    a class together. Arguments as above; mean over the classes on each picture whose boxes are not much cut.
    """
    probs, wanted = logits.softmax(dim=1), _filled(boxes, logits)
    each = sum(_shadow_error(probs.amax(dim=side), wanted.amax(dim=side)) for side in (2, 3)) / 2
    boxed = wanted.flatten(2).any(dim=2) & ~_filled(boxes[boxes[:, 6] < WHOLE], logits).flatten(2).any(dim=2)
    return ((each * boxed).sum(dim=1) / boxed.sum(dim=1).clamp(min=1)).mean()


def _shadow_error(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """(B, C) of two shadows (B, C, L): Dice with squares below, as in V-Net and BoxInst."""
    return 1 - 2 * (one * other).sum(dim=2) / ((one**2).sum(dim=2) + (other**2).sum(dim=2)).clamp(min=1e-6)


def _filled(boxes: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """(B, C, H, W): 1 inside the boxes of each class, 0 elsewhere."""
    filled = torch.zeros_like(like, requires_grad=False)
    for row, x0, y0, x1, y1, label in boxes[:, :6].round().long().tolist():
        filled[row, label, y0:y1, x0:x1] = 1
    return filled


def _mean_of_boxes(each: torch.Tensor, row: torch.Tensor, count: int) -> torch.Tensor:
    total = torch.zeros(count, dtype=each.dtype, device=each.device).index_add(0, row, each)
    return (total / torch.bincount(row, minlength=count).clamp(min=1)).mean()
