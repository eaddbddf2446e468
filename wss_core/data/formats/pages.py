"""Splits TIFF files of several pages into a picture a page, which form a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...imaging.header import read_header, read_page
from ..files import is_inside, path_inside

SUFFIXES = (".tif", ".tiff")


@dataclass(frozen=True)
class Page:
    """A page of a file. name: the file's name without ending, which is the pages' group; number: of the page, from 0."""

    path: Path
    name: str
    number: int

    def read(self, folder: Path) -> bytes:
        """Return the page as a file of its own. Raises ImageError, also when the file lies outside the folder."""
        return read_page(path_inside(folder, self.path), self.number)


def split_pages(files: Mapping[str, Mapping[str, Path]], folder: Path) -> dict[str, dict[str, Path | Page]]:
    """Replace each file of several pages by its Pages, called NAME#0001 and so on, in {role: {name: file}}.

    Only where the picture and all that belongs to it have equally many; else the files stay, and reading them raises.
    """
    counts: dict[str, set[int]] = {}
    for by_name in files.values():
        for name, path in by_name.items():
            counts.setdefault(name, set()).add(_pages(path, folder))
    return {
        role: {new: file for name, path in by_name.items() for new, file in _split(name, path, counts[name])}
        for role, by_name in files.items()
    }


def _split(name: str, path: Path, counts: set[int]) -> list[tuple[str, Path | Page]]:
    if len(counts) > 1 or counts == {1}:
        return [(name, path)]
    return [(f"{name}#{number + 1:04d}", Page(path, name, number)) for number in range(min(counts))]


def _pages(path: Path, folder: Path) -> int:
    return read_header(path).pages if path.suffix.lower() in SUFFIXES and is_inside(folder, path) else 1
