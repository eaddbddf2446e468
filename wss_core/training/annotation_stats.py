"""Statistics of the annotations in a training set: kinds of cue, seconds they took, classes; and the training's summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..conventions import CueError, ImageError
from ..cues import Cues, Example
from ..segmenter import default_classes
from .cue_labels import cue_kinds

if TYPE_CHECKING:
    from .loop import TrainOutcome


class AnnotationStats(NamedTuple):
    """The annotation of one example: its kinds of cue, see `cue_labels.cue_kinds`, and the seconds that it took."""

    kinds: frozenset[str]
    seconds: float


def annotation_stats(examples: Sequence[Example], classes: Sequence[str]) -> list[AnnotationStats]:
    """Check the examples and return the AnnotationStats of each.

    Raises ImageError or CueError, both ValueErrors, that name the first example whose image or cues do not fit, and
    CueError where there are cues, but all of them mark pixels as unknown (255).
    """
    stats, cued, informative = [], 0, 0
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
        cued += bool(cues.kinds)
        informative += cues.tags is not None or bool(cues.labelled_classes)
        stats.append(AnnotationStats(cue_kinds(cues), float(cues.seconds(tuple(classes)))))
    if cued and not informative:
        raise CueError(
            f"there is nothing to learn from: all that the masks and other cues of {cued} pictures mark is 255, unknown. "
            "Cue a class on some of them, or say what the numbers in the masks stand for (--value 255=1)"
        )
    return stats


def summary(stats: Sequence[AnnotationStats], classes: Sequence[str], outcome: TrainOutcome | None) -> dict[str, Any]:
    """Summarise what was learned from, and how the training went, as plain values for `Segmenter.training`.

    Keys: "cues" {kind: number of examples}, "images", "labelled", "unlabelled", "label_seconds", "classes"; and with an
    outcome "steps", "device", "seconds".
    """
    labelled = sum(bool(example.kinds - {"none"}) for example in stats)
    values = {
        "cues": dict(sorted(Counter(kind for example in stats for kind in example.kinds - {"none"}).items())),
        "images": len(stats),
        "labelled": labelled,
        "unlabelled": len(stats) - labelled,
        "label_seconds": round(sum(example.seconds for example in stats), 1),
        "classes": list(classes),
    }
    if outcome is not None:
        values |= {"steps": outcome.steps, "device": outcome.device, "seconds": round(outcome.seconds, 1)}
    return values


def default_class_names(examples: Sequence[Example]) -> tuple[str, ...]:
    """Return names for as many classes as the examples' cues hold."""
    return max((default_classes(example.cues) for example in examples), key=len, default=default_classes(Cues()))


def is_greyscale(examples: Sequence[Example], max_images: int = 16) -> bool:
    """Return whether the first `max_images` images have no colour."""
    images = (examples[i].image for i in range(min(max_images, len(examples))))
    return all(bool((image == image[..., :1]).all()) for image in images)
