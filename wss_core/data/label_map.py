"""Class names, and what the numbers in a mask and the names of tags stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..conventions import UNKNOWN
from ..cues import schema


@dataclass(frozen=True)
class LabelMap:
    """classes: their names, place = label. numbers: {number in the data: label} where it is not the label itself.
    names: {name in the data: label}; 255 = a class that is left out."""

    classes: tuple[str, ...]
    numbers: Mapping[int, int]
    names: Mapping[str, int]

    def label(self, number: int | str) -> int:
        """The label that a number or a name of the data stands for. Raises ValueError when it stands for none."""
        if isinstance(number, str):
            if number not in self.names:
                raise ValueError(f"names {number!r:.40}, which is no class. Give classes=('background', ...) with it")
            return self.names[number]
        label = self.numbers.get(number, number)
        if label == UNKNOWN or 0 <= label < len(self.classes):
            return label
        raise ValueError(
            f"holds {number}, but there are {len(self.classes)} classes (0..{len(self.classes) - 1}, 255 = unknown). "
            f"Give the classes' names, or say what it stands for: values={{{number}: 255}}"
        )

    def labels(self, numbers: np.ndarray) -> np.ndarray:
        """uint8 (H, W) labels of whole numbers (H, W). Raises ValueError for a number that stands for none."""
        present = np.flatnonzero(np.bincount(numbers.ravel())) if numbers.dtype == np.uint8 else np.unique(numbers)
        labels = np.array([self.label(number) for number in present.tolist()], np.uint8)
        if numbers.dtype == np.uint8 and (labels == present).all():
            return np.array(numbers)
        return labels[np.searchsorted(present, numbers)]

    def check_mask(self, labels: np.ndarray) -> None:
        """Raise ValueError for a mask of two classes in which 255 seems to mean the object."""
        if len(self.classes) == 2 and UNKNOWN not in self.numbers and set(np.unique(labels)) == {0, UNKNOWN}:
            raise ValueError(
                "holds 0 and 255 only, and 255 means unknown. If it is the object here, give values={255: 1}; if it "
                "is not, values={255: 255}"
            )

    def tags(self, names: Sequence[str]) -> tuple[str, ...]:
        """The classes that names of the data stand for, each once. Raises ValueError for a name that is unknown."""
        strange = [name for name in names if name not in self.names and self.classes]
        if strange:
            raise ValueError(
                f'has the tag {strange[0]!r:.40}, which is no class. Add it to the classes, or give columns={{"tags": None}}'
            )
        labels = [self.names.get(name) for name in names]
        found = [
            self.classes[label] if self.classes else name
            for label, name in zip(labels, names, strict=True)
            if label != UNKNOWN
        ]
        return tuple(dict.fromkeys(found))


def label_map(told, known: Sequence[str], values: Mapping[int, int] | None = None) -> LabelMap:
    """The Vocabulary of a data set that calls its classes `known` (() = it does not say).

    told: None, the names to use instead, or {name: names of the data that are this class}, where names of the data
    that are not mentioned become 255. values: {number: label} as in the data, before classes are joined. Raises
    ValueError.
    """
    numbers = {int(number): int(value) for number, value in (values or {}).items()}
    if not isinstance(told, Mapping):
        classes = schema.class_names(list(told or known))
        return LabelMap(classes, numbers, {name: label for label, name in enumerate(classes)})
    classes = schema.class_names(list(told))
    names = dict.fromkeys(known, UNKNOWN)
    for label, joined in enumerate(told.values()):
        for name in [joined] if isinstance(joined, str) else joined:
            if name not in names:
                raise ValueError(f"{name!r:.40} is no class of the data. Its classes: {', '.join(known)}")
            names[name] = label
    places = {number: names[name] for number, name in enumerate(known)}
    return LabelMap(classes, places | {number: places.get(v, v) for number, v in numbers.items()}, names)
