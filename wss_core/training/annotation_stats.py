"""What is annotated in a set of examples: the kinds of cue, their seconds, the classes, whether it is grey."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..conventions import CueError, ImageError
from ..cues import Cues, Example
from ..segmenter import default_classes
from .samples import cue_kinds

if TYPE_CHECKING:
    from .loop import TrainOutcome


class AnnotationStats(NamedTuple):
    """What is told of an example: the kinds of cue, as of `samples.cue_kinds`, and the seconds that took."""

    kinds: frozenset[str]
    seconds: float


def annotation_stats(examples: Sequence[Example], classes: Sequence[str]) -> list[AnnotationStats]:
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
        found.append(AnnotationStats(cue_kinds(cues), float(cues.seconds(tuple(classes)))))
    return found


def summary(told: Sequence[AnnotationStats], classes: Sequence[str], outcome: TrainOutcome | None) -> dict[str, Any]:
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


def default_class_names(examples: Sequence[Example]) -> tuple[str, ...]:
    """Names for as many classes as the examples' cues hold."""
    return max((default_classes(example.cues) for example in examples), key=len, default=default_classes(Cues()))


def is_greyscale(examples: Sequence[Example], looked_at: int = 16) -> bool:
    """Whether the first pictures have no colour."""
    images = (examples[i].image for i in range(min(looked_at, len(examples))))
    return all(bool((image == image[..., :1]).all()) for image in images)
