"""The optimizer of all trainings, and its learning rate over the steps."""

from __future__ import annotations

import math

import torch
from torch import nn

WARM_UP = 50  # steps in which the learning rate rises
FINAL_RATE = 0.01  # share of the learning rate at the end of its cosine
PRETRAINED_RATE = 0.1  # share of the learning rate for encoders with pretrained weights
WEIGHT_DECAY = 0.01


def make_optimizer(model: nn.Module, rate: float) -> torch.optim.Optimizer:
    """Make AdamW for the model; a pretrained encoder learns at PRETRAINED_RATE of the learning rate."""
    pretrained = {id(p) for p in model.encoder.parameters()} if model.encoder.pretrained else set()
    fast = [p for p in model.parameters() if id(p) not in pretrained]
    slow = [p for p in model.parameters() if id(p) in pretrained]
    groups = [{"params": fast}, {"params": slow, "lr": PRETRAINED_RATE * rate}] if slow else [{"params": fast}]
    return torch.optim.AdamW(groups, lr=rate, weight_decay=WEIGHT_DECAY, fused=True)


def rate_at(step: int, steps: int) -> float:
    """Return the share of the learning rate at a step: a linear warm-up, times a cosine down to FINAL_RATE."""
    warm_up = min(1.0, (step + 1) / min(WARM_UP, max(1, steps // 4)))
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, step / max(1, steps))))
    return warm_up * (FINAL_RATE + (1 - FINAL_RATE) * cosine)
