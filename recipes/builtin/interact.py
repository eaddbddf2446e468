"""Stage 2: CueNet learns from simulated users to improve on the solver's result; the encoder is fine-tuned too."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.nn import functional
from tqdm import tqdm

from wss_core.builtin.cuenet import CueNet, pixels

from .checkpointing import Saver, ahead, queued
from .data import TrainImage
from .interactions import TaskBatch, make_batch

# share of the tasks, by data set: photographs of things first, a little of everything else
SHARES = {
    "segments": 0.30,
    "clothing": 0.22,
    "horses": 0.12,
    "camvid": 0.10,
    "acdc": 0.12,
    "nuclei": 0.10,
    "tiles": 0.04,
}


@dataclass(frozen=True)
class Settings:
    """Settings of the training with simulated users."""

    steps: int = 2000
    """Optimizer steps."""
    count: int = 6
    """Crops in a batch."""
    each: int = 4
    """Training tasks on each crop."""
    rate: float = 1.5e-3
    """Highest learning rate of the new layers; the encoder has a tenth of it."""
    aside: float = 0.3
    """Weight of the loss of the ridge regression alone."""
    workers: int = 2
    """Processes that make training tasks; 0 = a thread."""
    alone: float = 0.0
    """Share of the tasks that begin with a single cue."""
    boxed: float = 0.0
    """Share of the tasks that begin with boxes alone."""
    bf16: bool = False
    """Mixed precision: twice as fast where the machine supports it (GPUs, AMX), slower elsewhere."""
    seed: int = 0
    """Seed of the training tasks."""


def train(pictures: list[TrainImage], model: CueNet, settings: Settings, folder: Path, device: str) -> CueNet:
    """Train the model and return it; checkpoints in `folder` are resumed."""

    def learn(tasks: TaskBatch, step: int) -> dict[str, float]:
        images, planes, truth = tensors(tasks, device)
        maps = [m.repeat_interleave(settings.each, dim=0) for m in model.pyramid(images)]
        answer, ridge = model(maps, planes)
        total = loss(answer, truth) + settings.aside * loss(ridge, truth)
        total.backward()
        logits = {"solver": 4 * planes[:, 2], "ridge": ridge, "answer": answer}
        return {"loss": total.item()} | {name: hard_ious(x, truth).mean().item() for name, x in logits.items()}

    return loop(learn, pictures, model, settings, folder / "interact.pt", device)


def loop(
    learn: Callable[[TaskBatch, int], dict[str, float]], pictures, model: CueNet, settings: Settings, path: Path, device
) -> CueNet:
    """Run the training loop of stages 2 and 3.

    learn(tasks, step) leaves its gradients in the model and returns figures, whose means over 50 steps are logged.
    """
    torch.manual_seed(settings.seed)
    model.to(device, memory_format=torch.channels_last)
    optimizer, scheduler = make_optimizer(model, settings)
    saver = Saver(path, model=model, optimizer=optimizer, rates=scheduler)
    bar = tqdm(total=settings.steps, initial=saver.step, desc=path.stem, unit="step")
    recent: deque[dict[str, float]] = deque(maxlen=50)
    for tasks in batches(pictures, settings, saver.step):
        model.train(saver.step < settings.steps * 0.95)
        model.encoder.eval()  # its batch statistics stay the distilled ones
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(torch.device(device).type, torch.bfloat16, enabled=settings.bf16):
            recent.append(learn(tasks, saver.step))
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        scheduler.step()
        means = {name: round(float(np.mean([figures[name] for figures in recent])), 4) for name in recent[-1]}
        bar.update()
        bar.set_postfix(means)
        saver.tick(**means)
    saver.save()
    return model.eval()


def make_optimizer(model: CueNet, settings: Settings):
    """Create the optimizer, with a tenth of the rate for the encoder, and its scheduler.

    Freezes the first layers of the encoder: they take half of its time, and their features are general.
    """
    encoder_ids = {id(parameter) for parameter in model.encoder.parameters()}
    for part in (model.encoder.conv_stem, model.encoder.bn1, model.encoder.blocks[:2]):
        part.requires_grad_(False)
    slow = [parameter for parameter in model.encoder.parameters() if parameter.requires_grad]
    fast = [parameter for parameter in model.parameters() if id(parameter) not in encoder_ids]
    groups = [{"params": fast}, {"params": slow, "lr": settings.rate / 10}]
    optimizer = torch.optim.AdamW(groups, lr=settings.rate, weight_decay=1e-3)
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, settings.steps))


def tensors(tasks: TaskBatch, device: str):
    """Return images (B, 3, SIDE, SIDE), -1..1, planes and truth of the tasks as tensors on the device."""
    images = pixels(tasks.images)
    planes = torch.from_numpy(tasks.planes).float()
    form = {"device": device, "memory_format": torch.channels_last}
    return images.to(**form), planes.to(**form), torch.from_numpy(tasks.truth).to(device)


def loss(logits: torch.Tensor, truth: torch.Tensor, weight: torch.Tensor | float = 1.0) -> torch.Tensor:
    """Compute cross entropy, with `weight` for each pixel, plus one minus the soft IoU, where the truth is known.

    logits: (B, h, w). truth: uint8 (B, H, W), 255 = ignored.
    """
    known, wanted = (truth != 255).float(), (truth == 1).float()
    entropy = functional.binary_cross_entropy_with_logits(resize_logits(logits, truth), wanted, weight=known * weight)
    return 2 * entropy + (1 - soft_ious(logits, truth)).mean()


def soft_ious(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Compute the intersection over union of the probabilities with the truth, where it is known, (B,)."""
    known, wanted = (truth != 255).float(), (truth == 1).float()
    chance = resize_logits(logits, truth).sigmoid() * known
    both = (chance * wanted).sum(dim=(1, 2))
    return (both + 1) / ((chance + wanted).sum(dim=(1, 2)) - both + 1)


def resize_logits(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Resize logits (B, h, w) to the size of the truth (B, H, W), float32."""
    return functional.interpolate(logits[:, None].float(), size=truth.shape[-2:], mode="bilinear")[:, 0]


@torch.no_grad()
def hard_ious(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Compute the intersection over union of each predicted mask, (B,)."""
    predicted, wanted = (resize_logits(logits, truth) > 0) & (truth != 255), truth == 1
    return (predicted & wanted).sum(dim=(1, 2)) / (predicted | wanted).sum(dim=(1, 2)).clamp(min=1)


def _rate(step: int, steps: int) -> float:
    return min(1.0, (step + 1) / 100) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps))))


def batches(pictures: list[TrainImage], settings: Settings, start: int) -> Iterator[TaskBatch]:
    """Yield the batches from `start` on, prepared by other processes; the same batches with any number of them."""
    weights = np.array([SHARES[p.source] for p in pictures])
    for name in SHARES:
        own = np.array([p.source == name for p in pictures])
        weights[own] /= max(1, own.sum())
    weights /= weights.sum()
    make = partial(_make_batch, settings=settings)
    if not settings.workers:
        _share_data(pictures, weights)
        yield from ahead(make, start, settings.steps)
        return
    forked = {"mp_context": get_context("fork"), "initializer": _share_data, "initargs": (pictures, weights)}
    with ProcessPoolExecutor(settings.workers, **forked) as pool:  # forked: the pictures are not copied
        yield from queued(pool, make, start, settings.steps, 2 * settings.workers)


_shared_data: dict = {}


def _share_data(pictures: list[TrainImage], weights: np.ndarray) -> None:
    cv2.setNumThreads(1)
    _shared_data.update(pictures=pictures, weights=weights)


def _make_batch(step: int, settings: Settings) -> TaskBatch:
    seed, starts = (settings.seed, 2, step), (settings.alone, settings.boxed)
    return make_batch(_shared_data["pictures"], _shared_data["weights"], settings.count, settings.each, seed, starts)
