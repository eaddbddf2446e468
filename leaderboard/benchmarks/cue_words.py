"""Words that name the cues of an evaluation, as "scribbles-3", "points-object", "boxes" or "people", and cues made by them.

The words are stored in benchmarks and records, and stay as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from wss_core.cues import Cues, CueSpec, Example
from wss_core.cues.cue_spec import KINDS
from wss_core.cues.from_masks import simulate_cues

PEOPLE = "people"  # the cues that the data set itself holds
COUNTED = ("points", "scribbles")
PATTERN = re.compile(r"([a-z]+)(?:-(\d{1,3}))?(?:-(object|image))?")
# The name of a kind in `Segmenter.uses`, where it differs; people's cues of the sets known are pixels.
USED = {"scribbles": "strokes", "partial": "labels", "full": "labels", PEOPLE: "labels"}


@dataclass(frozen=True)
class CueWord:
    """A word taken apart; `str` puts it together again. `parse` makes one, and checks it."""

    kind: str
    "PEOPLE, or one of wss_core's `cue_spec.KINDS`."
    number: int = 1
    "Points or strokes for each `per`, from 1."
    per: str = "class"
    "What gets that many: each 'class', each 'object', or the whole 'image', where the classes that get one are drawn."

    @property
    def used(self) -> str:
        """The kind of cue by its name in `Segmenter.uses`."""
        return USED.get(self.kind, self.kind)

    @property
    def spec(self) -> CueSpec:
        """How the cues are made from a mask; per image they are made for each class, and some are drawn afterwards.

        Raises ValueError for PEOPLE, whose cues are not made.
        """
        per = "object" if self.per == "object" else "class"
        return CueSpec(self.kind, per=per, points=self.number, strokes=self.number)

    def __str__(self) -> str:
        number = [str(self.number)] if self.number > 1 or self.per == "image" else []
        return "-".join([self.kind, *number, *([] if self.per == "class" else [self.per])])


def parse(word: str) -> CueWord:
    """Take apart KIND, KIND-NUMBER, KIND-object, KIND-NUMBER-object or KIND-NUMBER-image. Raises ValueError."""
    match = PATTERN.fullmatch(word)
    kind, number, per = match.groups() if match else (word, None, None)
    if kind not in (PEOPLE, *KINDS):
        raise ValueError(f"there is no cue {word!r:.40}. Choose of: {', '.join((PEOPLE, *KINDS))}; or scribbles-3")
    if ((number or per) and kind not in COUNTED) or number == "0":
        raise ValueError(
            f"{word!r:.40}: only {' and '.join(COUNTED)} are counted, from 1. Write scribbles-3 or the like"
        )
    return CueWord(kind, int(number or 1), per or "class")


def kinds(words: str) -> str:
    """The kinds of words joined by "+", without the numbers and each kind once: "scribbles-3+tags" -> "scribbles+tags"."""
    return "+".join(dict.fromkeys(word.partition("-")[0] for word in words.split("+")))


def apply_cues(example: Example, word: str, seed: int, classes: tuple[str, ...]) -> Example:
    """The example with the cues that a word names in place of its own; the same seed gives the same cues.

    "people" keeps the example's own cues, and so does "tags" for a picture with tags but without a mask. Raises ValueError
    for a word that names no cue, and for a picture without the mask that the cues are made from.
    """
    cue = parse(word)
    if cue.kind == PEOPLE:
        return example
    if cue.kind == "tags" and example.truth is None and example.cues.tags is not None:
        return replace(example, cues=Cues(tags=example.cues.tags))
    cued = simulate_cues(example, cue.spec, seed=seed, classes=classes)
    return cued if cue.per != "image" else replace(cued, cues=_sample(cued.cues, cue.number, seed, example.id))


def _sample(cues: Cues, number: int, seed: int, id: str) -> Cues:
    """Draw `number` points and `number` strokes from as many for each class: from every class once before any a second time."""
    random = np.random.default_rng((seed, *id.encode()))
    return replace(cues, points=_deal(cues.points, number, random), strokes=_deal(cues.strokes, number, random))


def _deal(marks: tuple, number: int, random: np.random.Generator) -> tuple:
    """The first `number` marks when the classes, in random order, give one mark each in turn."""
    order = random.permutation(len({mark.label for mark in marks}))
    piles = [[mark for mark in marks if mark.label == label] for label in sorted({mark.label for mark in marks})]
    dealt = [piles[place][turn] for turn in range(number) for place in order]
    return tuple(dealt[:number])
