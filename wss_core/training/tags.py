"""A Tagger learns from tags; and what it then knows of places, as seeds for a SPREAD solver."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from ..cues import Example
from ..data import UNKNOWN
from ..losses import Batch
from ..networks import Tagger
from . import loop
from .batches import Batches
from .loop import Outcome
from .machine import Machine
from .pictures import Pictures, kinds
from .plan import Plan, Run
from .teacher import Teacher


def fit(network: Tagger, examples: Sequence[Example], classes: Sequence[str], plan: Plan, run: Run, about) -> Outcome:
    """Train the network, in place, on the examples with cues. Raises ValueError where none has any."""
    machine = Machine(run.device, run.precision)
    told = [kinds(example.cues) for example in examples]
    pictures = Pictures(examples, classes, plan.side, complete=True)
    batches = Batches(pictures, told, plan, asked=False, share=machine.share)
    outcome = loop.train(network, lesson, batches.make, plan, run, machine, about=about)
    network.eval().cpu()
    return outcome


def lesson(model: nn.Module, teacher: Teacher, batch: Batch, step: int):
    """Cross entropy of each object class's presence, mean over those told."""
    scores, _ = model(batch.images)
    wanted = batch.tags[:, 1:]
    told = ~wanted.isnan()
    each = functional.binary_cross_entropy_with_logits(scores, torch.where(told, wanted, 0), reduction="none") * told
    loss = each.sum() / told.sum().clamp(min=1)
    return loss, {"tags": loss.detach()}


def keep_confident(activations: np.ndarray, present: Sequence[int], foreground: float, background: float) -> np.ndarray:
    """uint8 (h, w) seeds: the class whose activation is highest where that is `foreground` or more, 0 where all are at
    most `background`, UNKNOWN elsewhere; the highest cell of a class is always its seed.

    Sure cells as in Ahn, Cho, Kwak, "Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations"
    (IRN), CVPR 2019, but with each class scaled from its lowest cell, 0, to its highest, 1: what lies between is not
    told to be background. activations: float32 (C - 1, h, w); present: labels of the object classes on the picture.
    """
    seeds = np.full(activations.shape[1:], UNKNOWN, np.uint8)
    if not len(present):
        return np.zeros_like(seeds)
    own = activations[[label - 1 for label in present]]
    low, high = own.min(axis=(1, 2), keepdims=True), own.max(axis=(1, 2), keepdims=True)
    own = (own - low) / np.maximum(high - low, 1e-6)
    highest = own.max(axis=0)
    seeds[highest <= background] = 0
    seeds[highest >= foreground] = np.asarray(present, np.uint8)[own.argmax(axis=0)][highest >= foreground]
    for label, plane in zip(present, own, strict=True):
        seeds.flat[plane.argmax()] = label
    return seeds
