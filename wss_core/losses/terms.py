"""TERMS by name: what a network can learn from a batch. Each is exactly 0, with no gradient, where its cue is absent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

import torch

from . import box_level, image_level, pairwise, pixel_level, self_training
from .batch import Answer, Batch

DENSE = 5  # pixels around each in a gated CRF


class Term(NamedTuple):
    """loss(answer, batch) -> scalar. weight: in the sum, unless told otherwise. chosen_for: kinds of cue (see `choose`);
    chosen: its weight then, None = the same."""

    loss: Callable[[Answer, Batch], torch.Tensor]
    weight: float
    chosen_for: frozenset[str] = frozenset()
    chosen: float | None = None


def _for(*kinds: str) -> frozenset[str]:
    return frozenset(kinds)


TERMS: dict[str, Term] = {
    "cross_entropy": Term(
        lambda answer, batch: pixel_level.partial_cross_entropy(answer.logits, batch.labels),
        1.0,
        _for("points", "strokes", "boxes", "partial", "full"),
    ),
    "dice": Term(
        lambda answer, batch: pixel_level.partial_dice(answer.logits, batch.labels),
        1.0,
        _for("points", "strokes", "boxes", "partial", "full"),
    ),
    "soft": Term(
        lambda answer, batch: pixel_level.collision_cross_entropy(answer.logits, batch.soft), 0.5, _for("soft")
    ),
    "tags": Term(lambda answer, batch: image_level.tags(answer.logits, batch.tags), 0.1, _for("tags")),
    "size": Term(lambda answer, batch: image_level.size(answer.logits, batch.tags), 0.1, _for("points")),
    "tightness": Term(lambda answer, batch: box_level.tightness(answer.logits, batch.boxes), 0.5, _for("boxes")),
    "projection": Term(lambda answer, batch: box_level.projection(answer.logits, batch.boxes), 0.5, _for("boxes")),
    "potts": Term(
        lambda answer, batch: pairwise.potts(answer.logits, batch.images, batch.cued),
        1.0,
        _for("points", "strokes", "boxes", "partial"),
    ),
    "gated_crf": Term(lambda answer, batch: pairwise.potts(answer.logits, batch.images, batch.cued, radius=DENSE), 0.3),
    "dual": Term(
        lambda answer, batch: self_training.dual(answer.logits, answer.second, answer.share, batch.cued),
        0.5,
        _for("points", "strokes", "partial"),
    ),
    "agreement": Term(
        lambda answer, batch: self_training.agreement(answer.logits, answer.mixed, answer.taught),
        1.0,
        _for("none", "tags"),
        chosen=0.3,  # more costs the rare classes, of which a teacher is seldom sure
    ),
}


def choose(kinds: Collection[str]) -> tuple[str, ...]:
    """The names of the terms that fit the kinds of cue in a training set: "tags", "points", "boxes", "strokes",
    "partial", "full" (masks), "soft" (soft labels) and "none" (pictures without any cue)."""
    return tuple(name for name, term in TERMS.items() if term.chosen_for & set(kinds))


def chosen(kinds: Collection[str]) -> dict[str, float]:
    """{term: weight} of those that `choose` names."""
    terms = {name: TERMS[name] for name in choose(kinds)}
    return {name: term.weight if term.chosen is None else term.chosen for name, term in terms.items()}


def parse(names: Iterable[str]) -> dict[str, float]:
    """{term: weight} of texts "term" or "term=weight". Raises ValueError for a term that is not among TERMS."""
    weights = {}
    for text in names:
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


def total(answer: Answer, batch: Batch, weights: dict[str, float]) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The weighted sum of the terms, and each of them, not weighted, without its gradient."""
    each = {name: TERMS[name].loss(answer, batch) for name in weights}
    summed = sum(weight * each[name] for name, weight in weights.items())
    return summed, {name: value.detach() for name, value in each.items()}
