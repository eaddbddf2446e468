"""Reads the folders of PASCAL VOC: JPEGImages, SegmentationClass, SegmentationObject (palette PNG), Annotations (XML)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from ...conventions import BACKGROUND, UNKNOWN, ImageError
from ...imaging.io import read_mask_values
from .. import class_names
from ..columns import IMAGE_ROLES, choose_columns
from ..files import content_hash, images_by_name, path_inside
from ..source import DatasetSource

FOLDERS = {"image": "JPEGImages", "mask": "SegmentationClass", "instances": "SegmentationObject"}
LIST_FOLDERS = ("Segmentation", "Main", ".")  # folders in ImageSets, in the order in which a list is looked for
CLASSES = (BACKGROUND, "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow")
CLASSES += ("diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor")
MAX_XML = 1_000_000


@dataclass(frozen=True)
class VocRows:
    """The rows {role: file, "boxes": rows} of one split."""

    ids: tuple[str, ...]
    files: Mapping[str, Mapping[str, Path]]  # role -> id -> file
    boxes: Path | None  # the folder of the XML files

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, number: int) -> dict:
        id = self.ids[number]
        row: dict = {"id": id} | {role: files.get(id) for role, files in self.files.items()}
        if row["image"] is None:
            raise ImageError(f"there is no picture {id} in {FOLDERS['image']}. Add it, or take it off the list")
        if "mask" in row and row["mask"] is None:
            raise ImageError(f'{id} has no mask. Add the file, or give columns={{"mask": None}} to do without')
        if row.get("instances") is not None:
            ids = read_mask_values(row["instances"])
            row["instances"] = np.where(ids == UNKNOWN, 0, ids)  # the borders of objects
        path = None if self.boxes is None else path_inside(self.boxes, f"{id}.xml")
        return row | ({"boxes": _boxes(path)} if path and path.is_file() else {})


def is_voc(folder: Path) -> bool:
    """Return whether the folder holds JPEGImages."""
    return (folder / FOLDERS["image"]).is_dir()


def open_folder(folder: Path, split: str, columns: Mapping | None) -> DatasetSource:
    """Open a split, whose pictures a list in ImageSets names. Raises ValueError.

    Without ImageSets every picture belongs to every split. The class names are those beside the data, else VOC's 21.
    """
    default_columns = {role: name for role, name in FOLDERS.items() if (folder / name).is_dir()}
    folders = [path.name for path in folder.iterdir() if path.is_dir()]
    boxes = None if (columns or {}).get("boxes", "") is None else folder / "Annotations"
    image_columns = {role: name for role, name in (columns or {}).items() if role != "boxes"}
    chosen = choose_columns(folders, folders, default_columns | image_columns)
    files = {role: images_by_name(folder / column.name) for role, column in chosen.items() if role in IMAGE_ROLES}
    rows = VocRows(_ids(folder, split, files), files, boxes)
    used_files = [file for by_name in files.values() for file in by_name.values()]
    used_files += sorted(boxes.glob("*.xml")) if boxes is not None else []
    return DatasetSource(
        rows,
        partial(_classes, folder),
        frozenset({*files, "boxes"}),
        partial(content_hash, used_files, folder),
    )


def _classes(folder: Path) -> tuple[str, ...]:
    return class_names.from_folder(folder) or CLASSES


def _ids(folder: Path, split: str, files: Mapping) -> tuple[str, ...]:
    lists = folder / "ImageSets"
    if not lists.is_dir():
        return tuple(files["image"])
    for name in {"validation": ("validation", "val")}.get(split, (split,)):
        for kind in LIST_FOLDERS:
            if path_inside(lists, f"{kind}/{name}.txt").is_file():
                lines = (lists / kind / f"{name}.txt").read_text(encoding="utf-8").splitlines()
                return tuple(line.split()[0] for line in lines if line.strip())
    splits = sorted({path.stem for path in lists.glob("*/*.txt")})
    raise ValueError(f"{lists} has no list {split}.txt. Choose one of: {', '.join(splits)[:300]}")


def _boxes(path: Path) -> list[list]:
    """Read the boxes of an annotation as [x0, y0, x1, y1, class name], half open and from 0. Raises ImageError.

    VOC itself counts pixels from 1, and both ends belong to the box.
    """
    data = path.read_bytes() if path.stat().st_size <= MAX_XML else b""
    try:
        if not data or b"<!" in data.replace(b"<!--", b""):
            raise ValueError("it is empty, too large or defines entities")
        objects = [
            [*(float(element.findtext(f"bndbox/{edge}", "nan")) for edge in ("xmin", "ymin", "xmax", "ymax")), element]
            for element in ElementTree.fromstring(data).iter("object")
        ]
    except (ValueError, ElementTree.ParseError) as error:
        raise ImageError(f"{path.name} is no annotation of VOC ({error}). Write it again") from None
    return [[x0 - 1, y0 - 1, x1, y1, element.findtext("name", "").strip()] for x0, y0, x1, y1, element in objects]
