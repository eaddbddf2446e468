"""Reads labelme's JSON beside the pictures: polygons, circles and masks become masks, rectangles boxes, lines strokes.

The form is that of labelme's label files (https://github.com/wkentaro/labelme): shapes with label, shape_type and points.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from ...conventions import BACKGROUND, UNKNOWN, ImageError
from ...imaging.io import read_image, read_mask_values
from ...imaging.polygon_fill import fill_rings
from ..files import hash_inside, images_by_name, path_inside, read_text, subfolders
from ..source import DatasetSource
from .folder_names import split_names

MAX_JSON = 100_000_000  # bytes of one file, which may hold its picture
STROKE_WIDTH = 3  # pixels; labelme's lines have none
# Kind of shape -> the fewest and the most points.
POINTS = {"polygon": (3, 100_000), "circle": (2, 2), "mask": (2, 2), "rectangle": (2, 2), "point": (1, 1)}
POINTS |= {"line": (2, 2), "linestrip": (2, 100_000)}
AREAS = ("polygon", "circle", "mask")
ROLES = frozenset({"mask", "instances", "scribble", "boxes", "points", "strokes"})
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shape:
    """One shape: kind is a key of POINTS, points (N, 2) in pixels, pixels the base64 PNG of a mask."""

    kind: str
    label: str
    points: np.ndarray
    pixels: str = ""


@dataclass(frozen=True)
class LabelFile:
    """What one JSON file holds. size: (width, height) of the picture it was drawn on. complete: no shape was left out."""

    shapes: tuple[Shape, ...]
    size: tuple[int, int]
    complete: bool


@dataclass(frozen=True)
class LabelmeRows:
    """The rows of one split. label_files: name -> its JSON, None without one."""

    folder: Path
    images: Mapping[str, Path]
    label_files: Mapping[str, LabelFile | None]
    classes: tuple[str, ...]
    roles: frozenset[str]

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, number: int) -> dict:
        name = list(self.images)[number]
        image = path_inside(self.folder, self.images[name])
        row: dict = {"id": name, "image": image}
        label_file = self.label_files[name]
        if label_file is not None:
            shapes, size = label_file.shapes, read_image(image).shape[:2]
            if size[::-1] != label_file.size:
                raise ValueError(
                    f"the shapes were drawn on {label_file.size[0]} x {label_file.size[1]} pixels, and the picture has "
                    f"{size[1]} x {size[0]}. Give the picture that was annotated"
                )
            row |= self._areas(shapes, size, label_file.complete)
            kinds = {kind: [shape for shape in shapes if shape.kind == kind] for kind in POINTS}
            row["boxes"] = [[*s.points.min(0), *s.points.max(0), s.label] for s in kinds["rectangle"]]
            row["points"] = [[*s.points[0], s.label] for s in kinds["point"]]
            lines = [*kinds["line"], *kinds["linestrip"]]
            row["strokes"] = [{"label": s.label, "width": STROKE_WIDTH, "path": s.points.tolist()} for s in lines]
        return {role: cell for role, cell in row.items() if role in self.roles | {"id", "image"}}

    def _areas(self, shapes: tuple[Shape, ...], size: tuple[int, int], complete: bool) -> dict[str, np.ndarray]:
        """Draw the areas, small ones above large: a mask where every shape of the file is one, else a scribble, unknown
        elsewhere."""
        masks = [(_fill(shape, size), self.classes.index(shape.label)) for shape in shapes if shape.kind in AREAS]
        whole = complete and len(masks) == len(shapes)
        labels, instances = np.full(size, 0 if whole else UNKNOWN, np.uint8), np.zeros(size, np.int32)
        for number, (mask, label) in enumerate(sorted(masks, key=lambda pair: -int(pair[0].sum())), 1):
            labels[mask], instances[mask] = label, number
        if whole:
            return {"mask": labels, "instances": instances}
        return {"scribble": labels} if masks else {}


def is_labelme(folder: Path) -> bool:
    """Return whether the first JSON file in a folder, or in a folder in it, holds shapes."""
    if not folder.is_dir():
        return False
    first = next(iter(_files(folder)), None)
    if first is None or first.stat().st_size > MAX_JSON:
        return False
    try:
        content = json.loads(read_text(first))
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and isinstance(content.get("shapes"), list) and "imagePath" in content


def _files(folder: Path) -> list[Path]:
    return sorted(file for place in (folder, *subfolders(folder)) for file in place.glob("[!.]*.json"))


def open_folder(folder: Path, split: str, columns: Mapping | None) -> DatasetSource:
    """Open a folder of pictures and JSON files, or the split in it. The classes are the labels, sorted. Raises ValueError."""
    given = [role for role, column in (columns or {}).items() if role not in ROLES or column is not None]
    if given:
        raise ValueError(f"a labelme folder has no column for {given[0]!r:.40}. Leave out a role by None alone")
    problems: list[str] = []
    label_files = {file: _read(file, folder, problems) for file in _files(folder)}
    if problems:
        logger.warning("%s: %d shapes are left out, the first: %s", folder, len(problems), problems[0])
    names = {shape.label for content in label_files.values() if content for shape in content.shapes} - {BACKGROUND}
    classes = (BACKGROUND, *sorted(names))
    place = next((folder / name for name in split_names(split) if (folder / name).is_dir()), folder)
    if place == folder and not any(file.parent == folder for file in label_files):
        raise ValueError(
            f"{folder} has no split {split!r:.40}. Choose one of: {', '.join(p.name for p in subfolders(folder))}"
        )
    images = images_by_name(place)
    by_name = {name: label_files.get(path.with_suffix(".json")) for name, path in images.items()}
    roles = frozenset(role for role in ROLES if (columns or {}).get(role, role) is not None)
    rows = LabelmeRows(folder, images, by_name, classes, roles)
    revision = partial(hash_inside, [*images.values(), *label_files], folder)
    return DatasetSource(rows, partial(tuple, classes), roles | {"image"}, revision)


def _read(file: Path, folder: Path, problems: list[str]) -> LabelFile | None:
    """Read the shapes of one file, None where none can be read; adds a sentence to `problems` for each left out."""
    try:
        if path_inside(folder, file).stat().st_size > MAX_JSON:
            raise ValueError(f"it is larger than {MAX_JSON:,} bytes")
        content = json.loads(read_text(file))
        found, size = content["shapes"], (content["imageWidth"], content["imageHeight"])
        if not isinstance(found, list) or not all(type(side) is int and side > 0 for side in size):
            raise TypeError("shapes, imageWidth or imageHeight is missing")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        problems.append(f"{file.name}: {error!s:.100}")
        return None
    shapes = []
    for number, shape in enumerate(found, 1):
        try:
            shapes.append(_shape(shape, size))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            problems.append(f"{file.name}, shape {number}: {error!s:.100}")
    return LabelFile(tuple(shapes), size, len(shapes) == len(found)) if shapes or not found else None


def _shape(shape: dict, size: tuple[int, int]) -> Shape:
    kind, label, points = shape["shape_type"], shape["label"], np.array(shape["points"], float)
    if kind not in POINTS or not isinstance(label, str) or not label:
        raise ValueError(f"a shape {kind!r:.30} of the label {label!r:.30} is not read")
    low, high = POINTS[kind]
    if points.ndim != 2 or points.shape[1] != 2 or not low <= len(points) <= high:
        raise ValueError(f"a {kind} cannot have points {points.shape}")
    if not ((points >= -1) & (points <= np.add(size, 1))).all():
        raise ValueError("a point lies outside the picture")
    points = np.clip(points, 0, size)
    if kind == "rectangle" and not (np.ptp(points, axis=0) > 0).all():
        raise ValueError("the rectangle has no width or no height")
    return Shape(kind, label, points, str(shape["mask"]) if kind == "mask" else "")


def _fill(shape: Shape, size: tuple[int, int]) -> np.ndarray:
    """Draw an area as bool (H, W). Raises ImageError."""
    if shape.kind == "polygon":
        return fill_rings([shape.points], size)
    if shape.kind == "circle":
        y, x = np.ogrid[: size[0], : size[1]]
        centre, radius = shape.points[0], np.hypot(*(shape.points[1] - shape.points[0]))
        return np.hypot(x + 0.5 - centre[0], y + 0.5 - centre[1]) <= radius
    try:
        pixels = read_mask_values(base64.b64decode(shape.pixels, validate=True)) > 0
    except binascii.Error as error:
        raise ImageError(f"a mask of {shape.label!r:.40} cannot be read ({error}). Save it again") from None
    left, top = shape.points[0].astype(int)
    mask = np.zeros(size, bool)
    place = mask[top : top + pixels.shape[0], left : left + pixels.shape[1]]
    place |= pixels[: place.shape[0], : place.shape[1]]
    return mask
