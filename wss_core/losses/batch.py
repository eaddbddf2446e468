"""The inputs of a loss term: a Batch of crops with their labels, and the NetworkOutput for it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TypeVar

import torch

TensorsT = TypeVar("TensorsT", "Batch", "TeacherViews")


@dataclass(frozen=True)
class TeacherViews:
    """T crops whose labels the teacher predicts for the network to learn: T / 2 pairs that exchange a rectangle.

    weak: float32 (T, K, H, W), 0..1, which the teacher sees. strong: the same crops more strongly augmented, which the
    network sees. labels: int64 (T, H, W), the annotated pixels, UNKNOWN elsewhere. tags: float32 (T, C), as in Batch.
    cutmix_mask: bool (T, H, W), the pixels that come from the other crop of the pair, number `i ^ 1`.
    """

    weak: torch.Tensor
    strong: torch.Tensor
    labels: torch.Tensor
    tags: torch.Tensor
    cutmix_mask: torch.Tensor


@dataclass(frozen=True)
class Batch:
    """B crops of H x W pixels with what is annotated on them; C classes.

    ids: names of all the images in the batch, those of the views included. images: float32 (B, K, H, W), 0..1, K = 3
    or 1. labels: int64 (B, H, W), the annotated pixels, UNKNOWN elsewhere. tags: float32 (B, C), 1 present, 0 absent,
    NaN unknown. boxes: float32 (N, 7), one row per box: crop number, x0, y0, x1, y1, label, and the share 0..1 of the
    box that lies in the crop; in pixels, half open, clipped to the crop. has_partial_labels: bool (B,), True where some
    pixels of the image are annotated, but not all. pseudo_labels: float32 (B, C, H, W), soft labels that sum to 1, or
    to 0 where a pixel has none; None where no crop has any. views: the crops that the teacher labels, or None. seeds:
    one integer per crop, for random choices inside the network.
    """

    ids: tuple[str, ...]
    images: torch.Tensor
    labels: torch.Tensor
    tags: torch.Tensor
    boxes: torch.Tensor
    has_partial_labels: torch.Tensor
    pseudo_labels: torch.Tensor | None = None
    views: TeacherViews | None = None
    seeds: tuple[int, ...] = ()


def to_device(tensors: TensorsT, device: torch.device) -> TensorsT:
    """Copy a Batch, or TeacherViews, to another device."""
    values = {field.name: getattr(tensors, field.name) for field in fields(tensors)}
    copies = {name: value.to(device) for name, value in values.items() if isinstance(value, torch.Tensor)}
    copies |= {name: to_device(value, device) for name, value in values.items() if isinstance(value, TeacherViews)}
    return replace(tensors, **copies)


@dataclass(frozen=True)
class NetworkOutput:
    """The network's output for a batch, and the teacher's for the batch's views.

    logits: (B, C, H, W). auxiliary_logits: those of the auxiliary decoder, of the same shape, or None. mix_weight: the
    weight 0..1 of the main decoder where both are mixed into pseudo labels. strong_logits: (T, C, H, W), for the
    strongly augmented views after the exchange of rectangles. teacher_probs: (T, C, H, W), the teacher's probabilities
    for them, exchanged in the same way. Both are None where there is no teacher.
    """

    logits: torch.Tensor
    auxiliary_logits: torch.Tensor | None = None
    mix_weight: float = 0.5
    strong_logits: torch.Tensor | None = None
    teacher_probs: torch.Tensor | None = None
