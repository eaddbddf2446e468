"""Reads YOLO's folders: images/ and labels/ with a text file for each picture, where polygons become masks and boxes boxes.

The layout is that of Ultralytics (https://docs.ultralytics.com/datasets/segment/): a line is a class number from 0, and
either x, y, width and height of a box around its centre or the corners of a polygon, all as shares of the picture's sides.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...conventions import BACKGROUND, UNKNOWN
from ...imaging.io import read_image
from ...imaging.polygon_fill import fill_rings
from ..files import hash_inside, images_by_name, path_inside, read_text
from ..source import DatasetSource
from . import yolo_layout

ROLES = frozenset({"mask", "scribble", "instances", "boxes"})
MAX_TEXT = 10_000_000  # bytes of one file of labels
MARGIN = 0.01  # share of a side by which a coordinate may lie outside: rounding in exports
logger = logging.getLogger(__name__)

Annotation = tuple[int, tuple[float, ...]]  # the label; a box's 4 numbers or a polygon's coordinates


class LabelFile(NamedTuple):
    """The objects of one file of labels. complete: no line was left out, so that the rest of the picture is background."""

    annotations: tuple[Annotation, ...]
    complete: bool


@dataclass(frozen=True)
class YoloRows:
    """The rows of one split. images: name -> picture. annotations: name -> its objects, None without a file of labels."""

    folder: Path
    images: Mapping[str, Path]
    annotations: Mapping[str, LabelFile | None]
    roles: frozenset[str]

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, number: int) -> dict:
        name = list(self.images)[number]
        image = path_inside(self.folder, self.images[name])
        row: dict = {"id": name, "image": image}
        label_file = self.annotations[name]
        if label_file is None:
            return row
        annotations = label_file.annotations
        shape = read_image(image).shape[:2]
        if all(len(numbers) > 4 for _, numbers in annotations):
            row |= _masks(annotations, shape) if label_file.complete else _scribble(annotations, shape)
        row["boxes"] = [[*_corners(numbers, shape), label] for label, numbers in annotations]
        return {role: cell for role, cell in row.items() if role in self.roles | {"id", "image"}}


def open_folder(path: Path, split: str, columns: Mapping | None) -> DatasetSource:
    """Open a split of a folder in YOLO's layout, or of its data.yaml. Raises ValueError.

    The classes are background and the names in data.yaml, else the lines of classes.txt. A picture whose objects all have
    a polygon has a mask; an empty file of labels is a picture of background alone; one without a file has no labels.
    columns: None for a role of ROLES leaves it out.
    """
    folder = path if path.is_dir() else path.parent
    settings = yolo_layout.read_settings(path)
    unknown_roles = [role for role, column in (columns or {}).items() if role not in ROLES or column is not None]
    if unknown_roles:
        raise ValueError(
            f"a YOLO folder has no column for {unknown_roles[0]!r:.40}. Leave out {', '.join(sorted(ROLES))} by None alone"
        )
    names = yolo_layout.class_names(folder, settings)
    images = images_by_name(yolo_layout.image_folder(folder, settings, split))
    files = {name: yolo_layout.label_file(folder, image) for name, image in images.items()}
    annotations, problems = {}, []
    for name, file in files.items():
        annotations[name] = _read(file, len(names) or 254, problems) if file.is_file() else None
    if problems:
        logger.warning("%s: %d lines are left out, the first: %s", folder, len(problems), problems[0])
    roles = frozenset(role for role in ROLES if (columns or {}).get(role, role) is not None)
    return DatasetSource(
        YoloRows(folder, images, annotations, roles),
        partial(tuple, (BACKGROUND, *names) if names else ()),
        roles | {"image"},
        partial(hash_inside, [*yolo_layout.settings_files(folder), *images.values(), *files.values()], folder),
    )


def _read(file: Path, class_count: int, problems: list[str]) -> LabelFile | None:
    """Read the objects of one file of labels, and add a sentence to `problems` for each line that is none.

    Returns None where no line can be read, as without a file: the picture is not of background alone.
    """
    earlier = len(problems)
    if file.stat().st_size > MAX_TEXT:
        problems.append(f"{file.name} is larger than {MAX_TEXT:,} bytes")
        return None
    annotations = []
    for number, line in enumerate(read_text(file).splitlines(), 1):
        try:
            if line.strip():
                annotations.append(_annotation(line.split(), class_count))
        except (ValueError, OverflowError) as error:
            problems.append(f"{file.name}, line {number}: {error}")
    complete = len(problems) == earlier
    return LabelFile(tuple(annotations), complete) if annotations or complete else None


def _annotation(words: list[str], class_count: int) -> Annotation:
    """Read the words of a line. Raises ValueError."""
    index, *numbers = map(float, words)
    if index != int(index) or not 0 <= index < class_count:
        raise ValueError(f"there is no class {words[0]:.20}, the classes are 0..{class_count - 1}")
    if len(numbers) != 4 and (len(numbers) < 6 or len(numbers) % 2):
        raise ValueError(
            f"a class number must be followed by 4 numbers or 3 corners and more, got {len(numbers)} numbers"
        )
    if not all(-MARGIN <= value <= 1 + MARGIN for value in numbers):
        raise ValueError("coordinates must be shares of the picture's sides, 0..1")
    if len(numbers) == 4 and min(numbers[2:]) <= 0:
        raise ValueError("the box has no width or no height")
    return int(index) + 1, tuple(numbers)


def _masks(annotations: tuple[Annotation, ...], shape: tuple[int, int]) -> dict[str, np.ndarray]:
    """Draw the label and the object's number of each pixel, small objects above large ones."""
    scale = shape[1], shape[0]
    masks = [(fill_rings([np.reshape(numbers, (-1, 2)) * scale], shape), label) for label, numbers in annotations]
    truth, instances = np.zeros(shape, np.uint8), np.zeros(shape, np.int32)
    for number, (mask, label) in enumerate(sorted(masks, key=lambda pair: -int(pair[0].sum())), 1):
        truth[mask], instances[mask] = label, number
    return {"mask": truth, "instances": instances}


def _scribble(annotations: tuple[Annotation, ...], shape: tuple[int, int]) -> dict[str, np.ndarray]:
    """Draw the labels of objects beside which others may lie that could not be read: the rest is unknown."""
    truth = _masks(annotations, shape)["mask"]
    return {"scribble": np.where(truth == 0, np.uint8(UNKNOWN), truth)}


def _corners(numbers: tuple[float, ...], shape: tuple[int, int]) -> list[float]:
    """Return x0, y0, x1, y1 in pixels, inside the picture, of a box or of the box around a polygon."""
    if len(numbers) == 4:
        x, y, width, height = numbers
        corners = x - width / 2, y - height / 2, x + width / 2, y + height / 2
    else:
        corners = min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])
    sides = (shape[1], shape[0]) * 2
    return [min(max(corner, 0.0), 1.0) * side for corner, side in zip(corners, sides, strict=True)]
