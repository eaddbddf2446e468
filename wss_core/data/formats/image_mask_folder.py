"""Reads a folder with images/ and, in files of the same names, masks/, scribbles/, instances/ or cues/ (JSON)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ...conventions import ImageError
from .. import class_names
from ..columns import IMAGE_ROLES, ROLES, choose_columns
from ..files import content_hash, images_by_name
from ..source import DatasetSource

# Files that a picture may lack; a missing mask is an error.
OPTIONAL_ROLES = ("scribble", "instances", "cues")


@dataclass(frozen=True)
class ImageMaskRows:
    """The rows {role: file} of a folder, sorted by name. Raises ImageError for a missing file when its row is read."""

    ids: tuple[str, ...]
    files: Mapping[str, Mapping[str, Path]]  # role -> name -> file

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, number: int) -> dict:
        id = self.ids[number]
        row: dict = {"id": id} | {role: files.get(id) for role, files in self.files.items()}
        missing = [role for role, file in row.items() if file is None and role not in OPTIONAL_ROLES]
        if missing:
            raise ImageError(
                f"{id} has no {missing[0]}. Add the file, or give columns={{{missing[0]!r}: None}} to do without"
            )
        return row


def is_image_mask_folder(folder: Path) -> bool:
    """Return whether the folder holds images/ beside a folder of masks or cues."""
    folders = {path.name for path in folder.iterdir() if path.is_dir()}
    mask_folders = {name for role in ("mask", "scribble", "instances", "cues") for name in ROLES[role]}
    return bool(folders & set(ROLES["image"]) and folders & mask_folders)


def open_folder(folder: Path, split: str, columns: Mapping | None) -> DatasetSource:
    """Open a split: images/SPLIT and masks/SPLIT where those exist, else all files. Raises ValueError."""
    folders = sorted(path.name for path in folder.iterdir() if path.is_dir())
    chosen = {r: c for r, c in choose_columns(folders, folders, columns).items() if r in (*IMAGE_ROLES, "cues")}
    files = {role: _files(folder / column.name, split, role) for role, column in chosen.items()}
    ids = tuple(sorted(set().union(*files.values())))
    if not ids:
        raise ValueError(f"there are no pictures in {folder / chosen['image'].name}. Put some there")
    used_files = [file for by_name in files.values() for file in by_name.values()]
    return DatasetSource(
        ImageMaskRows(ids, files),
        partial(class_names.from_folder, folder),
        frozenset(chosen),
        partial(content_hash, used_files, folder),
    )


def _files(folder: Path, split: str, role: str) -> dict[str, Path]:
    if any(path.is_dir() for path in folder.iterdir()):
        if not (folder / split).is_dir():
            splits = sorted(path.name for path in folder.iterdir() if path.is_dir())
            raise ValueError(f"{folder} has no split {split!r:.40}. Choose one of: {', '.join(splits)}")
        folder = folder / split
    return {path.stem: path for path in sorted(folder.glob("*.json"))} if role == "cues" else images_by_name(folder)
