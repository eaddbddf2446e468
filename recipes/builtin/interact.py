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
from .data import Picture
from .interactions import Lessons, make_batch

# share of the lessons, by data set: photographs of things first, a little of everything else
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


def train(pictures: list[Picture], model: CueNet, settings: Settings, folder: Path, device: str) -> CueNet:
    """The trained model; saved in `folder` every few minutes and taken up from there."""

    def learn(lessons: Lessons, step: int) -> dict[str, float]:
        images, planes, truth = tensors(lessons, device)
        maps = [m.repeat_interleave(settings.each, dim=0) for m in model.pyramid(images)]
        answer, ridge = model(maps, planes)
        total = loss(answer, truth) + settings.aside * loss(ridge, truth)
        total.backward()
        logits = {"solver": 4 * planes[:, 2], "ridge": ridge, "answer": answer}
        return {"loss": total.item()} | {name: overlaps(x, truth).mean().item() for name, x in logits.items()}

    return loop(learn, pictures, model, settings, folder / "interact.pt", device)


def loop(
    learn: Callable[[Lessons, int], dict[str, float]], pictures, model: CueNet, settings: Settings, path: Path, device
) -> CueNet:
    """The one loop. learn(lessons, step) leaves its gradients in the model and returns figures; their means over 50
    steps are shown and logged."""
    torch.manual_seed(settings.seed)
    model.to(device, memory_format=torch.channels_last)
    rule, rates = optimizer(model, settings)
    saver = Saver(path, model=model, optimizer=rule, rates=rates)
    bar = tqdm(total=settings.steps, initial=saver.step, desc=path.stem, unit="step")
    recent: deque[dict[str, float]] = deque(maxlen=50)
    for lessons in batches(pictures, settings, saver.step):
        model.train(saver.step < settings.steps * 0.95)
        model.encoder.eval()  # its batch statistics stay the distilled ones
        rule.zero_grad(set_to_none=True)
        with torch.autocast(torch.device(device).type, torch.bfloat16, enabled=settings.bf16):
            recent.append(learn(lessons, saver.step))
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        rule.step()
        rates.step()
        means = {name: round(float(np.mean([figures[name] for figures in recent])), 4) for name in recent[-1]}
        bar.update()
        bar.set_postfix(means)
        saver.tick(**means)
    saver.save()
    return model.eval()


def optimizer(model: CueNet, settings: Settings):
    """The optimizer, with a tenth of the rate for the encoder, and the course of its rate. Freezes the encoder's first
    layers: half of its time, and what they see is the same everywhere."""
    known = {id(parameter) for parameter in model.encoder.parameters()}
    for part in (model.encoder.conv_stem, model.encoder.bn1, model.encoder.blocks[:2]):
        part.requires_grad_(False)
    slow = [parameter for parameter in model.encoder.parameters() if parameter.requires_grad]
    fast = [parameter for parameter in model.parameters() if id(parameter) not in known]
    groups = [{"params": fast}, {"params": slow, "lr": settings.rate / 10}]
    made = torch.optim.AdamW(groups, lr=settings.rate, weight_decay=1e-3)
    return made, torch.optim.lr_scheduler.LambdaLR(made, lambda step: _rate(step, settings.steps))


def tensors(lessons: Lessons, device: str):
    """Images (B, 3, SIDE, SIDE) -1..1, planes and truth of the lessons."""
    images = pixels(lessons.images)
    planes = torch.from_numpy(lessons.planes).float()
    form = {"device": device, "memory_format": torch.channels_last}
    return images.to(**form), planes.to(**form), torch.from_numpy(lessons.truth).to(device)


def loss(logits: torch.Tensor, truth: torch.Tensor, weight: torch.Tensor | float = 1.0) -> torch.Tensor:
    """Cross entropy, with the pixels' `weight`, and one minus the soft IoU, where the truth is known. logits
    (B, h, w), truth uint8 (B, H, W)."""
    known, wanted = (truth != 255).float(), (truth == 1).float()
    entropy = functional.binary_cross_entropy_with_logits(enlarged(logits, truth), wanted, weight=known * weight)
    return 2 * entropy + (1 - soft_ious(logits, truth)).mean()


def soft_ious(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """(B,): intersection over union of the chances with the truth, where it is known."""
    known, wanted = (truth != 255).float(), (truth == 1).float()
    chance = enlarged(logits, truth).sigmoid() * known
    both = (chance * wanted).sum(dim=(1, 2))
    return (both + 1) / ((chance + wanted).sum(dim=(1, 2)) - both + 1)


def enlarged(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """The logits at the truth's size, float32."""
    return functional.interpolate(logits[:, None].float(), size=truth.shape[-2:], mode="bilinear")[:, 0]


@torch.no_grad()
def overlaps(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """(B,): intersection over union of each answer."""
    mine, wanted = (enlarged(logits, truth) > 0) & (truth != 255), truth == 1
    return (mine & wanted).sum(dim=(1, 2)) / (mine | wanted).sum(dim=(1, 2)).clamp(min=1)


def _rate(step: int, steps: int) -> float:
    return min(1.0, (step + 1) / 100) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps))))


def batches(pictures: list[Picture], settings: Settings, start: int) -> Iterator[Lessons]:
    """The batches from `start` on, made by other processes while the last is learned from; the same in any case."""
    weights = np.array([SHARES[p.source] for p in pictures])
    for name in SHARES:
        own = np.array([p.source == name for p in pictures])
        weights[own] /= max(1, own.sum())
    weights /= weights.sum()
    make = partial(_made, settings=settings)
    if not settings.workers:
        _keep(pictures, weights)
        yield from ahead(make, start, settings.steps)
        return
    forked = {"mp_context": get_context("fork"), "initializer": _keep, "initargs": (pictures, weights)}
    with ProcessPoolExecutor(settings.workers, **forked) as pool:  # forked: the pictures are not copied
        yield from queued(pool, make, start, settings.steps, 2 * settings.workers)


_kept: dict = {}


def _keep(pictures: list[Picture], weights: np.ndarray) -> None:
    cv2.setNumThreads(1)
    _kept.update(pictures=pictures, weights=weights)


def _made(step: int, settings: Settings) -> Lessons:
    seed, starts = (settings.seed, 2, step), (settings.alone, settings.boxed)
    return make_batch(_kept["pictures"], _kept["weights"], settings.count, settings.each, seed, starts)
