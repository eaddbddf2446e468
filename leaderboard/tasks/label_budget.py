"""A budget: which labels a method gets. Pictures are drawn by seed, and of one seed fewer are always among more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from wss_core.cues import Example
from wss_core.data.subset import Part, Supply

from ..benchmarks import cue_words
from ..benchmarks.benchmark import Benchmark

NONE = "none"


@dataclass(frozen=True, kw_only=True)
class LabelBudget:
    """cue: a word of `cueing`. share: of the training pictures that have it, above 0, at most 1; None = it is given on
    every test picture, to a method that learns nothing beforehand. rest: the cue of the other training pictures, "none" =
    they come without labels, "" = they are left out. also: (split, cue) of further splits, all of their pictures.
    """

    cue: str
    share: float | None = None
    rest: str = ""
    also: tuple[tuple[str, str], ...] = ()

    def __post_init__(self):
        object.__setattr__(self, "cue", str(cue_words.parse(self.cue)))  # one word for one meaning
        for word in (self.rest or NONE, *(cue for _, cue in self.also)):
            cue_words.parse(word)
        if self.share is not None and not 0 < self.share <= 1:
            raise ValueError(f"a share of the training pictures is above 0 and at most 1, got {self.share}")
        if self.share is None and (self.rest or self.also):
            raise ValueError("rest and also are of training pictures. Give a share, or neither")

    @property
    def cues(self) -> str:
        """The words of all its cues, joined by "+"."""
        words = (self.cue, self.rest, *(cue for _, cue in self.also))
        return "+".join(word for word in dict.fromkeys(words) if word not in ("", NONE)) or NONE

    def __str__(self) -> str:
        if self.share is None:
            return f"given {self.cue}"
        more = [f"rest {self.rest}"] if self.rest else []
        return ", ".join([f"{self.share:.4g} {self.cue}", *more, *(f"{split} {cue}" for split, cue in self.also)])


def training_subset(budget: LabelBudget, benchmark: Benchmark, data: Path, seed: int) -> Supply:
    """The examples to learn from; seed: of the pictures drawn and of the cues made. Raises ValueError."""
    examples = benchmark.examples(data, benchmark.train)
    places = labelling_order(examples.groups() if benchmark.grouped else [""] * len(examples), seed)
    count = max(1, round(budget.share * len(places)))
    parts = [_part(examples, places[:count], budget.cue, seed, benchmark)]
    if budget.rest:
        parts.append(_part(examples, places[count:], budget.rest, seed, benchmark))
    for split, cue in budget.also:
        others = benchmark.examples(data, split)
        parts.append(_part(others, range(len(others)), cue, seed, benchmark))
    return Supply(parts)


def labelling_order(groups: Sequence[str], seed: int) -> list[int]:
    """The places of all pictures in the order in which they are labelled: at random, but one group after another, as
    whoever labels goes through one patient, or one video, before the next. "" is a group of its own."""
    random = np.random.default_rng((seed, 23))
    drawn = random.permutation(len(groups))
    turn: dict[object, int] = {}
    for place in drawn.tolist():
        turn.setdefault(groups[place] or place, len(turn))
    return sorted(drawn.tolist(), key=lambda place: turn[groups[place] or place])


def _part(examples: Sequence[Example], places: Sequence[int], cue: str, seed: int, benchmark: Benchmark) -> Part:
    cue = None if cue == NONE else partial(cue_words.apply_cues, word=cue, seed=seed, classes=benchmark.classes)
    return Part(examples, places, cue)
