"""Reads COCO's JSON for detection and segmentation: polygons and run lengths become masks, instances and boxes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from ...conventions import BACKGROUND, ImageError
from ...imaging.io import MAX_PIXELS
from ...imaging.outlines_and_runs import mask_from_runs, runs_from_text
from ...imaging.polygon_fill import fill_rings
from ..files import content_hash, path_inside
from ..source import DatasetSource

ROLES = frozenset({"mask", "instances", "boxes"})


@dataclass(frozen=True)
class CocoRows:
    """The rows of one COCO file, a row for each picture.

    images, annotations: as in the file, annotations by the id of the image. labels: {category id: label}. roles: those
    that are read.
    """

    folder: Path
    images: tuple[dict, ...]
    annotations: Mapping[object, list[dict]]
    labels: Mapping[object, int]
    roles: frozenset[str]

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, number: int) -> dict:
        image = self.images[number]
        annotations = self.annotations.get(image["id"], [])
        row = {"id": image["file_name"], "image": path_inside(self.folder, image["file_name"])}
        if self.roles & {"mask", "instances"} and all(annotation.get("segmentation") for annotation in annotations):
            row |= self._masks(image, annotations)
        if "boxes" in self.roles and annotations:
            row["boxes"] = [self._box(annotation) for annotation in annotations if not annotation.get("iscrowd")]
        return {role: cell for role, cell in row.items() if role in self.roles | {"id", "image"}}

    def _masks(self, image: dict, annotations: list[dict]) -> dict[str, np.ndarray]:
        """Draw the label and the object's id of each pixel, small objects above large ones; a crowd is not an object."""
        shape = image.get("height"), image.get("width")
        if not all(type(side) is int and side > 0 for side in shape) or shape[0] * shape[1] > MAX_PIXELS:
            raise ImageError(f"{image['file_name']}: height and width are {shape}. Give its size in pixels")
        masks = [(_mask(annotation, shape), annotation) for annotation in annotations]
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


def open_file(path: Path, columns: Mapping | None) -> DatasetSource:
    """Open a COCO JSON file, with its pictures beside it or in images/. Raises ValueError.

    The classes are background and the categories by id. columns: {"image": folder of the pictures}; None for a role of
    ROLES leaves it out.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        images = tuple(sorted(content["images"], key=lambda image: image["id"]))
        categories = sorted(content["categories"], key=lambda category: category["id"])
        label_of_category = {category["id"]: label for label, category in enumerate(categories, 1)}
        classes = (BACKGROUND, *(str(category["name"]) for category in categories))
        if not all(isinstance(image["file_name"], str) for image in images):
            raise TypeError("a file_name is no text")
        annotations: dict = {image["id"]: [] for image in images}
        for annotation in content.get("annotations", []):
            annotations[annotation["image_id"]].append(annotation)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(
            f"{path} is no COCO file of objects ({error!r:.100}). It must hold images, categories and annotations"
        ) from None
    unknown_roles = [role for role in columns or {} if role not in ROLES | {"image"}]
    if unknown_roles:
        raise ValueError(
            f"there is no {unknown_roles[0]!r:.40} in a COCO file. Roles: image, {', '.join(sorted(ROLES))}"
        )
    roles = frozenset(role for role in ROLES if (columns or {}).get(role, role) is not None)
    roles = roles if content.get("annotations") else frozenset()
    folder = _folder(path, images, (columns or {}).get("image"))
    rows = CocoRows(folder, images, annotations, label_of_category, roles)
    return DatasetSource(rows, partial(tuple, classes), roles | {"image"}, partial(_hash, path, folder, images))


def _folder(path: Path, images: tuple[dict, ...], requested: str | None) -> Path:
    """Find the folder of the pictures: the one requested, or the first default folder that holds the first picture."""
    default_folders = [path.parent, path.parent / "images", path.parent / path.stem, path.parent.parent / "images"]
    folders = default_folders if requested is None else [Path(requested), path.parent / requested]
    for folder in folders:
        if folder.is_dir() and (not images or (folder / images[0]["file_name"]).is_file()):
            return folder
    searched = ", ".join(map(str, folders))
    raise ValueError(f'the pictures of {path} are not in {searched}. Give columns={{"image": FOLDER}}')


def _hash(path: Path, folder: Path, images: tuple[dict, ...]) -> str:
    files = (path_inside(folder, image["file_name"]) for image in images)
    return content_hash([path, *(file for file in files if file.is_file())], path.parent)


def _mask(annotation: dict, shape: tuple[int, int]) -> np.ndarray:
    """Draw the polygons or run lengths of one annotation as bool (H, W). Raises ImageError."""
    segmentation = annotation["segmentation"]
    try:
        if isinstance(segmentation, dict):
            counts = segmentation["counts"]
            if tuple(segmentation["size"]) != shape:
                raise ValueError(f"its size is {segmentation['size']}, the picture's {list(shape)}")
            return mask_from_runs(runs_from_text(counts) if isinstance(counts, str) else counts, shape)
        rings = [np.array(ring, float).reshape(-1, 2) for ring in segmentation]
        if not all(np.isfinite(ring).all() for ring in rings):
            raise ValueError("a corner is no number")
        return fill_rings(rings, shape)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise ImageError(f"annotation {annotation.get('id')}: its segmentation cannot be read ({error})") from None
