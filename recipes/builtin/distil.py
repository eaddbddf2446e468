"""Stage 1, distillation of the encoder: a network with random weights learns, block by block, from a teacher.

First every block learns alone from the teacher's input to that block (Wang et al., "Progressive Blockwise Knowledge
Distillation", IJCAI 2018), then all of them together from the picture. No class label and no mask is used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import timm
import torch
from torch import nn
from tqdm import tqdm

from wss_core.builtin.cuenet import pixels

from .checkpointing import Saver, ahead
from .data import TrainImage, crop

STUDENT = "mobilenetv2_100"  # timm's name of the architecture that `wss_core.builtin.mobilenet` writes out


@dataclass(frozen=True)
class Settings:
    """Settings of the distillation."""

    steps: int = 3600
    """Optimizer steps, of both phases."""
    alone: float = 0.5
    """Share of the steps in which each block learns alone."""
    batch: int = 16
    """Crops in a batch."""
    side: int = 192
    """Side of a crop, in pixels."""
    rate: float = 2e-3
    """Highest learning rate."""
    seed: int = 0
    """Seed of weights and crops."""


def student() -> nn.Module:
    """Create the encoder with random weights: stem and inverted residual blocks, no classifier."""
    return timm.create_model(STUDENT, pad_type="same", num_classes=0, features_only=True)


def layers(model: nn.Module) -> list[nn.Module]:
    """List the stem and the 17 blocks; each takes the output of the one before."""
    blocks = [block for stage in model.blocks for block in stage]
    return [nn.Sequential(model.conv_stem, model.bn1), *blocks]


def train(pictures: list[TrainImage], teacher: str, settings: Settings, folder: Path, device: str) -> nn.Module:
    """Train the student and return it; checkpoints in `folder` are resumed."""
    torch.manual_seed(settings.seed)
    model = student().to(device, memory_format=torch.channels_last)
    teacher_model = timm.create_model(teacher, pretrained=True, features_only=True).eval().requires_grad_(False)
    teacher_layers = layers(teacher_model.to(device, memory_format=torch.channels_last))
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.rate, weight_decay=1e-5)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, settings))
    saver = Saver(folder / "distil.pt", model=model, optimizer=optimizer, rates=scheduler)
    student_layers, alone = layers(model), int(settings.steps * settings.alone)
    bar = tqdm(total=settings.steps, initial=saver.step, desc="distil", unit="step")
    for batch in ahead(lambda step: _batch(pictures, settings, step), saver.step, settings.steps):
        step = saver.step
        model.train(step < settings.steps * 0.9)  # at the end with the running averages of batch norm, as in use
        images = batch.to(device, memory_format=torch.channels_last)
        errors = _errors(student_layers, teacher_layers, images, apart=step < alone)
        optimizer.zero_grad(set_to_none=True)
        torch.stack(errors).sum().backward()
        optimizer.step()
        scheduler.step()
        bar.update()
        if step % 20 == 0:
            bar.set_postfix_str(" ".join(f"{errors[i].item():.3f}" for i in (3, 6, 10, 13, 17)))
        saver.tick(errors=[round(error.item(), 4) for error in errors])
    saver.save()
    return model.eval()


def _errors(student_layers, teacher_layers, images: torch.Tensor, apart: bool) -> list[torch.Tensor]:
    """Compute for every layer the mean squared error, divided by the variance of the teacher's channels."""
    student_maps = teacher_maps = images
    errors = []
    for student_layer, teacher_layer in zip(student_layers, teacher_layers, strict=True):
        answer = student_layer(teacher_maps if apart else student_maps)
        with torch.no_grad():
            teacher_maps = teacher_layer(teacher_maps)
            variance = teacher_maps.var(dim=(0, 2, 3), keepdim=True) + 1e-3
        errors.append(((answer - teacher_maps) ** 2 / variance).mean())
        student_maps = answer
    return errors


def _rate(step: int, settings: Settings) -> float:
    """Return the factor of the learning rate: a cosine with warm-up in each phase, half as high in the second."""
    alone = int(settings.steps * settings.alone)
    start, length, height = (0, alone, 1.0) if step < alone else (alone, settings.steps - alone, 0.5)
    done = min(1.0, (step - start) / max(1, length))
    return height * min(1.0, (step - start + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))


def _batch(pictures: list[TrainImage], settings: Settings, step: int) -> torch.Tensor:
    random = np.random.default_rng([settings.seed, 1, step])
    chosen = random.integers(len(pictures), size=settings.batch)
    images = np.stack([crop(pictures[i], settings.side, random)[0] for i in chosen])
    return pixels(images)
