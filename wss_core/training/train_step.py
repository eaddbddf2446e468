"""What one step of a SegmentationNet is: all terms of the loss on a batch, and the teacher's part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from .. import losses
from ..losses import Answer, Batch
from .ema_teacher import EmaTeacher, exchanged


@dataclass(frozen=True)
class TrainStep:
    """weights: of the terms, by name. channels: of the encoder, all maps together. seed: of what is random. ramp: steps until
    the teacher's word counts whole, as it has little to say at first."""

    weights: dict[str, float]
    channels: int
    seed: int
    ramp: int = 0

    @property
    def dual(self) -> bool:
        """A second decoder is wanted."""
        return "dual" in self.weights

    def __call__(self, model: nn.Module, teacher: EmaTeacher, batch: Batch, step: int):
        """(loss, {term: value}) of a batch."""
        images, taught, count = batch.images, None, len(batch.images)
        if batch.views is not None:
            taught = exchanged(teacher.probabilities(batch.views), batch.views.cut)
            images = torch.cat([images, exchanged(batch.views.strong, batch.views.cut)])
        logits, second = model(images, self._noise(batch)) if self.dual else (model(images), None)
        share = float(np.random.default_rng((self.seed, 5, step)).random())
        mixed = None if taught is None else logits[count:]
        return losses.total(Answer(logits[:count], second, share, mixed, taught), batch, self._weights(step))

    def _weights(self, step: int) -> dict[str, float]:
        if "agreement" not in self.weights or step >= self.ramp:
            return self.weights
        return self.weights | {"agreement": self.weights["agreement"] * step / self.ramp}

    def _noise(self, batch: Batch) -> torch.Tensor:
        """float32 (B, channels), 0..1, of each crop's own seed."""
        rows = [np.random.default_rng(seed).random(self.channels, np.float32) for seed in batch.seeds]
        return torch.from_numpy(np.stack(rows)).to(batch.images.device)
