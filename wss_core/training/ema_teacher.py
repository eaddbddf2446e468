"""The teacher: the network with the average of its own recent weights, and what it is asked."""

from __future__ import annotations

import copy

import torch
from torch import nn

from ..conventions import UNKNOWN
from ..losses import Views
from ..losses.pixel_level import classes_of


class EmaTeacher:
    """Averaged weights of a model. Tarvainen, Valpola, "Mean teachers are better role models", NIPS 2017."""

    def __init__(self, model: nn.Module, decay: float):
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def follow(self, model: nn.Module, step: int) -> None:
        """Take in the model's weights after a step; at first the teacher forgets faster than by `decay`."""
        keep = min(self.decay, (step + 1) / (step + 10))
        own, new = list(self.model.parameters()), list(model.parameters())
        torch._foreach_lerp_(own, new, 1 - keep)
        for mine, other in zip(self.model.buffers(), model.buffers(), strict=True):
            mine.copy_(other)

    @torch.no_grad()
    def probabilities(self, views: Views) -> torch.Tensor:
        """(T, C, H, W) for the views as they are: sure where they are told, and 0 for classes told to be absent."""
        probs = self.model(views.plain).softmax(dim=1)
        probs = probs * (views.tags != 0)[..., None, None]
        probs = probs / probs.sum(dim=1, keepdim=True).clamp(min=1e-6)
        told = (views.labels != UNKNOWN)[:, None]
        return torch.where(told, classes_of(views.labels, probs), probs)


def exchanged(maps: torch.Tensor, cut: torch.Tensor) -> torch.Tensor:
    """maps (T, K, H, W) with the rectangle `cut` bool (T, H, W) of each taken from the other of its pair: Yun et al.,
    "CutMix", ICCV 2019."""
    pairs = maps.unflatten(0, (-1, 2)).flip(1).flatten(0, 1)
    return torch.where(cut[:, None], pairs, maps)
