"""What a training gets of a data set: some pictures with their own cues or with cues made from their masks, and some
without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..cues import Cues, Example

CueMaker = Callable[[Example], Example]


@dataclass(frozen=True)
class SubsetPart:
    """The examples at `places` of a sequence, with the cues that `cueing` gives them; None = without any."""

    examples: Sequence[Example]
    places: Sequence[int]
    cueing: CueMaker | None


class TrainingSubset(Sequence):
    """The examples of several parts, one after another. No truth goes along. Cues are made once and kept."""

    def __init__(self, parts: Sequence[SubsetPart]):
        self._rows = [(part, place) for part in parts for place in part.places]
        self._cues: dict[int, Cues] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, i: int) -> Example:
        part, place = self._rows[i]
        example = part.examples[place]
        if i not in self._cues:
            self._cues[i] = Cues() if part.cueing is None else part.cueing(example).cues
        return replace(example, cues=self._cues[i], truth=None, instances=None)


def split_labelled_unlabelled(count: int, labelled: str, unlabelled: str, seed: int) -> tuple[list[int], list[int]]:
    """Places 0 .. count - 1, in random order, of the labelled pictures and of those without labels.

    labelled, unlabelled: "10%", "60", "rest", "none". Of one seed fewer labelled pictures are among more. Raises
    ValueError where that is none of these, or more than there are.
    """
    order = np.random.default_rng((seed, 13)).permutation(count).tolist()
    rest = count if unlabelled == "rest" else count - count_of(unlabelled, count, 0)
    first = count_of(labelled, count, rest)
    last = count_of(unlabelled, count, count - first)
    if first + last > count:
        raise ValueError(
            f"{labelled} labelled and {unlabelled} unlabelled are more than the {count} pictures there are"
        )
    return order[:first], order[first : first + last]


def count_of(text: str, count: int, rest: int) -> int:
    """How many of `count` pictures "10%", "60", "rest" or "none" are; at least one, if any share is asked for."""
    if text in ("rest", "none"):
        return rest if text == "rest" else 0
    share = text.endswith("%")
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        number = -1.0
    if not 0 <= number <= (100 if share else count) or (not share and number % 1):
        raise ValueError(f"{text!r:.40} is no number of {count} pictures. Give 10%, 60, rest or none")
    return int(number) if not share else max(int(number > 0), round(count * number / 100))


def hold_out_groups(groups: Sequence[str], share: str, seed: int) -> list[int]:
    """Places of about a share of the pictures, whole groups of them, drawn at random."""
    wanted, names = count_of(share, len(groups), 0), sorted(set(groups))
    held: list[int] = []
    for number in np.random.default_rng((seed, 17)).permutation(len(names)):
        if len(held) < wanted:
            held += [i for i, group in enumerate(groups) if group == names[number]]
    return sorted(held)
