"""Class activation maps: a ClassificationNet learns image tags, and the places it sees classes at become seeds."""

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
from ..networks import ClassificationNet, default_device, predict_activations
from ..run_options import RunOptions
from . import loop
from .annotation_stats import AnnotationStats
from .batches import BatchMaker
from .config import TrainConfig
from .device import DeviceGroup
from .ema_teacher import EmaTeacher
from .loop import TrainOutcome
from .samples import TrainSample, TrainSamples

GRID = 128  # cells along the longer side of the grid on which seeds spread
MAX_CALIBRATION_IMAGES = 512


@dataclass(frozen=True)
class ActivationMaps:
    """What a ClassificationNet sees on an image; C classes, the background among them.

    scores: float32 (C - 1,), the probabilities that the object classes are on the image. maps: float32 (C - 1, h, w),
    how strongly each cell activates each class. field: the image as prepared for the solver.
    """

    scores: np.ndarray
    maps: np.ndarray
    field: Any


def fit_classifier(
    network: ClassificationNet,
    examples: Sequence[Example],
    *,
    stats: Sequence[AnnotationStats],
    classes: Sequence[str],
    config: TrainConfig,
    options: RunOptions,
    about: dict[str, Any],
) -> TrainOutcome:
    """Train the network, in place, on the examples with cues, and calibrate it by `match_class_frequencies`.

    stats: the AnnotationStats of each example. about: what decides the result beside `config`, as plain values. Raises
    ValueError when no example has a cue, or the loss is no longer finite.
    """
    devices = DeviceGroup(options.device, options.precision)
    samples = TrainSamples(examples, classes, config.side, complete=True)
    batches = BatchMaker(
        samples,
        [example.kinds for example in stats],
        config,
        with_teacher=False,
        rank=devices.rank,
        world_size=devices.world_size,
    )
    outcome = loop.train(
        network, train_step, batches.make, config=config, options=options, devices=devices, about=about
    )
    network.eval().to(default_device())
    match_class_frequencies(network, samples, config)
    return outcome


def match_class_frequencies(network: ClassificationNet, samples: Sequence[TrainSample], config: TrainConfig) -> None:
    """Shift each class's scores, in place, so that it is found on as many of the images as are tagged with it.

    Of classes on few images the network is never sure, however well it orders them, and what it learned on crops is
    applied to whole images. The scores of at most MAX_CALIBRATION_IMAGES are used.

    Saerens, Latinne, Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities", Neural
    Computation 2002, with the threshold read off the scores instead of estimated.
    """
    count = min(len(samples), MAX_CALIBRATION_IMAGES)
    chosen = [samples[i] for i in np.unique(np.linspace(0, len(samples) - 1, count).astype(int))]
    tags = np.stack([sample.tags[1:] for sample in chosen])
    scores = np.stack([predict_activations(network, s.image, config.side, config.channels)[0] for s in chosen])
    shifts = [
        threshold_logit(column[~np.isnan(tag)], int((tag == 1).sum()))
        for column, tag in zip(scores.T, tags.T, strict=True)
    ]
    with torch.no_grad():
        network.decoder.answer.bias -= torch.tensor(shifts, device=network.decoder.answer.bias.device)


def threshold_logit(scores: np.ndarray, count: int) -> float:
    """Return the logit between the `count` highest scores, 0..1, and the others: midway, but 0 if that is between too.

    0 where all images or none are of the class.
    """
    if not 0 < count < len(scores):
        return 0.0
    ordered = np.clip(np.sort(scores.astype(float))[::-1], 1e-6, 1 - 1e-6)
    high, low = np.log(ordered / (1 - ordered))[[count - 1, count]]
    return 0.0 if low < 0 < high else float((high + low) / 2)


def train_step(model: nn.Module, teacher: EmaTeacher, batch: Batch, step: int):
    """Return (loss, {"tags": loss}): the cross entropy of each object class's presence, mean over the known tags."""
    scores, _ = model(batch.images)
    tags = batch.tags[:, 1:]
    known = ~tags.isnan()
    losses = functional.binary_cross_entropy_with_logits(scores, torch.where(known, tags, 0), reduction="none") * known
    loss = losses.sum() / known.sum().clamp(min=1)
    return loss, {"tags": loss.detach()}


def keep_confident(maps: np.ndarray, class_ids: Sequence[int], foreground: float, background: float) -> np.ndarray:
    """Return the confident cells as seeds, uint8 (h, w), UNKNOWN elsewhere.

    A cell gets the class with the highest activation where that is `foreground` or more, 0 where all are at most
    `background`; the highest cell of a class is always its seed. maps: float32 (C - 1, h, w). class_ids: the labels of
    the object classes on the image.

    Ahn, Cho, Kwak, "Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations" (IRN), CVPR 2019,
    but with each class scaled from its lowest cell, 0, to its highest, 1; cells in between stay unknown.
    """
    seeds = np.full(maps.shape[1:], UNKNOWN, np.uint8)
    if not len(class_ids):
        return np.zeros_like(seeds)
    own = maps[[label - 1 for label in class_ids]]
    low, high = own.min(axis=(1, 2), keepdims=True), own.max(axis=(1, 2), keepdims=True)
    own = (own - low) / np.maximum(high - low, 1e-6)
    highest = own.max(axis=0)
    seeds[highest <= background] = 0
    seeds[highest >= foreground] = np.asarray(class_ids, np.uint8)[own.argmax(axis=0)][highest >= foreground]
    for label, plane in zip(class_ids, own, strict=True):
        seeds.flat[plane.argmax()] = label
    return seeds


def activation_maps(network: ClassificationNet, image: np.ndarray, config: TrainConfig, solver: str) -> ActivationMaps:
    """Compute the ActivationMaps of an image uint8 (H, W, 3) on a grid of GRID cells, for the named solver."""
    grid = grid_shape(image.shape[:2], GRID)
    scores, maps = predict_activations(network, image, config.side, config.channels)
    maps = np.stack([cv2.resize(plane, grid[::-1], interpolation=cv2.INTER_LINEAR) for plane in maps])
    field = spread.find_spread(solver).prepare(
        features.extract("texture", image, grid), features.lab(image, grid), image
    )
    return ActivationMaps(scores, maps, field)


def spread_confident(
    activated: ActivationMaps, class_ids: list[int], foreground: float, background: float, solver: str
) -> np.ndarray:
    """Spread the confident cells: probabilities float32 (1 + len(class_ids), h, w) of background and object classes."""
    seeds = keep_confident(activated.maps, class_ids, foreground, background)
    return spread.find_spread(solver).solve(activated.field, [raster.SeedMap(seeds, None, [0, *class_ids])])
