"""Which column of a data set plays which role: by name, where the caller does not say."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

# role -> names of columns that are taken for it, the first that is there. DRAWN ones must hold pictures.
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
DRAWN = ("image", "mask", "scribble", "instances")


@dataclass(frozen=True)
class Column:
    """A column by name; place: which of a list of masks, None = the cell itself; asked: whether the caller named it."""

    name: str
    place: int | None = None
    asked: bool = False

    def cell(self, row: Mapping):
        """The cell of one row. Raises ValueError when the list is shorter."""
        value = row[self.name]
        if self.place is None or value is None:
            return value
        if not isinstance(value, list) or self.place >= len(value):
            held = len(value) if isinstance(value, list) else "no list"
            raise ValueError(f"{self.name} holds {held}, so there is no {self.name}[{self.place}]")
        return value[self.place]


def choose(names: Collection[str], drawn: Collection[str], told: Mapping[str, str | None] | None) -> dict[str, Column]:
    """{role: Column}. names: the columns there are; drawn: those that hold pictures; told: {role: column or None}.

    A column "segments[1]" is the second of each row's list; None leaves the role out. Raises ValueError for a role
    or a column that does not exist.
    """
    found = {}
    for role, usual in ROLES.items():
        fit = [name for name in usual if name in names and (role not in DRAWN or name in drawn)]
        if fit:
            found[role] = Column(fit[0])
    for role, name in (told or {}).items():
        if role not in ROLES:
            raise ValueError(f"there is no role {role!r:.40} for a column. Roles: {', '.join(ROLES)}")
        found.pop(role, None)
        if name is not None:
            found[role] = _asked(str(name), names)
    if "image" not in found:
        raise ValueError(f'no column holds the pictures. Give columns={{"image": NAME}}, one of: {", ".join(names)}')
    return found


def _asked(text: str, names: Collection[str]) -> Column:
    name, place = text, None
    indexed = re.fullmatch(r"(.+)\[(\d{1,4})\]", text)
    if text not in names and indexed:
        name, place = indexed[1], int(indexed[2])
    if name not in names:
        raise ValueError(f"there is no column {name!r:.40}. Columns: {', '.join(names)}")
    return Column(name, place, asked=True)
