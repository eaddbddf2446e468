"""One training step of a SegmentationNet: its output and the teacher's for a batch, and the loss of all terms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from .. import losses
from ..losses import TERMS, Batch, NetworkOutput
from .ema_teacher import EmaTeacher, exchange_rectangles


@dataclass(frozen=True)
class TrainStep:
    """The function from a batch to its loss."""

    weights: dict[str, float]
    "The weight of each loss term, by its name in TERMS."
    encoder_channels: int
    "Channels of the encoder, all its maps together; the auxiliary decoder sees them with some left out."
    seed: int
    ramp: int = 0
    "Steps over which the weights of terms that need the teacher rise from 0, as it knows little at first."

    def __call__(self, model: nn.Module, teacher: EmaTeacher, batch: Batch, step: int):
        """Return (loss, {term: value}) of a batch, as tensors."""
        images, teacher_probs, count = batch.images, None, len(batch.images)
        if batch.views is not None:
            teacher_probs = exchange_rectangles(teacher.predict(batch.views), batch.views.cutmix_mask)
            images = torch.cat([images, exchange_rectangles(batch.views.strong, batch.views.cutmix_mask)])
        two_decoders = "auxiliary_decoder" in losses.needs(self.weights)
        logits, auxiliary_logits = model(images, self._noise(batch)) if two_decoders else (model(images), None)
        output = NetworkOutput(
            logits=logits[:count],
            auxiliary_logits=auxiliary_logits,
            mix_weight=float(np.random.default_rng((self.seed, 5, step)).random()),
            strong_logits=None if teacher_probs is None else logits[count:],
            teacher_probs=teacher_probs,
        )
        return losses.weighted_sum(output, batch, self.weights_at(step))

    def weights_at(self, step: int) -> dict[str, float]:
        """Return the weights of the terms at a step, those that need the teacher after their ramp."""
        if step >= self.ramp:
            return self.weights
        ramped = {name: weight * step / self.ramp for name, weight in self.weights.items() if _needs_teacher(name)}
        return self.weights | ramped

    def _noise(self, batch: Batch) -> torch.Tensor:
        """float32 (B, encoder_channels), uniform in 0..1, drawn by each crop's own seed."""
        rows = [np.random.default_rng(seed).random(self.encoder_channels, np.float32) for seed in batch.seeds]
        return torch.from_numpy(np.stack(rows)).to(batch.images.device)


def _needs_teacher(term: str) -> bool:
    return "teacher" in TERMS[term].needs
