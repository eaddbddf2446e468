"""One row of a data set -> an Example, or an error that names the row."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..cues import Cues, Example, read_document, schema
from . import cells
from .label_map import LabelMap


@dataclass(frozen=True)
class RowReader:
    """How the rows of a data set are read. where: its name in errors; tag_names: what a tag's number stands for, None = tags are not read."""

    where: str
    vocabulary: LabelMap
    tag_names: Sequence[str] | None

    def example(self, row: dict, number: int) -> Example:
        """The Example of one row, {role: cell} (see `columns.ROLES`). Raises ValueError that names the row."""
        id = str(number) if row.get("id") is None else str(row["id"])
        with self.naming(number, f" (id {id!r:.80})"):
            return self._example(row, id)

    @contextmanager
    def naming(self, number: int, more: str = ""):
        """What goes wrong inside is raised as ValueError that names the row."""
        try:
            yield
        except (ValueError, OSError) as error:  # a file that is gone or may not be read
            raise ValueError(f"{self.where}, row {number}{more}: {error}") from error

    def _example(self, row: dict, id: str) -> Example:
        if row.get("image") is None:
            raise ValueError("it has no picture. Remove the row, or name the column that holds it")
        image = cells.picture(row["image"])
        truth = self._labels(row, "mask", image)
        if truth is not None:
            self.vocabulary.check_mask(truth)
        instances = None
        if row.get("instances") is not None:
            instances = cells.check_size("map of instances", cells.identities(row["instances"]), image)
        group = "" if row.get("group") is None else str(row["group"])
        return Example(image, self._cues(row, image), truth, id, group, instances)

    def _labels(self, row: dict, role: str, image: np.ndarray) -> np.ndarray | None:
        """uint8 (H, W) of the mask in that role, None where there is none."""
        if row.get(role) is None:
            return None
        numbers = cells.check_size(role, cells.numbers(row[role]), image)
        try:
            return self.vocabulary.labels(numbers)
        except ValueError as error:
            raise ValueError(f"the {role} {error}") from None

    def _cues(self, row: dict, image: np.ndarray) -> Cues:
        relabel = self.vocabulary.label
        form: dict = {}
        if row.get("tags") is not None and self.tag_names is not None:
            form["tags"] = list(self.vocabulary.tags(cells.tags(row["tags"], self.tag_names)))
        for role in ("points", "boxes", "objects", "strokes"):
            if row.get(role) is not None:
                form["boxes" if role == "objects" else role] = getattr(cells, role)(row[role], relabel)
        classes = {"classes": list(self.vocabulary.classes)} if self.vocabulary.classes else {}
        cues, _ = read_document(form | classes, image.shape[:2])
        drawn = self._labels(row, "scribble", image)
        if drawn is not None:
            cues = replace(cues, labels=drawn, objects=schema.number_of_objects(row.get("outlined")))
        return cues if row.get("cues") is None else self._document(row["cues"], image.shape[:2])

    def _document(self, cell, shape: tuple[int, int]) -> Cues:
        """Cues of a document in the JSON form, by class names where it gives them."""
        cues, names = read_document(cell.read_bytes() if isinstance(cell, Path) else cell, shape)
        if names and self.vocabulary.classes and names != self.vocabulary.classes:
            raise ValueError(
                f"the cues are of the classes {', '.join(names):.200}, the data set's are "
                f"{', '.join(self.vocabulary.classes):.200}. Give both the same, in the same order"
            )
        cues.check(shape, len(self.vocabulary.classes) or len(names) or 254)
        return cues
