"""Turns a row of a data set into an Example, or raises an error that names the row."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..cues import Cues, Example, read_document, schema
from ..imaging.header import UPRIGHT, Header
from . import decode
from .label_map import LabelMap

logger = logging.getLogger(__name__)
DRAWN_ROLES = ("mask", "scribble", "instances", "points", "boxes", "objects", "strokes", "cues")
MASK_ROLES = ("mask", "scribble", "instances")


_data_sets_with_turns: set[str] = set()


def _log_turned_picture(dataset_name: str, id: str, orientation: int) -> None:
    """Log the first picture of each data set that is turned."""
    if dataset_name in _data_sets_with_turns:
        return
    _data_sets_with_turns.add(dataset_name)
    logger.warning(
        "%s: EXIF data turn the picture %r (orientation %d), and its annotation is taken as drawn on the turned picture. "
        "If it was drawn on the stored pixels, take the orientation out of the file. Other such pictures are not named",
        dataset_name,
        id,
        orientation,
    )


@dataclass(frozen=True)
class RowReader:
    """Reads the rows of a data set.

    dataset_name: its name in errors. label_map: what its numbers and names stand for. tag_names: the class names that
    the numbers of tags stand for, None = tags are not read.
    """

    dataset_name: str
    label_map: LabelMap
    tag_names: Sequence[str] | None

    def example(self, row: dict, number: int) -> Example:
        """Return the Example of a row {role: cell}, with the roles of `columns.ROLES`. Raises ValueError that names the row."""
        id = str(number) if row.get("id") is None else str(row["id"])
        with self.errors_naming_row(number, f" (id {id!r:.80})"):
            return self._example(row, id)

    @contextmanager
    def errors_naming_row(self, number: int, detail: str = ""):
        """Raise an error from inside the block again, as a ValueError that names the row."""
        try:
            yield
        except (ValueError, OSError) as error:  # a file that is gone or may not be read
            raise ValueError(f"{self.dataset_name}, row {number}{detail}: {error}") from error

    def _example(self, row: dict, id: str) -> Example:
        if row.get("image") is None:
            raise ValueError("it has no picture. Remove the row, or name the column that holds it")
        header = decode.header(row["image"])
        image = decode.image(row["image"])
        truth = self._labels(row, "mask", image, header)
        if truth is not None:
            self.label_map.check_mask(truth)
        instances = None
        if row.get("instances") is not None:
            instances = decode.check_size("map of instances", decode.instance_ids(row["instances"]), image, header)
        group = "" if row.get("group") is None else str(row["group"])
        self._compare_turn(row, id, image, header)
        return Example(image, self._cues(row, image, header), truth, id, group, instances)

    def _compare_turn(self, row: dict, id: str, image: np.ndarray, header: Header) -> None:
        """Log once when EXIF data turn a picture, and no mask's size shows that it was drawn on the turned picture."""
        is_drawn_on = any(row.get(role) is not None for role in DRAWN_ROLES)
        is_shown = header.swaps_sides and image.shape[0] != image.shape[1]
        is_shown = is_shown and any(row.get(role) is not None for role in MASK_ROLES)
        if header.orientation != UPRIGHT and is_drawn_on and not is_shown:
            _log_turned_picture(self.dataset_name, id, header.orientation)

    def _labels(self, row: dict, role: str, image: np.ndarray, header: Header) -> np.ndarray | None:
        """Return the labels of the mask in that role, uint8 (H, W), or None where there is no mask."""
        if row.get(role) is None:
            return None
        numbers = decode.check_size(role, decode.mask_values(row[role]), image, header)
        try:
            return self.label_map.labels(numbers)
        except ValueError as error:
            raise ValueError(f"the {role} {error}") from None

    def _cues(self, row: dict, image: np.ndarray, header: Header) -> Cues:
        relabel = self.label_map.label
        form: dict = {}
        if row.get("tags") is not None and self.tag_names is not None:
            form["tags"] = list(self.label_map.tags(decode.tags(row["tags"], self.tag_names)))
        for role in ("points", "boxes", "objects", "strokes"):
            if row.get(role) is not None:
                form["boxes" if role == "objects" else role] = getattr(decode, role)(row[role], relabel)
        classes = {"classes": list(self.label_map.classes)} if self.label_map.classes else {}
        cues, _ = read_document(form | classes, image.shape[:2])
        scribble = self._labels(row, "scribble", image, header)
        if scribble is not None:
            cues = replace(cues, labels=scribble, objects=schema.number_of_objects(row.get("outlined")))
        return cues if row.get("cues") is None else self._document(row["cues"], image.shape[:2])

    def _document(self, cell, shape: tuple[int, int]) -> Cues:
        """Read cues from a JSON document, and check that its class names are the data set's."""
        cues, names = read_document(cell.read_bytes() if isinstance(cell, Path) else cell, shape)
        if names and self.label_map.classes and names != self.label_map.classes:
            raise ValueError(
                f"the cues are of the classes {', '.join(names):.200}, the data set's are "
                f"{', '.join(self.label_map.classes):.200}. Give both the same, in the same order"
            )
        cues.check(shape, len(self.label_map.classes) or len(names) or 254)
        return cues
