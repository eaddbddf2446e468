"""Maps the numbers in masks and the names of tags to labels and class names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..conventions import UNKNOWN
from ..cues import schema


@dataclass(frozen=True)
class LabelMap:
    """Which label each number and each name in the data stands for.

    classes: the class names in the order of their labels. label_of_number: {number in the data: label} where a number is
    not the label itself. label_of_name: {name in the data: label}, 255 = a class that is left out.
    """

    classes: tuple[str, ...]
    label_of_number: Mapping[int, int]
    label_of_name: Mapping[str, int]

    def label(self, number: int | str) -> int:
        """Return the label of a number or a name in the data. Raises ValueError when it has none."""
        if isinstance(number, str):
            if number not in self.label_of_name:
                raise ValueError(f"names {number!r:.40}, which is no class. Give classes=('background', ...) with it")
            return self.label_of_name[number]
        label = self.label_of_number.get(number, number)
        if label == UNKNOWN or 0 <= label < len(self.classes):
            return label
        raise ValueError(
            f"holds {number}, but there are {len(self.classes)} classes (0..{len(self.classes) - 1}, 255 = unknown). "
            f"Give the classes' names, or say what it stands for: values={{{number}: 255}}"
        )

    def labels(self, numbers: np.ndarray) -> np.ndarray:
        """Turn whole numbers (H, W) into uint8 (H, W) labels. Raises ValueError for a number without a label."""
        distinct = np.flatnonzero(np.bincount(numbers.ravel())) if numbers.dtype == np.uint8 else np.unique(numbers)
        labels = np.array([self.label(number) for number in distinct.tolist()], np.uint8)
        if numbers.dtype == np.uint8 and (labels == distinct).all():
            return np.array(numbers)
        return labels[np.searchsorted(distinct, numbers)]

    def check_mask(self, labels: np.ndarray) -> None:
        """Raise ValueError for a mask of two classes in which 255 seems to mean the object."""
        if len(self.classes) == 2 and UNKNOWN not in self.label_of_number and set(np.unique(labels)) == {0, UNKNOWN}:
            raise ValueError(
                "holds 0 and 255 only, and 255 means unknown. If it is the object here, give values={255: 1}; if it "
                "is not, values={255: 255}"
            )

    def tags(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the classes that names in the data stand for, each once. Raises ValueError for an unknown name."""
        unknown = [name for name in names if name not in self.label_of_name and self.classes]
        if unknown:
            raise ValueError(
                f'has the tag {unknown[0]!r:.40}, which is no class. Add it to the classes, or give columns={{"tags": None}}'
            )
        labels = [self.label_of_name.get(name) for name in names]
        classes = [
            self.classes[label] if self.classes else name
            for label, name in zip(labels, names, strict=True)
            if label != UNKNOWN
        ]
        return tuple(dict.fromkeys(classes))


def label_map(classes_or_joins, data_classes: Sequence[str], values: Mapping[int, int] | None = None) -> LabelMap:
    """Make the LabelMap of a data set.

    classes_or_joins: None = the data set's names; the names to use instead; or {new name: names in the data}, where names
    that are not mentioned become 255. data_classes: the data set's own names, () = it has none. values: {number: label}
    in the data, before classes are joined. Raises ValueError.
    """
    numbers = {int(number): int(value) for number, value in (values or {}).items()}
    if not isinstance(classes_or_joins, Mapping):
        classes = schema.class_names(list(classes_or_joins or data_classes))
        return LabelMap(classes, numbers, {name: label for label, name in enumerate(classes)})
    classes = schema.class_names(list(classes_or_joins))
    names = dict.fromkeys(data_classes, UNKNOWN)
    for label, joined in enumerate(classes_or_joins.values()):
        for name in [joined] if isinstance(joined, str) else joined:
            if name not in names:
                raise ValueError(f"{name!r:.40} is no class of the data. Its classes: {', '.join(data_classes)}")
            names[name] = label
    label_of_number = {number: names[name] for number, name in enumerate(data_classes)}
    return LabelMap(
        classes, label_of_number | {number: label_of_number.get(v, v) for number, v in numbers.items()}, names
    )
