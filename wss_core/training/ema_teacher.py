"""The EMA teacher: a copy of the network with averaged weights, which labels images for the network to learn."""

from __future__ import annotations

import copy

import torch
from torch import nn

from ..conventions import UNKNOWN
from ..losses import TeacherViews
from ..losses.pixel_level import one_hot


class EmaTeacher:
    """A network whose weights are the exponential moving average (EMA) of those of the network that learns.

    decay: the share of its own weights that it keeps in a step. Tarvainen, Valpola, "Mean teachers are better role
    models", NIPS 2017.
    """

    def __init__(self, model: nn.Module, decay: float):
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        """Average in the model's weights after a step; in the first steps less than `decay` of the own ones is kept."""
        kept = min(self.decay, (step + 1) / (step + 10))
        torch._foreach_lerp_(list(self.model.parameters()), list(model.parameters()), 1 - kept)
        for own, new in zip(self.model.buffers(), model.buffers(), strict=True):
            own.copy_(new)

    @torch.no_grad()
    def predict(self, views: TeacherViews) -> torch.Tensor:
        """Predict probabilities (T, C, H, W) for the views; 1 for annotated pixels, 0 for classes known to be absent."""
        probs = self.model(views.weak).softmax(dim=1)
        probs = probs * (views.tags != 0)[..., None, None]
        probs = probs / probs.sum(dim=1, keepdim=True).clamp(min=1e-6)
        labelled = (views.labels != UNKNOWN)[:, None]
        return torch.where(labelled, one_hot(views.labels, probs), probs)


def exchange_rectangles(maps: torch.Tensor, cutmix_mask: torch.Tensor) -> torch.Tensor:
    """Replace the masked pixels of each of the maps (T, K, H, W) by those of the other one of its pair.

    cutmix_mask: bool (T, H, W). Yun et al., "CutMix", ICCV 2019.
    """
    partners = maps.unflatten(0, (-1, 2)).flip(1).flatten(0, 1)
    return torch.where(cutmix_mask[:, None], partners, maps)
