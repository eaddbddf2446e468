"""What a loss term is given: a Batch of crops with all that is told of them, and the network's Answer."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TypeVar

import torch

Part = TypeVar("Part", "Batch", "Views")


@dataclass(frozen=True)
class Views:
    """T crops of which the teacher is asked, in pairs that exchange a rectangle; C classes.

    plain: float32 (T, K, H, W), 0..1, what the teacher sees. strong: the same places, changed more. labels: int64
    (T, H, W), what is told of them, UNKNOWN = nothing. tags: float32 (T, C), as in Batch. cut: bool (T, H, W), the
    pixels that come from the other crop of the pair, `i ^ 1`.
    """

    plain: torch.Tensor
    strong: torch.Tensor
    labels: torch.Tensor
    tags: torch.Tensor
    cut: torch.Tensor


@dataclass(frozen=True)
class Batch:
    """B crops of H x W pixels and what is told of them; C classes.

    ids: of all the pictures, those of the views too. images: float32 (B, K, H, W), 0..1, K = 3 or 1. labels: int64
    (B, H, W), the class told for each pixel, UNKNOWN = not told. tags: float32 (B, C), 1 present, 0 absent, NaN not
    told. boxes: float32 (N, 7), a row each: crop, x0, y0, x1, y1, label, and the share of the box that lies in the
    crop, in pixels, half open, cut at its border. cued: bool (B,), some place of the picture is told, but not every
    pixel. soft: float32 (B, C, H, W), soft labels that sum to 1, or to 0 where there are none; None: no crop has any.
    views: what is learned from the teacher; None: nothing. seeds: of each crop, for what is random in the network.
    """

    ids: tuple[str, ...]
    images: torch.Tensor
    labels: torch.Tensor
    tags: torch.Tensor
    boxes: torch.Tensor
    cued: torch.Tensor
    soft: torch.Tensor | None = None
    views: Views | None = None
    seeds: tuple[int, ...] = ()


def moved(part: Part, device: torch.device) -> Part:
    """The same batch, or views, on another device."""
    values = {field.name: getattr(part, field.name) for field in fields(part)}
    moves = {name: value.to(device) for name, value in values.items() if isinstance(value, torch.Tensor)}
    moves |= {name: moved(value, device) for name, value in values.items() if isinstance(value, Views)}
    return replace(part, **moves)


@dataclass(frozen=True)
class Answer:
    """What the network says of a batch, all (B, C, H, W): logits; second: those of its other decoder, or None.

    share: the part of the first decoder in their common pseudo labels, 0..1. mixed: logits (T, C, H, W) of the views
    after the exchange; taught: the teacher's probabilities for these, exchanged alike; None where there is no teacher.
    """

    logits: torch.Tensor
    second: torch.Tensor | None = None
    share: float = 0.5
    mixed: torch.Tensor | None = None
    taught: torch.Tensor | None = None
