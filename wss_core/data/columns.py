"""Decides which column of a data set plays which role: the one requested, or else by its name."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

# Role -> the names of columns that play it by default; the first that exists is taken. Columns of IMAGE_ROLES must
# hold pictures.
ROLES = {
    "image": ("image", "images", "img", "picture", "photo", "pixel_values", "jpg", "png"),
    "mask": ("mask", "masks", "label", "annotation", "segmentation", "labels", "annotations", "mask.png"),
    "scribble": ("scribble", "scribbles", "partial_mask"),
    "instances": ("instances", "instance", "instance_mask"),
    "tags": ("tags",),
    "points": ("points",),
    "boxes": ("boxes",),
    "objects": ("objects",),
    "strokes": ("strokes",),
    "cues": ("cues",),
    "outlined": ("outlined",),
    "id": ("id", "image_id", "__key__"),
    "group": ("group", "patient", "video"),
}
IMAGE_ROLES = ("image", "mask", "scribble", "instances")


@dataclass(frozen=True)
class Column:
    """A column of a table. index: which of a list of masks is meant, None = the cell itself."""

    name: str
    index: int | None = None

    def cell(self, row: Mapping):
        """Return the cell of one row. Raises ValueError when its list is too short."""
        value = row[self.name]
        if self.index is None or value is None:
            return value
        if not isinstance(value, list) or self.index >= len(value):
            count = len(value) if isinstance(value, list) else "no list"
            raise ValueError(f"{self.name} holds {count}, so there is no {self.name}[{self.index}]")
        return value[self.index]


def choose_columns(
    names: Collection[str], image_columns: Collection[str], requested: Mapping[str, str | None] | None
) -> dict[str, Column]:
    """Choose the column of each role, as {role: Column}.

    names: all columns; image_columns: those that hold pictures; requested: {role: column}, where "segments[1]" is the
    second of each row's list and None leaves the role out. Raises ValueError for a role or a column that does not exist.
    """
    columns = {}
    for role, default_names in ROLES.items():
        matching = [
            name for name in default_names if name in names and (role not in IMAGE_ROLES or name in image_columns)
        ]
        if matching:
            columns[role] = Column(matching[0])
    for role, name in (requested or {}).items():
        if role not in ROLES:
            raise ValueError(f"there is no role {role!r:.40} for a column. Roles: {', '.join(ROLES)}")
        columns.pop(role, None)
        if name is not None:
            columns[role] = _requested_column(str(name), names)
    if "image" not in columns:
        raise ValueError(f'no column holds the pictures. Give columns={{"image": NAME}}, one of: {", ".join(names)}')
    return columns


def _requested_column(text: str, names: Collection[str]) -> Column:
    """Read the name of a requested column, with or without an index. Raises ValueError when it does not exist."""
    name, index = text, None
    indexed = re.fullmatch(r"(.+)\[(\d{1,4})\]", text)
    if text not in names and indexed:
        name, index = indexed[1], int(indexed[2])
    if name not in names:
        raise ValueError(f"there is no column {name!r:.40}. Columns: {', '.join(names)}")
    return Column(name, index)
