"""A Labeller learns from examples: which terms, in what batches, judged how; and what is remembered of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from .. import losses
from ..cues import Cues, Example
from ..networks import Labeller, probabilities
from ..segmenter import default_classes
from . import loop, scores
from .batches import Batches
from .lesson import Lesson
from .loop import Outcome
from .machine import Machine
from .pictures import Pictures, Soften, kinds
from .plan import Plan, Run


def fit(
    network: Labeller,
    examples: Sequence[Example],
    classes: Sequence[str],
    plan: Plan,
    run: Run,
    *,
    terms: Sequence[str] = (),
    complete: bool = False,
    soften: Soften | None = None,
    validation: Sequence[Example] = (),
    about: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Train the network, in place, and return the summary that `Segmenter.training` holds.

    terms: names of TERMS, or those that fit the cues. complete, soften: see `pictures.make`. validation: examples with
    a truth, by whose mean IoU the best weights are kept. about: what else decides the result (see `Saver`).
    """
    told = [kinds(example.cues) for example in examples]
    found = frozenset().union(*told) | ({"soft"} if soften else frozenset())
    weights = losses.parse(terms or losses.choose(found))
    lesson = Lesson(weights, sum(network.encoder.channels), plan.seed)
    machine = Machine(run.device, run.precision)
    pictures = Pictures(examples, classes, plan.side, complete, soften)
    batches = Batches(pictures, told, plan, "agreement" in weights, machine.share)
    if lesson.dual:
        network.double(plan.seed)

    def score(model: Labeller) -> float:
        table = scores.tally(
            validation, lambda image: probabilities(model, image, plan.side, plan.channels), len(classes), machine.share
        )
        table = machine.sum(torch.from_numpy(table).to(machine.device)).cpu().numpy()
        if not table.any():
            raise ValueError("no picture of the validation has a true mask. Give some that have, or no validation")
        return float(np.nanmean(scores.ious(table)))

    known = {"terms": weights, "classes": list(classes), "images": len(examples)} | (about or {})
    outcome = loop.train(network, lesson, batches.make, plan, run, machine, score if len(validation) else None, known)
    network.second = None
    network.eval().cpu()
    return summary(examples, classes, told, outcome) | {
        "seed": plan.seed,
        "terms": weights,
        "validation": _judged(outcome, len(validation)),
    }


def summary(examples: Sequence[Example], classes: Sequence[str], told, outcome: Outcome | None) -> dict[str, Any]:
    """What was learned from, and how it went, as plain values. told: the `kinds` of each example."""
    cued = [bool(of - {"none"}) for of in told]
    seconds = sum(example.cues.seconds(classes) for example, any_cue in zip(examples, cued, strict=True) if any_cue)
    form = {
        "cues": dict(sorted(Counter(kind for of in told for kind in of - {"none"}).items())),
        "images": len(examples),
        "labelled": sum(cued),
        "unlabelled": len(examples) - sum(cued),
        "label_seconds": round(float(seconds), 1),
        "classes": list(classes),
    }
    if outcome is not None:
        form |= {"steps": outcome.steps, "device": outcome.machine, "seconds": round(outcome.seconds, 1)}
    return form


def named(examples: Sequence[Example]) -> tuple[str, ...]:
    """Names for as many classes as the examples' cues hold."""
    return max((default_classes(example.cues) for example in examples), key=len, default=default_classes(Cues()))


def grey(examples: Sequence[Example], looked_at: int = 16) -> bool:
    """Whether the first pictures have no colour."""
    return all(
        bool((e.image == e.image[..., :1]).all()) for e in (examples[i] for i in range(min(looked_at, len(examples))))
    )


def _judged(outcome: Outcome, count: int) -> dict[str, Any]:
    if outcome.best is None:
        return {}
    return {"miou": round(outcome.best[0], 4), "step": outcome.best[1], "images": count}
