"""Cues by a word: which are given, how many, and for what. "scribbles-3", "points-object", "boxes", "people"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from wss_core.cues import Cues, CueSpec, Example
from wss_core.cues.cue_spec import KINDS
from wss_core.cues.from_masks import simulate_cues

PEOPLE = "people"  # the cues that the data set itself holds
COUNTED = ("points", "scribbles")
WORD = re.compile(r"([a-z]+)(?:-(\d{1,3}))?(?:-(object|image))?")
# As `Segmenter.uses` calls them; people's cues of the sets known are pixels.
USED = {"scribbles": "strokes", "partial": "labels", "full": "labels", PEOPLE: "labels"}


@dataclass(frozen=True)
class Cueing:
    """kind: PEOPLE, or one of `cue_spec.KINDS` of wss_core. number: of points or strokes for each class, for each object, or for the
    whole image, where their classes are drawn."""

    kind: str
    number: int = 1
    each: str = "class"

    @property
    def used(self) -> str:
        """The kind of cue as `Segmenter.uses` calls it."""
        return USED.get(self.kind, self.kind)

    def __str__(self) -> str:
        number = [str(self.number)] if self.number > 1 or self.each == "image" else []
        return "-".join([self.kind, *number, *([] if self.each == "class" else [self.each])])


def parse(word: str) -> Cueing:
    """The cueing of a word: KIND, KIND-NUMBER, KIND-object, KIND-NUMBER-object or KIND-NUMBER-image. Raises ValueError."""
    found = WORD.fullmatch(word)
    kind, number, each = found.groups() if found else (word, None, None)
    if kind not in (PEOPLE, *KINDS):
        raise ValueError(f"there is no cue {word!r:.40}. Choose of: {', '.join((PEOPLE, *KINDS))}; or scribbles-3")
    if ((number or each) and kind not in COUNTED) or number == "0":
        raise ValueError(
            f"{word!r:.40}: only {' and '.join(COUNTED)} are counted, from 1. Write scribbles-3 or the like"
        )
    return Cueing(kind, int(number or 1), each or "class")


def kinds(words: str) -> str:
    """The kinds of words that are joined by "+", however many of each are given: "scribbles-3+tags" -> "scribbles+tags"."""
    return "+".join(dict.fromkeys(word.partition("-")[0] for word in words.split("+")))


def cued(example: Example, word: str, seed: int, classes: tuple[str, ...]) -> Example:
    """The example with the cues of the word instead of its own; the same for a seed. Raises ValueError.

    people: those it has. tags of a picture without a mask: those it has.
    """
    how = parse(word)
    if how.kind == PEOPLE:
        return example
    if how.kind == "tags" and example.truth is None and example.cues.tags is not None:
        return replace(example, cues=Cues(tags=example.cues.tags))
    per = "object" if how.each == "object" else "class"
    spec = CueSpec(how.kind, per=per, points=how.number, strokes=how.number)
    made = simulate_cues(example, spec, seed=seed, classes=classes)
    return made if how.each != "image" else replace(made, cues=_some(made.cues, how.number, seed, example.id))


def _some(cues: Cues, number: int, seed: int, id: str) -> Cues:
    """So many of the points and strokes, of which there are that many for each class: one of every class drawn first."""
    random = np.random.default_rng((seed, *id.encode()))
    return replace(cues, points=_dealt(cues.points, number, random), strokes=_dealt(cues.strokes, number, random))


def _dealt(marks: tuple, number: int, random: np.random.Generator) -> tuple:
    """So many of the marks, in turns from each class; the classes in random order."""
    order = random.permutation(len({mark.label for mark in marks}))
    piles = [[mark for mark in marks if mark.label == label] for label in sorted({mark.label for mark in marks})]
    turns = [piles[place][turn] for turn in range(number) for place in order]
    return tuple(turns[:number])
