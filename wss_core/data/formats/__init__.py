"""FORMATS: the layouts of files on disk that are read, a module each, in the order in which they are tried.

To add one, write a module with `open_...(path, split, columns) -> DatasetSource` and a test of whether a path has the
layout, and list both here. A folder that is none of them is read as the Hub lays its data sets out (`hub_table`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from ..source import DatasetSource
from . import coco, folder_names, image_mask_folder, labelme, voc, yolo, yolo_layout


class Format(NamedTuple):
    """A layout of files: whether a path has it, and what opens it."""

    matches: Callable[[Path], bool]
    open: Callable[[Path, str, Mapping | None], DatasetSource]


FORMATS: dict[str, Format] = {
    "YOLO": Format(yolo_layout.is_yolo, yolo.open_folder),
    "labelme": Format(labelme.is_labelme, labelme.open_folder),
    "COCO JSON": Format(Path.is_file, lambda path, split, columns: coco.open_file(path, columns)),
    "PASCAL VOC": Format(voc.is_voc, voc.open_folder),
    "images and masks in folders": Format(image_mask_folder.is_image_mask_folder, image_mask_folder.open_folder),
}


def find(path: Path, columns: Mapping | None = None) -> Format | None:
    """The first of FORMATS that a file or folder has; None = none.

    A folder in which `columns` name the folders of pictures and of masks holds images and masks by whatever names.
    """
    layout = next((layout for layout in FORMATS.values() if layout.matches(path)), None)
    if layout is None and folder_names.are_folders(path, columns):
        return FORMATS["images and masks in folders"]
    return layout
