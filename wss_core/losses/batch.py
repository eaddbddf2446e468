"""What a loss term is given: a Batch of crops with all that is told of them, and the network's Answer."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import torch


@dataclass(frozen=True)
class Batch:
    """B crops of H x W pixels and what is told of them; C classes.

    ids: of the pictures. images: float32 (B, K, H, W), 0..1, K = 3 or 1. labels: int64 (B, H, W), the class told for
    each pixel, UNKNOWN = not told. tags: float32 (B, C), 1 present, 0 absent, NaN not told. boxes: float32 (N, 6), a
    row each: crop, x0, y0, x1, y1, label, half open, in pixels, inside the crop. cued: bool (B,), some place of the
    picture is told, but not every pixel. soft: float32 (B, C, H, W), soft labels that sum to 1, or to 0 where there
    are none; None: no crop has any. strong: float32 (T, K, H, W), as `images`, the crops at the places `taught`, int64
    (T,), changed more: there the teacher is asked. None: it is not.
    """

    ids: tuple[str, ...]
    images: torch.Tensor
    labels: torch.Tensor
    tags: torch.Tensor
    boxes: torch.Tensor
    cued: torch.Tensor
    soft: torch.Tensor | None = None
    strong: torch.Tensor | None = None
    taught: torch.Tensor | None = None

    def to(self, device: torch.device) -> Batch:
        """The same batch on another device."""
        parts = {f.name: getattr(self, f.name) for f in fields(self)}
        return replace(self, **{k: v.to(device) for k, v in parts.items() if isinstance(v, torch.Tensor)})


@dataclass(frozen=True)
class Answer:
    """What the network says of a batch, all (B, C, H, W): logits; second: those of its other decoder, or None.

    share: the part of the first decoder in their common pseudo labels, 0..1. mixed: logits of the crops of which
    parts were exchanged; taught: the teacher's probabilities for these, exchanged alike, 0 in all classes where nothing
    is to be learned; None where there is no teacher.
    """

    logits: torch.Tensor
    second: torch.Tensor | None = None
    share: float = 0.5
    mixed: torch.Tensor | None = None
    taught: torch.Tensor | None = None
