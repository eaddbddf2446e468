"""Finds the files of a data set on this machine, only inside its folder, and hashes them cheaply."""

from __future__ import annotations

import codecs
import hashlib
import logging
import os
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ..conventions import ImageError

logger = logging.getLogger(__name__)

# Bytes that the hash reads at either end of a file: all of a small mask, and the statistics of a Parquet file.
EDGE_BYTES = 1 << 16
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm", ".avif")
IMAGE_SUFFIXES += (".jfif", ".jpe", ".pgm", ".pbm", ".pnm")  # rarer endings of JPEG and PPM
# What systems and editors leave behind; names that begin with a dot are left out too.
STRAY_FOLDERS = ("__MACOSX", "__pycache__", "@eaDir", "$RECYCLE.BIN", "lost+found")
STRAY_FILES = ("Thumbs.db", "desktop.ini")


def path_inside(folder: Path, name: str | Path) -> Path:
    """Return the path of the file `name` in `folder`. Raises ImageError when the name leads out of it, also by a link."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ImageError(f"{str(name)!r:.80} lies outside {folder}. Put the files of a data set into its folder")
    return path


def is_inside(folder: Path, path: Path) -> bool:
    """Return whether a path lies in a folder after every link is followed."""
    return path.resolve().is_relative_to(folder.resolve())


def subfolders(folder: Path) -> list[Path]:
    """List the folders in a folder, sorted, without those that systems and editors leave behind."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and not _is_stray(path, STRAY_FOLDERS))


def images_by_name(folder: Path) -> dict[str, Path]:
    """Return the pictures of a folder, sorted, as {name without suffix, in Unicode's form NFC: path}.

    Logs once how many other files there are. Raises ValueError when two pictures share a name, and when there are other
    files alone.
    """
    images: dict[str, Path] = {}
    others: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.is_dir() or _is_stray(path, STRAY_FILES):
            continue
        if path.suffix.lower() not in IMAGE_SUFFIXES:
            others.append(path)
            continue
        name = unicodedata.normalize("NFC", path.stem)
        if name in images:
            raise ValueError(f"{images[name]} and {path.name} share a name. Rename one of them")
        images[name] = path
    if others:
        description = _describe_unread(others)
        if not images:
            raise ValueError(f"{folder} holds no picture that can be read, but {description}. Save them as PNG")
        logger.warning("%s: %s are left out, since they are no pictures that can be read", folder, description)
    return images


def _describe_unread(files: list[Path]) -> str:
    """Describe files by their number, their endings and the first one's name."""
    endings = Counter("".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix for path in files)
    kinds = ", ".join(f"{count} {ending or 'without an ending'}" for ending, count in endings.most_common(5))
    return f"{len(files)} other file{'s' if len(files) > 1 else ''} ({kinds}; the first is {files[0].name!r:.80})"


def _is_stray(path: Path, names: tuple[str, ...]) -> bool:
    return path.name.startswith(".") or path.name in names


def read_text(path: Path) -> str:
    """Read a text in UTF-8, in UTF-16 (PowerShell's `>`), or in Latin-1 where it is neither; byte order marks are dropped."""
    data = path.read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    if b"\0" in data:
        return data.decode("utf-16-be" if data[:1] == b"\0" else "utf-16-le", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


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


def hash_inside(paths: Iterable[Path], root: Path) -> str:
    """Hash files as `content_hash`, without those to which links lead out of the folder: they are never read."""
    return content_hash([path for path in paths if is_inside(root, path) and path.is_file()], root)


def all_files(folder: Path) -> list[Path]:
    """List all files under a folder, except hidden ones."""
    files = []
    for directory, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [Path(directory, name) for name in names if not name.startswith(".")]
    return files
