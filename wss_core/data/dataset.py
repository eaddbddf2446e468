"""One split of a data set, decoded row by row when it is used, so that it may be larger than memory."""

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
    """The Examples of one split of a data set: a sequence, or, when streamed, only an iterable.

    source, split: as given to `load`. dataset_source, row_reader: where its rows lie, and what decodes them. row_numbers:
    the rows that belong to it, in order; None = streamed. limit: the largest number of rows of a stream.
    """

    source: str
    split: str
    dataset_source: DatasetSource
    row_reader: RowReader
    row_numbers: Sequence[int] | None
    limit: int | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names in the order of their labels, background first."""
        return self.row_reader.label_map.classes

    @cached_property
    def revision(self) -> str:
        """The commit's hash on the Hub, and elsewhere a hash of the files by `files.content_hash`."""
        return self.dataset_source.revision()

    def __len__(self) -> int:
        if self.row_numbers is None:
            raise TypeError("a streamed data set has no length. Iterate over it, or read it without streaming")
        return len(self.row_numbers)

    def __getitem__(self, index: int | slice):
        """Decode and return the Example at an index, or return an ExampleDataset of a slice.

        Raises ValueError that names the row, and TypeError when streamed.
        """
        if self.row_numbers is None:
            raise TypeError("a streamed data set has no indices. Iterate over it, or read it without streaming")
        if isinstance(index, slice):
            return replace(self, row_numbers=self.row_numbers[index])
        number = self.row_numbers[operator.index(index)]
        return self.row_reader.example(self._row(number), number)

    def __iter__(self) -> Iterator[Example]:
        return (self.row_reader.example(row, number) for number, row in self._rows())

    def subset(self, indices: Sequence[int]) -> ExampleDataset:
        """Return an ExampleDataset of the rows at these indices, in this order."""
        return replace(self, row_numbers=tuple(self.row_numbers[index] for index in indices))

    def groups(self) -> list[str]:
        """Return the group of each row, "" where it has none, without decoding pictures."""
        return ["" if row.get("group") is None else str(row["group"]) for _, row in self._rows()]

    def with_files(self) -> Iterator[tuple[bytes, Example]]:
        """Iterate over (bytes of the picture's file, Example); the file is a PNG where the data hold an array."""
        for number, row in self._rows():
            example, cell = self.row_reader.example(row, number), row["image"]
            if isinstance(cell, Path):
                cell = cell.read_bytes()
            yield cell if isinstance(cell, bytes) else image_to_bytes(example.image, "PNG"), example

    def _rows(self) -> Iterator[tuple[int, dict]]:
        if self.row_numbers is None:
            return enumerate(islice(self.dataset_source.rows, self.limit))
        return ((number, self._row(number)) for number in self.row_numbers)

    def _row(self, number: int) -> dict:
        with self.row_reader.errors_naming_row(number):
            return self.dataset_source.rows[number]
