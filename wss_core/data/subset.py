"""Chooses what a training gets from a data set: labelled pictures, with own or simulated cues, and unlabelled ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..cues import Cues, Example

CueMaker = Callable[[Example], Example]


@dataclass(frozen=True)
class SubsetPart:
    """The examples at some indices of a sequence, with the cues that `cue_maker` gives them; None = without cues."""

    examples: Sequence[Example]
    indices: Sequence[int]
    cue_maker: CueMaker | None


class TrainingSubset(Sequence):
    """The examples of several parts, one part after another, without their truth. Cues are made once and kept."""

    def __init__(self, parts: Sequence[SubsetPart]):
        self._rows = [(part, index) for part in parts for index in part.indices]
        self._cues: dict[int, Cues] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, i: int) -> Example:
        part, index = self._rows[i]
        example = part.examples[index]
        if i not in self._cues:
            self._cues[i] = Cues() if part.cue_maker is None else part.cue_maker(example).cues
        return replace(example, cues=self._cues[i], truth=None, instances=None)


def split_labelled_unlabelled(count: int, labelled: str, unlabelled: str, seed: int) -> tuple[list[int], list[int]]:
    """Draw which of `count` pictures are labelled and which unlabelled, as two lists of indices in random order.

    labelled, unlabelled: "10%", "60", "rest" or "none". With the same seed a smaller labelled set is part of a larger one.
    Raises ValueError for another text, or when they are more than the pictures.
    """
    order = np.random.default_rng((seed, 13)).permutation(count).tolist()
    remaining = count if unlabelled == "rest" else count - count_of(unlabelled, count, 0)
    labelled_count = count_of(labelled, count, remaining)
    unlabelled_count = count_of(unlabelled, count, count - labelled_count)
    if labelled_count + unlabelled_count > count:
        raise ValueError(
            f"{labelled} labelled and {unlabelled} unlabelled are more than the {count} pictures there are"
        )
    return order[:labelled_count], order[labelled_count : labelled_count + unlabelled_count]


def count_of(text: str, count: int, remaining: int) -> int:
    """Return how many of `count` pictures "10%", "60", "rest" or "none" means; more than 0% is at least one.

    remaining: the number that "rest" means. Raises ValueError for another text.
    """
    if text in ("rest", "none"):
        return remaining if text == "rest" else 0
    is_percent = text.endswith("%")
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        number = -1.0
    if not 0 <= number <= (100 if is_percent else count) or (not is_percent and number % 1):
        raise ValueError(f"{text!r:.40} is no number of {count} pictures. Give 10%, 60, rest or none")
    return int(number) if not is_percent else max(int(number > 0), round(count * number / 100))


def hold_out_groups(groups: Sequence[str], share: str, seed: int) -> list[int]:
    """Draw whole groups at random until they hold a share of the pictures ("10%", "60"), and return the indices.

    groups: the group of each picture. Raises ValueError for another share.
    """
    target, names = count_of(share, len(groups), 0), sorted(set(groups))
    indices: list[int] = []
    for number in np.random.default_rng((seed, 17)).permutation(len(names)):
        if len(indices) < target:
            indices += [i for i, group in enumerate(groups) if group == names[number]]
    return sorted(indices)
