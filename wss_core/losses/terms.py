"""TERMS, the table of loss terms by name. A term is exactly 0, with no gradient, for images without the cue it needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

import torch

from . import box_level, image_level, pairwise, pixel_level, self_training
from .batch import Batch, NetworkOutput

GATED_CRF_RADIUS = 5  # pixels
SEEDS = frozenset({"points", "strokes", "partial"})  # kinds of cue that label some pixels of an image
PIXELS = SEEDS | {"boxes", "full"}  # boxes label the pixels outside them


class Term(NamedTuple):
    """A summand of the loss, with what it is for and what it needs. A new term needs no other line of code.

    loss: the function (output, batch) -> scalar tensor. weight: its factor in the sum where the term is named without
    one. default_for: the kinds of cue for which it is chosen by default, see `default_terms`. default_weight: its factor
    then; None = weight. needs: what a training must provide beside the batch: "teacher" (averaged weights that label
    TeacherViews), "auxiliary_decoder" (a second decoder) or "pseudo_labels" (soft labels made from the cues).
    """

    loss: Callable[[NetworkOutput, Batch], torch.Tensor]
    weight: float
    default_for: frozenset[str] = frozenset()
    default_weight: float | None = None
    needs: frozenset[str] = frozenset()


TERMS: dict[str, Term] = {
    "cross_entropy": Term(
        lambda output, batch: pixel_level.partial_cross_entropy(output.logits, batch.labels),
        weight=1.0,
        default_for=PIXELS,
    ),
    "dice": Term(
        lambda output, batch: pixel_level.partial_dice(output.logits, batch.labels),
        weight=1.0,
        default_for=PIXELS,
    ),
    "soft": Term(
        lambda output, batch: pixel_level.collision_cross_entropy(output.logits, batch.pseudo_labels),
        weight=0.5,
        default_for=frozenset({"pseudo_labels"}),
        needs=frozenset({"pseudo_labels"}),
    ),
    "tags": Term(
        lambda output, batch: image_level.tag_loss(output.logits, batch.tags),
        weight=0.1,
        default_for=frozenset({"tags"}),
    ),
    "size": Term(
        lambda output, batch: image_level.size_loss(output.logits, batch.tags),
        weight=0.1,
        default_for=frozenset({"points"}),
    ),
    "tightness": Term(
        lambda output, batch: box_level.tightness(output.logits, batch.boxes),
        weight=0.5,
        default_for=frozenset({"boxes"}),
    ),
    "projection": Term(
        lambda output, batch: box_level.projection(output.logits, batch.boxes),
        weight=0.5,
        default_for=frozenset({"boxes"}),
    ),
    "potts": Term(
        lambda output, batch: pairwise.potts(output.logits, batch.images, batch.has_partial_labels),
        weight=1.0,
        default_for=SEEDS | {"boxes"},
    ),
    "gated_crf": Term(
        lambda output, batch: pairwise.potts(
            output.logits, batch.images, batch.has_partial_labels, radius=GATED_CRF_RADIUS
        ),
        weight=0.3,
    ),
    "dual": Term(
        lambda output, batch: self_training.dual_decoder_dice(
            output.logits, output.auxiliary_logits, output.mix_weight, batch.has_partial_labels
        ),
        weight=0.5,
        default_for=SEEDS,
        needs=frozenset({"auxiliary_decoder"}),
    ),
    "agreement": Term(
        lambda output, batch: self_training.teacher_agreement(
            output.logits, output.strong_logits, output.teacher_probs
        ),
        weight=1.0,
        default_for=frozenset({"none", "tags"}),
        default_weight=0.3,  # a larger one costs accuracy in the rare classes, of which a teacher is seldom confident
        needs=frozenset({"teacher"}),
    ),
}


def default_terms(kinds: Collection[str]) -> tuple[str, ...]:
    """Return the names of the terms that fit the kinds of cue in a training set.

    kinds: any of "tags", "points", "boxes", "strokes", "partial" and "full" (masks), "pseudo_labels" (where they can be
    made from these cues) and "none" (for images without any cue).
    """
    return tuple(name for name, term in TERMS.items() if term.default_for & set(kinds))


def default_weights(kinds: Collection[str]) -> dict[str, float]:
    """Return {term: weight} of the `default_terms` of these kinds of cue."""
    terms = {name: TERMS[name] for name in default_terms(kinds)}
    return {name: term.weight if term.default_weight is None else term.default_weight for name, term in terms.items()}


def parse(texts: Iterable[str]) -> dict[str, float]:
    """Return {term: weight} of texts "term" or "term=weight". Raises ValueError for a term that is not among TERMS."""
    weights = {}
    for text in texts:
        name, equals, weight = text.partition("=")
        if name not in TERMS:
            raise ValueError(f"no term {name!r:.40}. Choose among: {', '.join(TERMS)}")
        try:
            weights[name] = float(weight) if equals else TERMS[name].weight
        except ValueError:
            raise ValueError(
                f"{text!r:.40} is not term=weight. Give a number, as {name}={TERMS[name].weight}"
            ) from None
    return weights


def needs(names: Iterable[str]) -> frozenset[str]:
    """Return all that a training with these terms must provide beside the batch, see `Term`."""
    return frozenset().union(*(TERMS[name].needs for name in names))


def weighted_sum(
    output: NetworkOutput, batch: Batch, weights: dict[str, float]
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """Return the weighted sum of the terms, and {term: value} of each, unweighted and without its gradient."""
    values = {name: TERMS[name].loss(output, batch) for name in weights}
    loss = sum(weight * values[name] for name, weight in weights.items())
    return loss, {name: value.detach() for name, value in values.items()}
