"""Reads the folders of PASCAL VOC: JPEGImages, SegmentationClass, SegmentationObject (palette PNG), Annotations (XML)."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

import numpy as np

from ...conventions import BACKGROUND, UNKNOWN, ImageError
from ...imaging.io import read_mask_values
from .. import class_names
from ..columns import IMAGE_ROLES, choose_columns
from ..files import hash_inside, images_by_name, path_inside, read_text, subfolders
from ..source import DatasetSource
from .folder_names import split_names

logger = logging.getLogger(__name__)
FOLDERS = {"image": "JPEGImages", "mask": "SegmentationClass", "instances": "SegmentationObject"}
LIST_FOLDERS = ("Segmentation", "Main", ".")  # folders in ImageSets, in the order in which a list is looked for
CLASSES = (BACKGROUND, "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow")
CLASSES += ("diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor")
MAX_XML = 1_000_000


@dataclass(frozen=True)
class VocRows:
    """The rows {role: file, "boxes": rows} of one split."""

    folder: Path
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
        row = {role: path_inside(self.folder, file) if isinstance(file, Path) else file for role, file in row.items()}
        if row.get("instances") is not None:
            row["instances"] = _instances(row["instances"])
        path = None if self.boxes is None else path_inside(self.folder, self.boxes / f"{id}.xml")
        return row | ({"boxes": _boxes(path)} if path and path.is_file() else {})


def is_voc(folder: Path) -> bool:
    """Return whether the folder holds JPEGImages."""
    return (folder / FOLDERS["image"]).is_dir()


def open_folder(folder: Path, split: str, columns: Mapping | None) -> DatasetSource:
    """Open a split, whose pictures a list in ImageSets names. Raises ValueError.

    Without ImageSets every picture belongs to every split. The class names are those beside the data, else VOC's 21.
    """
    default_columns = {role: name for role, name in FOLDERS.items() if (folder / name).is_dir()}
    folders = [path.name for path in subfolders(folder)]
    boxes = None if (columns or {}).get("boxes", "") is None else folder / "Annotations"
    image_columns = {role: name for role, name in (columns or {}).items() if role != "boxes"}
    chosen = choose_columns(folders, folders, default_columns | image_columns)
    files = {role: images_by_name(folder / column.name) for role, column in chosen.items() if role in IMAGE_ROLES}
    rows = VocRows(folder, _ids(folder, split, files), files, boxes)
    used_files = [file for by_name in files.values() for file in by_name.values()]
    used_files += sorted(boxes.glob("*.xml")) if boxes is not None else []
    return DatasetSource(
        rows,
        partial(_classes, folder),
        frozenset({*files, "boxes"}),
        partial(hash_inside, used_files, folder),
    )


def _classes(folder: Path) -> tuple[str, ...]:
    names = class_names.from_folder(folder)
    if not names:
        logger.info("%s has no file of class names: the 21 of PASCAL VOC are taken", folder)
    return names or CLASSES


def _ids(folder: Path, split: str, files: Mapping) -> tuple[str, ...]:
    lists = folder / "ImageSets"
    if not lists.is_dir():
        return tuple(files["image"])
    for name in split_names(split):
        for kind in LIST_FOLDERS:
            path = path_inside(folder, lists / kind / f"{name}.txt")
            if path.is_file():
                lines = [unicodedata.normalize("NFC", line.strip()) for line in read_text(path).splitlines()]
                return tuple(_listed(line, files["image"]) for line in lines if line and not line.startswith("#"))
    paths = [path for kind in LIST_FOLDERS for path in (lists / kind).glob("*.txt") if not path.name.startswith(".")]
    splits = list(
        dict.fromkeys(path.stem for path in sorted(paths, key=lambda path: ("_" in path.stem, path.stem)))
    )  # train before cat_train
    if not splits:
        raise ValueError(f"{lists} has no list of pictures. Write {lists / LIST_FOLDERS[0] / split}.txt, a name a line")
    raise ValueError(f"{lists} has no list {split}.txt. Choose one of: {', '.join(splits)[:300]}")


def _listed(line: str, images: Mapping) -> str:
    """Return the name of the picture that a line lists.

    A line is a name; a name and 1 or -1; or the files of a picture and its mask, with either slash.
    """
    first = line.split()[0]
    names = (line, re.sub(r"\s+-?[01]$", "", line), first, PurePosixPath(first.replace("\\", "/")).stem)
    return next((name for name in names if name in images), first)


def _instances(path: Path) -> np.ndarray:
    """Read the numbers of objects, 0 = none. Raises ImageError."""
    try:
        ids = read_mask_values(path)
    except ImageError as error:
        raise ImageError(
            f'{FOLDERS["instances"]}/{path.name}: {error}, or give columns={{"instances": None}} to do without'
        ) from None
    return np.where(ids == UNKNOWN, 0, ids)  # the borders of objects


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
