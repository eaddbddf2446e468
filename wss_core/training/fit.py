"""A Labeller learns from examples: which terms, in what batches, judged how; and what is remembered of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from .. import losses
from ..conventions import CueError, ImageError
from ..cues import Cues, Example
from ..networks import Labeller, probabilities, usual_device
from ..segmenter import default_classes
from . import loop
from . import validation as scores
from .batches import Batches
from .config import Plan, Run
from .device import Machine
from .loop import Outcome
from .samples import Pictures, Soften, kinds
from .train_step import Lesson

ANY = ("tags", "points", "boxes", "strokes", "partial", "full", "none")  # kinds of cue


def fit(
    network: Labeller,
    examples: Sequence[Example],
    classes: Sequence[str],
    plan: Plan,
    run: Run,
    *,
    terms: Sequence[str] = (),
    complete: bool = False,
    apart: bool = False,
    soften: Soften | None = None,
    softened: Collection[str] = ANY,
    validation: Sequence[Example] = (),
    about: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Train the network, in place, and return the summary that `Segmenter.training` holds.

    terms: names of TERMS, or those that fit the cues. complete, apart, soften: see `pictures`. softened: the kinds of cue
    that `soften` makes something of. validation: examples with a truth, by whose mean IoU the best weights are kept.
    about: what else decides the result (see `Saver`).
    """
    told = survey(examples, classes)
    found = frozenset().union(*(one.kinds for one in told))
    fits = soften is not None and bool(found & set(softened))
    weights = losses.parse(terms) if terms else losses.chosen(found | ({"soft"} if fits else frozenset()))
    lesson = Lesson(weights, sum(network.encoder.channels), plan.seed, ramp=0 if terms else plan.steps // 2)
    machine = Machine(run.device, run.precision)
    pictures = Pictures(examples, classes, plan.side, complete, soften if fits and "soft" in weights else None, apart)
    batches = Batches(pictures, [one.kinds for one in told], plan, "agreement" in weights, machine.share)
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
    network.eval().to(usual_device())
    return summary(told, classes, outcome) | {
        "seed": plan.seed,
        "terms": weights,
        "validation": _judged(outcome, len(validation)),
    }


class Told(NamedTuple):
    """What is told of an example: the kinds of cue, as of `pictures.kinds`, and the seconds that took."""

    kinds: frozenset[str]
    seconds: float


def survey(examples: Sequence[Example], classes: Sequence[str]) -> list[Told]:
    """What is told of each example. Raises ValueError, naming it, for one whose picture or cues do not fit."""
    found = []
    for number, example in enumerate(examples):
        image, cues, name = example.image, example.cues, example.id or number
        if not (isinstance(image, np.ndarray) and image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3):
            raise ImageError(
                f"picture {name}: an Example holds uint8 (H, W, 3). Give it what read_image makes of yours"
            )
        try:
            cues.check(image.shape[:2], len(classes))
        except CueError as error:
            raise CueError(f"picture {name}: {error}") from None
        found.append(Told(kinds(cues), float(cues.seconds(tuple(classes)))))
    return found


def summary(told: Sequence[Told], classes: Sequence[str], outcome: Outcome | None) -> dict[str, Any]:
    """What was learned from, and how it went, as plain values."""
    labelled = sum(bool(one.kinds - {"none"}) for one in told)
    form = {
        "cues": dict(sorted(Counter(kind for one in told for kind in one.kinds - {"none"}).items())),
        "images": len(told),
        "labelled": labelled,
        "unlabelled": len(told) - labelled,
        "label_seconds": round(sum(one.seconds for one in told), 1),
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
    images = (examples[i].image for i in range(min(looked_at, len(examples))))
    return all(bool((image == image[..., :1]).all()) for image in images)


def _judged(outcome: Outcome, count: int) -> dict[str, Any]:
    if outcome.best is None:
        return {}
    return {"miou": round(outcome.best[0], 4), "step": outcome.best[1], "images": count}
