"""Merges the cues of several pictures into one training set, and says in words what is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from wss_core.conventions import BACKGROUND, MAX_CLASSES, UNKNOWN
from wss_core.cues import Cues

START = "There is no picture here yet. Open one on the Segment tab, draw cues on it and press Keep for training"


@dataclass(frozen=True)
class TrainingSet:
    """The cues of all pictures, with labels that are places in `classes`.

    cues: one per picture, empty Cues where nothing is drawn. left_out: names of classes that no cue on any picture shows.
    """

    classes: tuple[str, ...]
    cues: tuple[Cues, ...]
    left_out: tuple[str, ...] = ()

    @property
    def cued_images(self) -> int:
        """How many pictures have a cue that shows a place."""
        return sum(bool(cues.labelled_classes) for cues in self.cues)

    @property
    def label_seconds(self) -> float:
        """Seconds that a person needs to draw the cues."""
        return sum(cues.seconds(self.classes) for cues in self.cues)

    @property
    def labelled_classes(self) -> set[int]:
        """The labels that some cue shows a place of; what is outside all boxes is background."""
        labels = {label for cues in self.cues for label in cues.labelled_classes}
        return labels | ({0} if any(cues.boxes for cues in self.cues) else set())

    @property
    def has_box_only_class(self) -> bool:
        """Whether some class is shown by boxes alone."""
        boxes = {box.label for cues in self.cues for box in cues.boxes}
        others = {label for cues in self.cues for label in replace(cues, boxes=()).labelled_classes}
        return bool(boxes - others - {UNKNOWN})


def merge_cues(pairs: Sequence[tuple[Cues, tuple[str, ...]]]) -> TrainingSet:
    """Merge the (cues, class names) of each picture: classes are matched by name, background is the first everywhere.

    Raises ValueError when there are too many classes.
    """
    background = next((names[0] for _, names in pairs if names), BACKGROUND)
    shown = {
        name: None for cues, names in pairs for label, name in _object_classes(names) if label in cues.labelled_classes
    }
    shown.pop(background, None)
    classes = (background, *shown)
    if len(classes) > MAX_CLASSES:
        raise ValueError(f"the pictures have {len(classes)} classes, at most {MAX_CLASSES} are possible. Merge some")
    left_out = {name: None for _, names in pairs for _, name in _object_classes(names) if name not in classes}
    return TrainingSet(classes, tuple(_relabel(cues, names, classes) for cues, names in pairs), tuple(left_out))


def reason_not_trainable(training_set: TrainingSet) -> str:
    """Explain why nothing can be learned from the cues and what to do; "" when something can."""
    if not training_set.cues:
        return START
    if not training_set.cued_images:
        return "No picture here has a cue yet. Click one to open it, and draw on it"
    classes = training_set.classes
    if len(training_set.labelled_classes) < 2:
        (only,) = training_set.labelled_classes or {0}
        if only == 0:
            return f"Every cue is of {classes[0]}. Click a picture, and draw on an object too"
        return f"Every cue is of {classes[only]}. Click a picture, and draw {classes[0]} too (right button)"
    return ""


def suggestions(training_set: TrainingSet) -> list[str]:
    """List what would make the training better, a sentence each."""
    sentences = []
    background = training_set.classes[0]
    if training_set.left_out:
        names = ", ".join(training_set.left_out[:5]) + (" and more" if len(training_set.left_out) > 5 else "")
        sentences.append(f"No cue shows {names} on any picture, so it is left out. Draw one where it is")
    if training_set.cued_images and 0 not in training_set.labelled_classes:
        sentences.append(f"No cue shows {background}, so every pixel will be something else. Draw some on a picture")
    if training_set.cued_images == 1:
        sentences.append("One picture with cues teaches little. Draw on two or three more that look different")
    return sentences


def _object_classes(names: tuple[str, ...]) -> list[tuple[int, str]]:
    return list(enumerate(names))[1:]


def _relabel(cues: Cues, names: tuple[str, ...], classes: tuple[str, ...]) -> Cues:
    """The cues with labels that are places in `classes`, without tags of other classes."""
    new_labels = np.arange(UNKNOWN + 1, dtype=np.uint8)
    for label, name in _object_classes(names):
        new_labels[label] = classes.index(name) if name in classes else UNKNOWN
    return replace(
        cues,
        tags=None if cues.tags is None else tuple(name for name in cues.tags if name in classes),
        points=tuple(replace(cue, label=int(new_labels[cue.label])) for cue in cues.points),
        boxes=tuple(replace(cue, label=int(new_labels[cue.label])) for cue in cues.boxes),
        strokes=tuple(replace(cue, label=int(new_labels[cue.label])) for cue in cues.strokes),
        labels=None if cues.labels is None else new_labels[cues.labels],
    )
