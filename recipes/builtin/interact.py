"""Stage 2: CueNet learns from simulated users to improve on the solver's answer; the encoder is tuned along with it."""

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
    """count: crops in a batch, each: lessons on one. rate: of the new layers; the encoder's is a tenth. alone: share
    of the lessons that begin with a single cue; boxed: with nothing but boxes."""

    steps: int = 2000
    count: int = 6
    each: int = 4
    rate: float = 1.5e-3
    aside: float = 0.3  # weight of the ridge's own loss
    workers: int = 2  # processes that make lessons; 0 = a thread
    alone: float = 0.0
    boxed: float = 0.0
    bf16: bool = False  # mixed precision: twice as fast where the machine has it (GPUs, AMX), slower elsewhere
    seed: int = 0


def train(pictures: list[TrainImage], model: CueNet, settings: Settings, folder: Path, device: str) -> CueNet:
    """The trained model; saved in `folder` every few minutes and taken up from there."""

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
    """The one loop. learn(tasks, step) leaves its gradients in the model and returns figures; their means over 50
    steps are shown and logged."""
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
    """The optimizer, with a tenth of the rate for the encoder, and the course of its rate. Freezes the encoder's first
    layers: half of its time, and what they see is the same everywhere."""
    encoder_ids = {id(parameter) for parameter in model.encoder.parameters()}
    for part in (model.encoder.conv_stem, model.encoder.bn1, model.encoder.blocks[:2]):
        part.requires_grad_(False)
    slow = [parameter for parameter in model.encoder.parameters() if parameter.requires_grad]
    fast = [parameter for parameter in model.parameters() if id(parameter) not in encoder_ids]
    groups = [{"params": fast}, {"params": slow, "lr": settings.rate / 10}]
    optimizer = torch.optim.AdamW(groups, lr=settings.rate, weight_decay=1e-3)
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, settings.steps))


def tensors(tasks: TaskBatch, device: str):
    """Images (B, 3, SIDE, SIDE) -1..1, planes and truth of the tasks."""
    images = pixels(tasks.images)
    planes = torch.from_numpy(tasks.planes).float()
    form = {"device": device, "memory_format": torch.channels_last}
    return images.to(**form), planes.to(**form), torch.from_numpy(tasks.truth).to(device)


def loss(logits: torch.Tensor, truth: torch.Tensor, weight: torch.Tensor | float = 1.0) -> torch.Tensor:
    """Cross entropy, with the pixels' `weight`, and one minus the soft IoU, where the truth is known. logits
    (B, h, w), truth uint8 (B, H, W)."""
    known, wanted = (truth != 255).float(), (truth == 1).float()
    entropy = functional.binary_cross_entropy_with_logits(resize_logits(logits, truth), wanted, weight=known * weight)
    return 2 * entropy + (1 - soft_ious(logits, truth)).mean()


def soft_ious(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """(B,): intersection over union of the chances with the truth, where it is known."""
    known, wanted = (truth != 255).float(), (truth == 1).float()
    chance = resize_logits(logits, truth).sigmoid() * known
    both = (chance * wanted).sum(dim=(1, 2))
    return (both + 1) / ((chance + wanted).sum(dim=(1, 2)) - both + 1)


def resize_logits(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """The logits at the truth's size, float32."""
    return functional.interpolate(logits[:, None].float(), size=truth.shape[-2:], mode="bilinear")[:, 0]


@torch.no_grad()
def hard_ious(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """(B,): intersection over union of each answer."""
    predicted, wanted = (resize_logits(logits, truth) > 0) & (truth != 255), truth == 1
    return (predicted & wanted).sum(dim=(1, 2)) / (predicted | wanted).sum(dim=(1, 2)).clamp(min=1)


def _rate(step: int, steps: int) -> float:
    return min(1.0, (step + 1) / 100) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps))))


def batches(pictures: list[TrainImage], settings: Settings, start: int) -> Iterator[TaskBatch]:
    """The batches from `start` on, made by other processes while the last is learned from; the same in any case."""
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
