"""A folder with images/ and, file by file of the same name, masks/, scribbles/, instances/ or cues/ (JSON)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ...conventions import ImageError
from .. import class_names
from ..columns import DRAWN, ROLES, choose
from ..files import content_hash, pictures
from ..source import DatasetSource

# For a picture without one of these nothing is told of that kind; a missing mask is an error.
WEAK = ("scribble", "instances", "cues")


@dataclass(frozen=True)
class Pairs:
    """Rows {role: file} by the pictures' names; a missing file is an error when its row is read."""

    ids: tuple[str, ...]
    files: Mapping[str, Mapping[str, Path]]  # role -> name -> file

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, number: int) -> dict:
        id = self.ids[number]
        row: dict = {"id": id} | {role: files.get(id) for role, files in self.files.items()}
        missing = [role for role, file in row.items() if file is None and role not in WEAK]
        if missing:
            raise ImageError(
                f"{id} has no {missing[0]}. Add the file, or give columns={{{missing[0]!r}: None}} to do without"
            )
        return row


def is_pairs(folder: Path) -> bool:
    """Whether the folder holds images/ beside a folder of masks or cues."""
    folders = {path.name for path in folder.iterdir() if path.is_dir()}
    drawn = {name for role in ("mask", "scribble", "instances", "cues") for name in ROLES[role]}
    return bool(folders & set(ROLES["image"]) and folders & drawn)


def open_folder(folder: Path, split: str, told: Mapping | None) -> DatasetSource:
    """The split of a folder: of images/SPLIT and masks/SPLIT where there are such, else all. Raises ValueError."""
    folders = sorted(path.name for path in folder.iterdir() if path.is_dir())
    chosen = {r: c for r, c in choose(folders, folders, told).items() if r in (*DRAWN, "cues")}
    files = {role: _files(folder / column.name, split, role) for role, column in chosen.items()}
    ids = tuple(sorted(set().union(*files.values())))
    if not ids:
        raise ValueError(f"there are no pictures in {folder / chosen['image'].name}. Put some there")
    used = [file for found in files.values() for file in found.values()]
    return DatasetSource(
        Pairs(ids, files),
        partial(class_names.of_folder, folder),
        frozenset(chosen),
        partial(content_hash, used, folder),
    )


def _files(folder: Path, split: str, role: str) -> dict[str, Path]:
    if any(path.is_dir() for path in folder.iterdir()):
        if not (folder / split).is_dir():
            splits = sorted(path.name for path in folder.iterdir() if path.is_dir())
            raise ValueError(f"{folder} has no split {split!r:.40}. Choose one of: {', '.join(splits)}")
        folder = folder / split
    return {path.stem: path for path in sorted(folder.glob("*.json"))} if role == "cues" else pictures(folder)
