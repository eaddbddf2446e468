"""Reads a folder with images/ and, in files of the same names, masks/, scribbles/, instances/ or cues/ (JSON).

Folders by other usual names, and splits above or beside them, are found by `folder_names`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ...conventions import ImageError
from .. import class_names
from ..files import hash_inside, path_inside
from ..source import DatasetSource
from . import folder_names
from .pages import Page, split_pages

# Files that a picture may lack; a missing mask is an error.
OPTIONAL_ROLES = ("scribble", "instances", "cues")


@dataclass(frozen=True)
class ImageMaskRows:
    """The rows {role: file} of a folder, sorted by name. Raises ImageError for a missing file when its row is read."""

    folder: Path
    ids: tuple[str, ...]
    files: Mapping[str, Mapping[str, Path | Page]]  # role -> name -> file, or a page of it

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, number: int) -> dict:
        id = self.ids[number]
        row: dict = {"id": id} | {role: files.get(id) for role, files in self.files.items()}
        missing = [role for role, file in row.items() if file is None and role not in OPTIONAL_ROLES]
        if missing == ["image"]:
            paths = [
                file.path if isinstance(file, Page) else file for file in row.values() if isinstance(file, Path | Page)
            ]
            others = " and ".join(str(path.relative_to(self.folder)) for path in paths)
            raise ImageError(f"{id} has no image. Add the file, or take {others} out of the data set")
        if missing:
            raise ImageError(
                f"{id} has no {missing[0]}. Add the file, or give columns={{{missing[0]!r}: None}} to do without"
            )
        pages = [file for file in row.values() if isinstance(file, Page)]
        group = {"group": pages[0].name} if pages else {}
        return {role: self._cell(file) for role, file in row.items()} | group

    def _cell(self, file):
        if isinstance(file, Page):
            return file.read(self.folder)
        return path_inside(self.folder, file) if isinstance(file, Path) else file


def is_image_mask_folder(folder: Path) -> bool:
    """Return whether the folder holds pictures beside a folder of masks or cues."""
    return folder.is_dir() and folder_names.is_paired(folder)


def open_folder(folder: Path, split: str, columns: Mapping | None) -> DatasetSource:
    """Open a split: its own folders where those exist, else all files. Raises ValueError."""
    chosen = folder_names.role_folders(folder, split, columns)
    files = {role: _files(path, role) for role, path in chosen.items()}
    if "mask" in files:
        files["image"], files["mask"] = folder_names.pair_names(files["image"], files["mask"])
    used_files = [file for by_name in files.values() for file in by_name.values()]
    files = split_pages(files, folder)
    ids = tuple(sorted(set().union(*files.values())))
    if not ids:
        raise ValueError(f"there are no pictures in {chosen['image']}. Put some there")
    return DatasetSource(
        ImageMaskRows(folder, ids, files),
        partial(class_names.from_folder, folder),
        frozenset(chosen),
        partial(hash_inside, used_files, folder),
    )


def _files(folder: Path, role: str) -> dict[str, Path]:
    if role != "cues":
        return folder_names.image_files(folder)
    return {path.stem: path for path in sorted(folder.glob("*.json")) if not path.name.startswith(".")}
