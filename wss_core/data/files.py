"""Files of a data set on this machine: only those inside its folder, and a cheap hash of them all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from ..conventions import ImageError

ENDS = 1 << 16  # bytes read at either end of a file for the hash: all of a small mask, a Parquet file's statistics
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm", ".avif")


def inside(folder: Path, name: str) -> Path:
    """The file `name` in `folder`. Raises ImageError when the name leads out of it, also by a link."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ImageError(f"{name!r:.80} lies outside {folder}. Put the files of a data set into its folder")
    return path


def pictures(folder: Path) -> dict[str, Path]:
    """{name without ending: file} of the pictures in a folder, by name. Raises ValueError when two share a name."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in PICTURES and not path.name.startswith("."):
            if path.stem in found:
                raise ValueError(f"{found[path.stem]} and {path.name} share a name. Rename one of them")
            found[path.stem] = path
    return found


def content_hash(paths: Iterable[Path], root: Path) -> str:
    """40 hex digits that change when a file's name, its size, or what lies within ENDS of its ends does."""
    digest = hashlib.blake2b(digest_size=20)
    for path in sorted(paths):
        size = path.stat().st_size
        digest.update(f"{os.path.relpath(path, root)}\0{size}\0".encode(errors="surrogateescape"))
        with open(path, "rb") as file:
            digest.update(file.read(ENDS))
            if size > ENDS:
                file.seek(max(ENDS, size - ENDS))
                digest.update(file.read(ENDS))
    return digest.hexdigest()


def all_files(folder: Path) -> list[Path]:
    """Every file under a folder, without hidden ones."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(place, name) for name in names if not name.startswith(".")]
    return found
