"""Folders as of PASCAL VOC: JPEGImages, SegmentationClass and SegmentationObject (palette PNG), Annotations (XML)."""

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
from ..columns import DRAWN, choose
from ..files import content_hash, inside, pictures
from ..source import DatasetSource

FOLDERS = {"image": "JPEGImages", "mask": "SegmentationClass", "instances": "SegmentationObject"}
LISTS = ("Segmentation", "Main", ".")  # of ImageSets
CLASSES = (BACKGROUND, "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow")
CLASSES += ("diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor")
MAX_XML = 1_000_000


@dataclass(frozen=True)
class Pictures:
    """Rows {role: file, boxes} of the ids of one split."""

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
        path = None if self.boxes is None else inside(self.boxes, f"{id}.xml")
        return row | ({"boxes": _boxes(path)} if path and path.is_file() else {})


def is_voc(folder: Path) -> bool:
    """Whether the folder holds JPEGImages."""
    return (folder / FOLDERS["image"]).is_dir()


def open_folder(folder: Path, split: str, told: Mapping | None) -> DatasetSource:
    """A split of the folder, by its list in ImageSets. Raises ValueError.

    Without ImageSets every picture belongs to every split. The names are those beside the data, else VOC's own.
    """
    usual = {role: name for role, name in FOLDERS.items() if (folder / name).is_dir()}
    there = [path.name for path in folder.iterdir() if path.is_dir()]
    boxes = None if (told or {}).get("boxes", "") is None else folder / "Annotations"
    drawn = {role: name for role, name in (told or {}).items() if role != "boxes"}
    chosen = choose(there, there, usual | drawn)
    files = {role: pictures(folder / column.name) for role, column in chosen.items() if role in DRAWN}
    rows = Pictures(_ids(folder, split, files), files, boxes)
    used = [file for found in files.values() for file in found.values()]
    used += sorted(boxes.glob("*.xml")) if boxes is not None else []
    return DatasetSource(
        rows,
        partial(_classes, folder),
        frozenset({*files, "boxes"}),
        partial(content_hash, used, folder),
    )


def _classes(folder: Path) -> tuple[str, ...]:
    return class_names.of_folder(folder) or CLASSES


def _ids(folder: Path, split: str, files: Mapping) -> tuple[str, ...]:
    lists = folder / "ImageSets"
    if not lists.is_dir():
        return tuple(files["image"])
    for name in {"validation": ("validation", "val")}.get(split, (split,)):
        for kind in LISTS:
            if inside(lists, f"{kind}/{name}.txt").is_file():
                lines = (lists / kind / f"{name}.txt").read_text(encoding="utf-8").splitlines()
                return tuple(line.split()[0] for line in lines if line.strip())
    splits = sorted({path.stem for path in lists.glob("*/*.txt")})
    raise ValueError(f"{lists} has no list {split}.txt. Choose one of: {', '.join(splits)[:300]}")


def _boxes(path: Path) -> list[list]:
    """[x0, y0, x1, y1, class name] of an annotation; VOC counts pixels from 1 and both ends belong to the box."""
    data = path.read_bytes() if path.stat().st_size <= MAX_XML else b""
    try:
        if not data or b"<!" in data.replace(b"<!--", b""):
            raise ValueError("it is empty, too large or defines entities")
        found = [
            [*(float(thing.findtext(f"bndbox/{edge}", "nan")) for edge in ("xmin", "ymin", "xmax", "ymax")), thing]
            for thing in ElementTree.fromstring(data).iter("object")
        ]
    except (ValueError, ElementTree.ParseError) as error:
        raise ImageError(f"{path.name} is no annotation of VOC ({error}). Write it again") from None
    return [[x0 - 1, y0 - 1, x1, y1, thing.findtext("name", "").strip()] for x0, y0, x1, y1, thing in found]
