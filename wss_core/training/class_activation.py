"""A ClassificationNet learns from tags; and what it then knows of places, as seeds for a SPREAD solver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from .. import features, spread
from ..conventions import UNKNOWN
from ..cues import Example, raster
from ..imaging.resize import grid_shape
from ..losses import Batch
from ..networks import ClassificationNet, default_device
from ..networks.classification_net import predict_activations
from . import loop
from .annotation_stats import AnnotationStats
from .batches import Batches
from .config import RunOptions, TrainConfig
from .device import DeviceGroup
from .ema_teacher import EmaTeacher
from .loop import TrainOutcome
from .samples import TrainSample, TrainSamples

GRID = 128  # cells along the longer side on which seeds spread
MAX_CALIBRATION_IMAGES = 512  # pictures asked at most, see `match_class_frequencies`


@dataclass(frozen=True)
class ActivationMaps:
    """scores float32 (C - 1,): probabilities that the object classes are on the picture. maps float32 (C - 1, h, w): how
    much of each is seen in each cell. field: the solver's, of the picture."""

    scores: np.ndarray
    maps: np.ndarray
    field: Any


def fit_classifier(
    network: ClassificationNet,
    examples: Sequence[Example],
    told: Sequence[AnnotationStats],
    classes,
    plan: TrainConfig,
    run: RunOptions,
    about,
) -> TrainOutcome:
    """Train the network, in place, on the examples with cues, and `match_class_frequencies` it. Raises ValueError where none has any."""
    machine = DeviceGroup(run.device, run.precision)
    pictures = TrainSamples(examples, classes, plan.side, complete=True)
    batches = Batches(pictures, [one.kinds for one in told], plan, asked=False, share=machine.share)
    outcome = loop.train(network, train_step, batches.make, plan, run, machine, about=about)
    network.eval().to(default_device())
    match_class_frequencies(network, pictures, plan)
    return outcome


def match_class_frequencies(network: ClassificationNet, pictures: Sequence[TrainSample], plan: TrainConfig) -> None:
    """Shift each class's scores, in place, so that it is found on as many of the pictures as it is told to be on.

    Of classes on few pictures the network is never sure, however well it orders them; what it learned on crops is asked
    of whole pictures. As many as there truly are: Saerens, Latinne, Decaestecker, "Adjusting the outputs of a classifier
    to new a priori probabilities", Neural Computation 2002, with the cut read off instead of estimated.
    """
    places = np.unique(np.linspace(0, len(pictures) - 1, min(len(pictures), MAX_CALIBRATION_IMAGES)).astype(int))
    asked = [pictures[place] for place in places]
    tags = np.stack([picture.tags[1:] for picture in asked])
    scores = np.stack([predict_activations(network, picture.image, plan.side, plan.channels)[0] for picture in asked])
    shifts = [
        cut_logit(one[~np.isnan(told)], int((told == 1).sum())) for one, told in zip(scores.T, tags.T, strict=True)
    ]
    with torch.no_grad():
        network.decoder.answer.bias -= torch.tensor(shifts, device=network.decoder.answer.bias.device)


def cut_logit(scores: np.ndarray, count: int) -> float:
    """The logit between the `count` highest of the scores, 0..1, and the others: in the middle, but 0 if that is between
    them too. 0 where all or none are of the class."""
    if not 0 < count < len(scores):
        return 0.0
    ordered = np.clip(np.sort(scores.astype(float))[::-1], 1e-6, 1 - 1e-6)
    high, low = np.log(ordered / (1 - ordered))[[count - 1, count]]
    return 0.0 if low < 0 < high else float((high + low) / 2)


def train_step(model: nn.Module, teacher: EmaTeacher, batch: Batch, step: int):
    """Cross entropy of each object class's presence, mean over those told."""
    scores, _ = model(batch.images)
    wanted = batch.tags[:, 1:]
    told = ~wanted.isnan()
    each = functional.binary_cross_entropy_with_logits(scores, torch.where(told, wanted, 0), reduction="none") * told
    loss = each.sum() / told.sum().clamp(min=1)
    return loss, {"tags": loss.detach()}


def keep_confident(maps: np.ndarray, class_ids: Sequence[int], foreground: float, background: float) -> np.ndarray:
    """uint8 (h, w) seeds: the class whose activation is highest where that is `foreground` or more, 0 where all are at
    most `background`, UNKNOWN elsewhere; the highest cell of a class is always its seed.

    Sure cells as in Ahn, Cho, Kwak, "Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations"
    (IRN), CVPR 2019, but with each class scaled from its lowest cell, 0, to its highest, 1: what lies between is not
    told to be background. maps: float32 (C - 1, h, w); class_ids: labels of the object classes on the picture.
    """
    sure = np.full(maps.shape[1:], UNKNOWN, np.uint8)
    if not len(class_ids):
        return np.zeros_like(sure)
    own = maps[[label - 1 for label in class_ids]]
    low, high = own.min(axis=(1, 2), keepdims=True), own.max(axis=(1, 2), keepdims=True)
    own = (own - low) / np.maximum(high - low, 1e-6)
    highest = own.max(axis=0)
    sure[highest <= background] = 0
    sure[highest >= foreground] = np.asarray(class_ids, np.uint8)[own.argmax(axis=0)][highest >= foreground]
    for label, plane in zip(class_ids, own, strict=True):
        sure.flat[plane.argmax()] = label
    return sure


def activation_maps(network: ClassificationNet, image: np.ndarray, plan: TrainConfig, solver: str) -> ActivationMaps:
    """What the network sees where on an image uint8 (H, W, 3), on a grid of GRID cells, ready for the solver."""
    grid = grid_shape(image.shape[:2], GRID)
    scores, maps = predict_activations(network, image, plan.side, plan.channels)
    maps = np.stack([cv2.resize(m, grid[::-1], interpolation=cv2.INTER_LINEAR) for m in maps])
    field = spread.find(solver).prepare(features.extract("texture", image, grid), features.lab(image, grid), image)
    return ActivationMaps(scores, maps, field)


def spread_confident(
    activated: ActivationMaps, class_ids: list[int], foreground: float, background: float, solver: str
) -> np.ndarray:
    """float32 (1 + len(class_ids), h, w): background and the object classes present, spread from their sure cells."""
    sure = keep_confident(activated.maps, class_ids, foreground, background)
    return spread.find(solver).solve(activated.field, [raster.SeedMap(sure, None, [0, *class_ids])])
