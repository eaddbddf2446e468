"""Fitting a SegmentationNet to examples: choice of loss terms, batches, validation, and a summary of the training."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
import torch

from .. import losses, metrics
from ..cues import Example
from ..networks import SegmentationNet, default_device, predict_probabilities
from ..run_options import RunOptions
from . import loop
from .annotation_stats import annotation_stats, summary
from .batches import BatchMaker
from .config import TrainConfig
from .device import DeviceGroup
from .samples import PseudoLabeller, TrainSamples
from .train_step import TrainStep
from .validation import check_has_truth, total_confusion

ALL_KINDS = ("tags", "points", "boxes", "strokes", "partial", "full", "none")  # of cue, see `cue_labels.cue_kinds`


def fit_network(
    network: SegmentationNet,
    examples: Sequence[Example],
    *,
    classes: Sequence[str],
    config: TrainConfig,
    options: RunOptions,
    terms: Sequence[str] = (),
    complete: bool = False,
    point_per_object: bool = False,
    pseudo_labeller: PseudoLabeller | None = None,
    pseudo_label_kinds: Collection[str] = ALL_KINDS,
    validation: Sequence[Example] = (),
    about: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Train the network, in place, and return the summary for `Segmenter.training`.

    terms: "term" or "term=weight", of TERMS; () = those that fit the cues. complete, point_per_object,
    pseudo_labeller: see `samples`. pseudo_label_kinds: the kinds of cue from which `pseudo_labeller` makes labels.
    validation: examples with a truth, by whose mean IoU the best weights are chosen. about: what else decides the
    result, as plain values.

    Raises ValueError before the training when no cue labels a pixel or names a class, an example's image or cues do not
    fit, none of the terms fits the cues, or no validation example has a truth; and when the loss is no longer finite.
    """
    stats = annotation_stats(examples, classes)
    check_has_truth(validation)
    kinds = frozenset().union(*(example.kinds for example in stats))
    can_label = pseudo_labeller is not None and bool(kinds & set(pseudo_label_kinds))
    fitting = kinds | ({"pseudo_labels"} if can_label else frozenset())
    weights = losses.parse(terms) if terms else losses.default_weights(fitting)
    if terms and kinds != {"none"} and not set(weights) & set(losses.default_terms(fitting)):
        raise ValueError(
            f"the terms {', '.join(weights)} learn nothing from these cues ({', '.join(sorted(fitting))}). Choose among: "
            f"{', '.join(losses.default_terms(fitting))}"
        )
    needs = losses.needs(weights)
    devices = DeviceGroup(options.device, options.precision)
    samples = TrainSamples(
        examples,
        classes,
        config.side,
        complete=complete,
        pseudo_labeller=pseudo_labeller if can_label and "pseudo_labels" in needs else None,
        point_per_object=point_per_object,
    )
    batches = BatchMaker(
        samples,
        [example.kinds for example in stats],
        config,
        with_teacher="teacher" in needs,
        rank=devices.rank,
        world_size=devices.world_size,
    )
    if "auxiliary_decoder" in needs:
        network.add_auxiliary_decoder(config.seed)
    ramp = 0 if terms else config.steps // 2
    outcome = loop.train(
        network,
        TrainStep(weights, sum(network.encoder.channels), config.seed, ramp),
        batches.make,
        config=config,
        options=options,
        devices=devices,
        score=_scorer(validation, len(classes), config, devices) if len(validation) else None,
        about={"terms": weights, "classes": list(classes), "images": len(examples)} | (about or {}),
    )
    network.auxiliary_decoder = None
    network.eval().to(default_device())
    return summary(stats, classes, outcome) | {
        "seed": config.seed,
        "terms": weights,
        "validation": _best_validation(outcome, len(validation)),
    }


def _scorer(
    validation: Sequence[Example], class_count: int, config: TrainConfig, devices: DeviceGroup
) -> Callable[[SegmentationNet], float]:
    """The function from a network to its mean IoU, of the pixels of all validation examples together."""

    def score(network: SegmentationNet) -> float:
        table = total_confusion(
            validation,
            lambda image: predict_probabilities(network, image, config.side, config.channels),
            class_count,
            rank=devices.rank,
            world_size=devices.world_size,
        )
        table = devices.sum(torch.from_numpy(table).to(devices.device)).cpu().numpy()
        return float(np.nanmean(metrics.iou(metrics.counts_of_confusion(table))))

    return score


def _best_validation(outcome: loop.TrainOutcome, images: int) -> dict[str, Any]:
    if outcome.best is None:
        return {}
    return {"miou": round(outcome.best[0], 4), "step": outcome.best[1], "images": images}
