"""A SegmentationNet learns from examples: which terms, in what batches, judged how; and what is remembered of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import torch

from .. import losses, metrics
from ..cues import Example
from ..networks import SegmentationNet, default_device, predict_probabilities
from . import loop
from . import validation as scores
from .annotation_stats import annotation_stats, summary
from .batches import Batches
from .config import RunOptions, TrainConfig
from .device import DeviceGroup
from .loop import TrainOutcome
from .samples import PseudoLabeller, TrainSamples
from .train_step import TrainStep

ALL_KINDS = ("tags", "points", "boxes", "strokes", "partial", "full", "none")  # kinds of cue


def fit_network(
    network: SegmentationNet,
    examples: Sequence[Example],
    classes: Sequence[str],
    plan: TrainConfig,
    run: RunOptions,
    *,
    terms: Sequence[str] = (),
    complete: bool = False,
    point_per_object: bool = False,
    pseudo_labeller: PseudoLabeller | None = None,
    pseudo_label_kinds: Collection[str] = ALL_KINDS,
    validation: Sequence[Example] = (),
    about: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Train the network, in place, and return the summary that `Segmenter.training` holds.

    terms: names of TERMS, or those that fit the cues. complete, point_per_object, pseudo_labeller: see `samples`. pseudo_label_kinds: the kinds of cue
    that `pseudo_labeller` makes something of. validation: examples with a truth, by whose mean IoU the best weights are kept.
    about: what else decides the result (see `Saver`).
    """
    told = annotation_stats(examples, classes)
    found = frozenset().union(*(one.kinds for one in told))
    fits = pseudo_labeller is not None and bool(found & set(pseudo_label_kinds))
    weights = losses.parse(terms) if terms else losses.chosen(found | ({"soft"} if fits else frozenset()))
    lesson = TrainStep(weights, sum(network.encoder.channels), plan.seed, ramp=0 if terms else plan.steps // 2)
    machine = DeviceGroup(run.device, run.precision)
    pictures = TrainSamples(
        examples,
        classes,
        plan.side,
        complete,
        pseudo_labeller if fits and "soft" in weights else None,
        point_per_object,
    )
    batches = Batches(pictures, [one.kinds for one in told], plan, "agreement" in weights, machine.share)
    if lesson.dual:
        network.add_auxiliary_decoder(plan.seed)

    def score(model: SegmentationNet) -> float:
        table = scores.tally(
            validation,
            lambda image: predict_probabilities(model, image, plan.side, plan.channels),
            len(classes),
            machine.share,
        )
        table = machine.sum(torch.from_numpy(table).to(machine.device)).cpu().numpy()
        if not table.any():
            raise ValueError("no picture of the validation has a true mask. Give some that have, or no validation")
        return float(np.nanmean(metrics.iou(metrics.counts_of_confusion(table))))

    known = {"terms": weights, "classes": list(classes), "images": len(examples)} | (about or {})
    outcome = loop.train(network, lesson, batches.make, plan, run, machine, score if len(validation) else None, known)
    network.auxiliary_decoder = None
    network.eval().to(default_device())
    return summary(told, classes, outcome) | {
        "seed": plan.seed,
        "terms": weights,
        "validation": _judged(outcome, len(validation)),
    }


def _judged(outcome: TrainOutcome, count: int) -> dict[str, Any]:
    if outcome.best is None:
        return {}
    return {"miou": round(outcome.best[0], 4), "step": outcome.best[1], "images": count}
