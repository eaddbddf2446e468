"""COCO's JSON for detection and segmentation: polygons and run lengths -> masks, instances and boxes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from ...conventions import BACKGROUND, ImageError
from ...imaging.io import MAX_PIXELS
from ...imaging.mask_formats import mask_from_runs, runs_from_text
from ...imaging.polygon_fill import fill_rings
from ..files import content_hash, inside
from ..source import DatasetSource

ROLES = frozenset({"mask", "instances", "boxes"})


@dataclass(frozen=True)
class Annotated:
    """Rows of the pictures of one file. labels: {category id: label}; annotations: by picture; told: roles wanted."""

    folder: Path
    pictures: tuple[dict, ...]
    annotations: Mapping[object, list[dict]]
    labels: Mapping[object, int]
    roles: frozenset[str]

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, number: int) -> dict:
        picture = self.pictures[number]
        drawn = self.annotations.get(picture["id"], [])
        row = {"id": picture["file_name"], "image": inside(self.folder, picture["file_name"])}
        if self.roles & {"mask", "instances"} and all(annotation.get("segmentation") for annotation in drawn):
            row |= self._masks(picture, drawn)
        if "boxes" in self.roles and drawn:
            row["boxes"] = [self._box(annotation) for annotation in drawn if not annotation.get("iscrowd")]
        return {role: cell for role, cell in row.items() if role in self.roles | {"id", "image"}}

    def _masks(self, picture: dict, drawn: list[dict]) -> dict[str, np.ndarray]:
        """The label of each pixel and the object it belongs to, small objects above large ones; crowds are no object."""
        shape = picture.get("height"), picture.get("width")
        if not all(type(side) is int and side > 0 for side in shape) or shape[0] * shape[1] > MAX_PIXELS:
            raise ImageError(f"{picture['file_name']}: height and width are {shape}. Give its size in pixels")
        masks = [(_mask(annotation, shape), annotation) for annotation in drawn]
        truth, instances = np.zeros(shape, np.uint8), np.zeros(shape, np.int32)
        masks.sort(key=lambda pair: -int(pair[0].sum()))
        for number, (mask, annotation) in enumerate(masks, 1):
            truth[mask] = self._label(annotation)
            instances[mask] = 0 if annotation.get("iscrowd") else number
        return {"mask": truth, "instances": instances}

    def _box(self, annotation: dict) -> list:
        box = annotation.get("bbox")
        if not isinstance(box, list) or len(box) != 4 or not all(isinstance(v, int | float) for v in box):
            raise ImageError(f"annotation {annotation.get('id')}: bbox must be [x, y, width, height], got {box!r:.60}")
        x, y, width, height = box
        return [x, y, x + width, y + height, self._label(annotation)]

    def _label(self, annotation: dict) -> int:
        category = annotation.get("category_id")
        if category not in self.labels:
            raise ImageError(f"annotation {annotation.get('id')}: there is no category {category!r:.40}. Add it")
        return self.labels[category]


def open_file(path: Path, told: Mapping | None) -> DatasetSource:
    """The pictures of a COCO JSON file, which are looked for beside it and in images/. Raises ValueError.

    The classes are background and the categories by id. told: {"image": folder of the pictures}; None for a role of
    ROLES leaves it out.
    """
    try:
        form = json.loads(path.read_text(encoding="utf-8"))
        pictures = tuple(sorted(form["images"], key=lambda picture: picture["id"]))
        categories = sorted(form["categories"], key=lambda category: category["id"])
        named = {category["id"]: label for label, category in enumerate(categories, 1)}
        classes = (BACKGROUND, *(str(category["name"]) for category in categories))
        if not all(isinstance(picture["file_name"], str) for picture in pictures):
            raise TypeError("a file_name is no text")
        annotations: dict = {picture["id"]: [] for picture in pictures}
        for annotation in form.get("annotations", []):
            annotations[annotation["image_id"]].append(annotation)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(
            f"{path} is no COCO file of objects ({error!r:.100}). It must hold images, categories and annotations"
        ) from None
    strange = [role for role in told or {} if role not in ROLES | {"image"}]
    if strange:
        raise ValueError(f"there is no {strange[0]!r:.40} in a COCO file. Roles: image, {', '.join(sorted(ROLES))}")
    roles = frozenset(role for role in ROLES if (told or {}).get(role, role) is not None)
    roles = roles if form.get("annotations") else frozenset()
    folder = _folder(path, pictures, (told or {}).get("image"))
    rows = Annotated(folder, pictures, annotations, named, roles)
    return DatasetSource(rows, partial(tuple, classes), roles | {"image"}, partial(_hash, path, folder, pictures))


def _folder(path: Path, pictures: tuple[dict, ...], told: str | None) -> Path:
    """Where the pictures lie: the folder told, or the first usual one that holds the first picture."""
    usual = [path.parent, path.parent / "images", path.parent / path.stem, path.parent.parent / "images"]
    folders = usual if told is None else [Path(told), path.parent / told]
    for folder in folders:
        if folder.is_dir() and (not pictures or (folder / pictures[0]["file_name"]).is_file()):
            return folder
    looked = ", ".join(map(str, folders))
    raise ValueError(f'the pictures of {path} are not in {looked}. Give columns={{"image": FOLDER}}')


def _hash(path: Path, folder: Path, pictures: tuple[dict, ...]) -> str:
    files = (inside(folder, picture["file_name"]) for picture in pictures)
    return content_hash([path, *(file for file in files if file.is_file())], path.parent)


def _mask(annotation: dict, shape: tuple[int, int]) -> np.ndarray:
    """bool (H, W) of one annotation's polygons or run lengths."""
    drawn = annotation["segmentation"]
    try:
        if isinstance(drawn, dict):
            counts = drawn["counts"]
            if tuple(drawn["size"]) != shape:
                raise ValueError(f"its size is {drawn['size']}, the picture's {list(shape)}")
            return mask_from_runs(runs_from_text(counts) if isinstance(counts, str) else counts, shape)
        rings = [np.array(ring, float).reshape(-1, 2) for ring in drawn]
        if not all(np.isfinite(ring).all() for ring in rings):
            raise ValueError("a corner is no number")
        return fill_rings(rings, shape)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise ImageError(f"annotation {annotation.get('id')}: its segmentation cannot be read ({error})") from None
