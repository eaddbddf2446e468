"""Finds the files of a data set on this machine, only inside its folder, and hashes them cheaply."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from ..conventions import ImageError

# Bytes that the hash reads at either end of a file: all of a small mask, and the statistics of a Parquet file.
EDGE_BYTES = 1 << 16
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm", ".avif")


def path_inside(folder: Path, name: str) -> Path:
    """Return the path of the file `name` in `folder`. Raises ImageError when the name leads out of it, also by a link."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ImageError(f"{name!r:.80} lies outside {folder}. Put the files of a data set into its folder")
    return path


def images_by_name(folder: Path) -> dict[str, Path]:
    """Return the pictures of a folder, sorted, as {name without suffix: path}. Raises ValueError when two share a name."""
    images: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith("."):
            if path.stem in images:
                raise ValueError(f"{images[path.stem]} and {path.name} share a name. Rename one of them")
            images[path.stem] = path
    return images


def content_hash(paths: Iterable[Path], root: Path) -> str:
    """Hash files to 40 hex digits that change with a name, a size, or the first or last EDGE_BYTES of a file."""
    digest = hashlib.blake2b(digest_size=20)
    for path in sorted(paths):
        size = path.stat().st_size
        digest.update(f"{os.path.relpath(path, root)}\0{size}\0".encode(errors="surrogateescape"))
        with open(path, "rb") as file:
            digest.update(file.read(EDGE_BYTES))
            if size > EDGE_BYTES:
                file.seek(max(EDGE_BYTES, size - EDGE_BYTES))
                digest.update(file.read(EDGE_BYTES))
    return digest.hexdigest()


def all_files(folder: Path) -> list[Path]:
    """List all files under a folder, except hidden ones."""
    files = []
    for directory, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [Path(directory, name) for name in names if not name.startswith(".")]
    return files
