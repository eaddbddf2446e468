"""The cues of several pictures as one lesson, and in words what is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from wss_core.conventions import BACKGROUND, MAX_CLASSES, UNKNOWN
from wss_core.cues import Cues

START = "There is no picture here yet. Open one on the Segment tab, draw cues on it and press Keep for training"


@dataclass(frozen=True)
class TrainingSet:
    """cues: of each picture, () told where there are none, with labels that are places in `classes`.

    left_out: names of classes that no cue on any picture shows the place of.
    """

    classes: tuple[str, ...]
    cues: tuple[Cues, ...]
    left_out: tuple[str, ...] = ()

    @property
    def cued(self) -> int:
        """How many pictures have a cue that tells a place."""
        return sum(bool(cues.labelled_classes) for cues in self.cues)

    @property
    def seconds(self) -> float:
        """Of labelling."""
        return sum(cues.seconds(self.classes) for cues in self.cues)

    @property
    def told(self) -> set[int]:
        """The labels that some cue tells a place of; outside of boxes is background."""
        found = {label for cues in self.cues for label in cues.labelled_classes}
        return found | ({0} if any(cues.boxes for cues in self.cues) else set())

    @property
    def boxed(self) -> bool:
        """Whether nothing but boxes shows some class."""
        boxes = {box.label for cues in self.cues for box in cues.boxes}
        others = {label for cues in self.cues for label in replace(cues, boxes=()).labelled_classes}
        return bool(boxes - others - {UNKNOWN})


def merge_cues(told: Sequence[tuple[Cues, tuple[str, ...]]]) -> TrainingSet:
    """One TrainingSet of the (cues, class names) of each picture: a class is known by its name, background by its place.

    Raises ValueError when there are too many classes.
    """
    rest = next((names[0] for _, names in told if names), BACKGROUND)
    shown = {name: None for cues, names in told for label, name in _objects(names) if label in cues.labelled_classes}
    shown.pop(rest, None)
    classes = (rest, *shown)
    if len(classes) > MAX_CLASSES:
        raise ValueError(f"the pictures have {len(classes)} classes, at most {MAX_CLASSES} go. Merge some")
    named = {name: None for _, names in told for _, name in _objects(names) if name not in classes}
    return TrainingSet(classes, tuple(_moved(cues, names, classes) for cues, names in told), tuple(named))


def reason_not_trainable(lesson: TrainingSet) -> str:
    """Why nothing can be learned, and what to do; "" when something can."""
    if not lesson.cues:
        return START
    if not lesson.cued:
        return "No picture here has a cue yet. Click one to open it, and draw on it"
    if len(lesson.told) < 2:
        (only,) = lesson.told or {0}
        if only == 0:
            return f"Every cue is of {lesson.classes[0]}. Click a picture, and draw on an object too"
        return (
            f"Every cue is of {lesson.classes[only]}. Click a picture, and draw {lesson.classes[0]} too (right button)"
        )
    return ""


def suggestions(lesson: TrainingSet) -> list[str]:
    """What would make it better, a sentence each."""
    found = []
    if lesson.left_out:
        names = ", ".join(lesson.left_out[:5]) + (" and more" if len(lesson.left_out) > 5 else "")
        found.append(f"No cue shows {names} on any picture, so it is left out. Draw one where it is")
    if lesson.cued and 0 not in lesson.told:
        found.append(f"No cue shows {lesson.classes[0]}, so every pixel will be something else. Draw some on a picture")
    if lesson.cued == 1:
        found.append("One picture with cues teaches little. Draw on two or three more that look different")
    return found


def _objects(names: tuple[str, ...]) -> list[tuple[int, str]]:
    return list(enumerate(names))[1:]


def _moved(cues: Cues, names: tuple[str, ...], classes: tuple[str, ...]) -> Cues:
    """The cues with labels that are places in `classes`, and no tag of another."""
    places = np.arange(UNKNOWN + 1, dtype=np.uint8)
    for label, name in _objects(names):
        places[label] = classes.index(name) if name in classes else UNKNOWN
    return replace(
        cues,
        tags=None if cues.tags is None else tuple(name for name in cues.tags if name in classes),
        points=tuple(replace(cue, label=int(places[cue.label])) for cue in cues.points),
        boxes=tuple(replace(cue, label=int(places[cue.label])) for cue in cues.boxes),
        strokes=tuple(replace(cue, label=int(places[cue.label])) for cue in cues.strokes),
        labels=None if cues.labels is None else places[cues.labels],
    )
