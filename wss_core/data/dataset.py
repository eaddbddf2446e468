"""Examples: a split of a data set, decoded one by one when asked for, so that it may be larger than memory."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

from ..cues import Example
from ..imaging.io import image_to_bytes
from .row_reader import RowReader
from .source import DatasetSource


@dataclass(frozen=True)
class ExampleDataset:
    """The Examples of one split: a sequence, or with numbers=None (streamed) something to iterate over.

    source, split: as they were asked for. numbers: the rows that belong to it, in order; limit: at most so many.
    """

    source: str
    split: str
    found: DatasetSource
    reading: RowReader
    numbers: Sequence[int] | None
    limit: int | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names: place = label, background first."""
        return self.reading.vocabulary.classes

    @cached_property
    def revision(self) -> str:
        """The commit's hash on the Hub; a hash of the files elsewhere (see `files.content_hash`)."""
        return self.found.revision()

    def __len__(self) -> int:
        if self.numbers is None:
            raise TypeError("a streamed data set has no length. Iterate over it, or read it without streaming")
        return len(self.numbers)

    def __getitem__(self, place: int | slice):
        """The Example at a place, decoded now; the Examples of a slice. Raises ValueError that names the row."""
        if self.numbers is None:
            raise TypeError("a streamed data set has no places. Iterate over it, or read it without streaming")
        if isinstance(place, slice):
            return replace(self, numbers=self.numbers[place])
        number = self.numbers[operator.index(place)]
        return self.reading.example(self._row(number), number)

    def __iter__(self) -> Iterator[Example]:
        return (self.reading.example(row, number) for number, row in self._rows())

    def subset(self, places: Sequence[int]) -> ExampleDataset:
        """The Examples at these places, in this order."""
        return replace(self, numbers=tuple(self.numbers[place] for place in places))

    def groups(self) -> list[str]:
        """The group of each, "" where it has none; no picture is decoded."""
        return ["" if row.get("group") is None else str(row["group"]) for _, row in self._rows()]

    def with_files(self) -> Iterator[tuple[bytes, Example]]:
        """(the picture's file as it lies in the data set, Example) of each; a PNG where the data hold an array."""
        for number, row in self._rows():
            example, cell = self.reading.example(row, number), row["image"]
            if isinstance(cell, Path):
                cell = cell.read_bytes()
            yield cell if isinstance(cell, bytes) else image_to_bytes(example.image, "PNG"), example

    def _rows(self) -> Iterator[tuple[int, dict]]:
        if self.numbers is None:
            return enumerate(islice(self.found.rows, self.limit))
        return ((number, self._row(number)) for number in self.numbers)

    def _row(self, number: int) -> dict:
        with self.reading.naming(number):
            return self.found.rows[number]
