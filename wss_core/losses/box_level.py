"""Loss terms for boxes: an object fills its box tightly, and its class ends where its boxes end."""

from __future__ import annotations

import torch
from torchvision.ops import roi_pool

BANDS = 8  # into which each side of a box is divided; an object passes through every one
MIN_VISIBLE = 0.8  # share of a box inside the crop; where less of it is, its object may lie in the other part


def tightness(logits: torch.Tensor, boxes: torch.Tensor) -> torch.Tensor:
    """Compute the box tightness loss: every band of rows and of columns across a box holds a pixel of its class.

    -log of the highest probability in each of BANDS bands either way, mean over the boxes of each image: Hsu et al.,
    "Weakly Supervised Instance Segmentation using the Bounding Box Tightness Prior", NeurIPS 2019; bands: Kervadec et
    al., "Bounding boxes for weakly supervised segmentation: Global constraints get close to full supervision", MIDL
    2020. logits (B, C, H, W); boxes (N, 7): image number, x0, y0, x1, y1, label, share inside the crop; boxes of which
    less than MIN_VISIBLE is inside do not count.
    """
    boxes = boxes[boxes[:, 6] >= MIN_VISIBLE]
    if len(boxes) == 0:
        return logits.sum() * 0
    probs = logits.softmax(dim=1)
    classes = boxes[:, 5].long()
    regions = torch.cat([boxes[:, :1], boxes[:, 1:3], boxes[:, 3:5] - 1], dim=1).to(probs.dtype)  # last pixels included
    rows, columns = (roi_pool(probs, regions, size) for size in ((BANDS, 1), (1, BANDS)))
    numbers = torch.arange(len(boxes), device=classes.device)
    highest = torch.cat([rows[numbers, classes].flatten(1), columns[numbers, classes].flatten(1)], dim=1)
    losses = -highest.clamp(min=1e-6).log().mean(dim=1)
    return _mean_of_boxes(losses, boxes[:, 0].long(), len(logits))


def projection(logits: torch.Tensor, boxes: torch.Tensor) -> torch.Tensor:
    """Compute the projection loss: one minus Dice of a class's projections onto both axes with those of its boxes.

    Tian et al., "BoxInst: High-Performance Instance Segmentation with Box Annotations", CVPR 2021, with all boxes of a
    class together. logits and boxes as in `tightness`; mean over each image's classes that have boxes, all of which are
    visible by MIN_VISIBLE or more.
    """
    probs, target = logits.softmax(dim=1), _box_masks(boxes, logits)
    losses = sum(_projection_dice(probs.amax(dim=axis), target.amax(dim=axis)) for axis in (2, 3)) / 2
    cut_off = _box_masks(boxes[boxes[:, 6] < MIN_VISIBLE], logits).flatten(2).any(dim=2)
    counted = target.flatten(2).any(dim=2) & ~cut_off
    return ((losses * counted).sum(dim=1) / counted.sum(dim=1).clamp(min=1)).mean()


def _projection_dice(predicted: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """(B, C): one minus Dice of two projections (B, C, L), with squares in the denominator as in V-Net and BoxInst."""
    squares = (predicted**2).sum(dim=2) + (target**2).sum(dim=2)
    return 1 - 2 * (predicted * target).sum(dim=2) / squares.clamp(min=1e-6)


def _box_masks(boxes: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """(B, C, H, W), in the shape and type of `like`: 1 inside the boxes of each class, 0 elsewhere."""
    masks = torch.zeros_like(like, requires_grad=False)
    for image, x0, y0, x1, y1, label in boxes[:, :6].round().long().tolist():
        masks[image, label, y0:y1, x0:x1] = 1
    return masks


def _mean_of_boxes(losses: torch.Tensor, images: torch.Tensor, count: int) -> torch.Tensor:
    """Average over `count` images the mean of losses (N,) over each image's boxes; images: int64 (N,), image numbers."""
    total = torch.zeros(count, dtype=losses.dtype, device=losses.device).index_add(0, images, losses)
    return (total / torch.bincount(images, minlength=count).clamp(min=1)).mean()
