"""Stage 3: CueNet learns to continue a session: the next cue corrects its own last prediction, which it sees.

Pixels that were right must stay right, so that one more cue does not spoil a mask.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from wss_core.builtin.cuenet import CueNet

from . import interact
from .data import TrainImage
from .interactions import TaskBatch, add_correction


@dataclass(frozen=True)
class Settings(interact.Settings):
    """Settings of the training with sessions of several cues."""

    steps: int = 900
    rate: float = 7e-4
    keep: float = 1.0
    """Added weight of pixels that the last prediction had right."""
    fall: float = 0.0
    """Weight of the loss for a soft IoU that falls after one more cue."""
    before: int = 1
    """At most this many cues are given one by one before the two predictions that are learned from."""
    seed: int = 1


ROUNDS = (
    Settings(),
    Settings(steps=1600, rate=6e-4, keep=3.0, fall=2.0, before=4, alone=0.35, bf16=True, seed=2),
)


def train(pictures: list[TrainImage], model: CueNet, settings: Settings, folder: Path, device: str) -> CueNet:
    """Train the model and return it; checkpoints in `folder` are resumed."""
    with ThreadPoolExecutor(2) as pool:

        def learn(tasks: TaskBatch, step: int) -> dict[str, float]:
            random = np.random.default_rng((settings.seed, 3, step))
            return _session(model, tasks, settings, random, pool, device)

        return interact.loop(learn, pictures, model, settings, folder / f"sessions{settings.seed}.pt", device)


def _session(model: CueNet, tasks: TaskBatch, settings: Settings, random, pool, device: str) -> dict[str, float]:
    """Learn from two predictions, the second after one more cue; sometimes earlier cues came before them.

    Leaves the gradients in the model. Returns the loss, the mean IoU of both predictions and how often the
    second is more than 0.05 worse.
    """
    images, planes, truth = interact.tensors(tasks, device)
    maps = [m.repeat_interleave(settings.each, dim=0) for m in model.pyramid(images)]
    if random.random() < (0.4 if settings.before == 1 else 0.6):
        for _ in range(int(random.integers(1, settings.before + 1))):
            with torch.no_grad():
                planes = _next(tasks, model(maps, planes)[0], random, pool, device)
    first, ridge = model(maps, planes)
    loss = interact.loss(first, truth) + settings.aside * interact.loss(ridge, truth)
    planes = _next(tasks, first.detach(), random, pool, device)
    second, ridge = model(maps, planes)
    right = ((interact.resize_logits(first.detach(), truth) > 0) == (truth == 1)).float()
    loss = loss + interact.loss(second, truth, 1 + settings.keep * right) + settings.aside * interact.loss(ridge, truth)
    drop = interact.soft_ious(first.detach(), truth) - interact.soft_ious(second, truth)
    loss = loss + settings.fall * drop.clamp(min=0).mean()
    loss.backward()
    before, after = interact.hard_ious(first, truth), interact.hard_ious(second, truth)
    lost = (after < before - 0.05).float()
    figures = {"loss": loss, "first": before.mean(), "second": after.mean(), "lost": lost.mean()}
    return {name: value.item() for name, value in figures.items()}


def _next(tasks: TaskBatch, answer: torch.Tensor, random, pool, device: str) -> torch.Tensor:
    """Add one more cue to every session and return the planes after it."""
    logits = answer.float().cpu().numpy()
    generators = random.spawn(len(logits))
    planes = np.stack(list(pool.map(add_correction, tasks.sessions, logits, generators)))
    return torch.from_numpy(planes).float().to(device, memory_format=torch.channels_last)
