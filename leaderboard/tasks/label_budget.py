"""Label budgets: which labels a method gets. The images are drawn by a seed; a smaller budget's are among a larger one's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from wss_core.cues import Example
from wss_core.data.subset import SubsetPart, TrainingSubset

from ..benchmarks import cue_words
from ..benchmarks.benchmark import Benchmark

NONE = "none"


@dataclass(frozen=True, kw_only=True)
class LabelBudget:
    """Which images get which cues. Its fields are hashed in records, and keep their names. Raises ValueError."""

    cue: str
    "The cue word of the labelled images, see `cue_words`; written in its shortest form."
    share: float | None = None
    "Share of the training images that get this cue, above 0 and at most 1. None = no training: every test image gets it."
    rest: str = ""
    'The cue word of the other training images; "none" = they come without labels, "" = they are left out.'
    also: tuple[tuple[str, str], ...] = ()
    "(split, cue word) of further splits, all of whose images get that cue."

    def __post_init__(self):
        object.__setattr__(self, "cue", str(cue_words.parse(self.cue)))  # "points-1" and "points" are one budget
        for word in (self.rest or NONE, *(cue for _, cue in self.also)):
            cue_words.parse(word)
        if self.share is not None and not 0 < self.share <= 1:
            raise ValueError(f"a share of the training pictures is above 0 and at most 1, got {self.share}")
        if self.share is None and (self.rest or self.also):
            raise ValueError("rest and also are of training pictures. Give a share, or neither")

    @property
    def cues(self) -> str:
        """The words of all its cues, each once, joined by "+"."""
        words = (self.cue, self.rest, *(cue for _, cue in self.also))
        return "+".join(word for word in dict.fromkeys(words) if word not in ("", NONE)) or NONE

    def __str__(self) -> str:
        if self.share is None:
            return f"given {self.cue}"
        more = [f"rest {self.rest}"] if self.rest else []
        return ", ".join([f"{self.share:.4g} {self.cue}", *more, *(f"{split} {cue}" for split, cue in self.also)])


def training_subset(budget: LabelBudget, benchmark: Benchmark, data: Path, seed: int) -> TrainingSubset:
    """The examples that a method learns from under a budget, with their cues and without their truth.

    data: the folder of the benchmarks' data. seed: draws the images and the cues. Raises ValueError when the data are not there.
    """
    examples = benchmark.examples(data, benchmark.train)
    places = labelling_order(examples.groups() if benchmark.grouped else [""] * len(examples), seed)
    count = max(1, round(budget.share * len(places)))
    parts = [_part(examples, places[:count], budget.cue, seed, benchmark)]
    if budget.rest:
        parts.append(_part(examples, places[count:], budget.rest, seed, benchmark))
    for split, cue in budget.also:
        others = benchmark.examples(data, split)
        parts.append(_part(others, range(len(others)), cue, seed, benchmark))
    return TrainingSubset(parts)


def labelling_order(groups: Sequence[str], seed: int) -> list[int]:
    """The indices of all images in the order in which they get labels: at random, but one group after another.

    So does whoever labels one patient, or one video, before the next. groups: the group of each image, "" = its own.
    """
    random = np.random.default_rng((seed, 23))
    shuffled = random.permutation(len(groups)).tolist()
    turns: dict[object, int] = {}  # by group: when its first image came up
    for index in shuffled:
        turns.setdefault(groups[index] or index, len(turns))
    return sorted(shuffled, key=lambda index: turns[groups[index] or index])


def _part(examples: Sequence[Example], places: Sequence[int], cue: str, seed: int, benchmark: Benchmark) -> SubsetPart:
    cue = None if cue == NONE else partial(cue_words.apply_cues, word=cue, seed=seed, classes=benchmark.classes)
    return SubsetPart(examples, places, cue)
