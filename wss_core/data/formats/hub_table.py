"""Data sets in the Hub's layout, on the Hub or in a folder: the one landlord of the package `datasets`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .. import class_names, columns
from ..columns import DRAWN, Column
from ..source import DatasetSource
from .hub_location import HubLocation

BATCH = 16  # rows that are streamed at once
# The forms of file that are read; none of them is unpickled or run.
BUILDERS = ("parquet", "arrow", "json", "csv", "imagefolder", "webdataset", "cache")


@dataclass(frozen=True)
class Table:
    """The rows of one split, {role: cell}, with pictures as the bytes of their files."""

    dataset: object  # datasets.Dataset giving Arrow tables, or datasets.IterableDataset giving rows
    columns: Mapping[str, Column]
    place: HubLocation

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, number: int) -> dict:
        return self._row(self.dataset[number].to_pylist()[0])

    def __iter__(self) -> Iterator[dict]:
        with self.place.sentences():
            for row in self.dataset:
                yield self._row(row)

    def _row(self, row: Mapping) -> dict:
        cells = {role: column.cell(row) for role, column in self.columns.items()}
        return {role: self._file(cell) if role in DRAWN else cell for role, cell in cells.items()}

    def _file(self, cell):
        """Bytes in the place of a picture that is not decoded, or of each in a list."""
        if isinstance(cell, list):
            return [self._file(item) for item in cell] if cell and isinstance(cell[0], dict) else cell
        if not isinstance(cell, dict):
            return cell
        if cell.get("bytes") is not None or cell.get("path") is None:
            return cell.get("bytes")
        return self.place.read(cell["path"])


def open_table(place: HubLocation, split: str, told: Mapping | None, streaming: bool) -> DatasetSource:
    """A split of a data set in the Hub's layout; told: as of `columns.choose`. Raises ValueError."""
    dataset = _split(place, split, streaming)
    with place.sentences():
        features = dataset.features or dict.fromkeys(next(iter(dataset), {}))
    drawn = [name for name in features if _is_drawn(features[name])]
    chosen = columns.choose(list(features), drawn, told)
    dataset = dataset.select_columns(list(dict.fromkeys(column.name for column in chosen.values())))
    dataset = dataset.decode(False) if streaming else dataset.with_format("arrow")
    tag_names = _names(features[chosen["tags"].name]) if "tags" in chosen else ()
    usual = columns.choose(list(features), drawn, {"image": chosen["image"].name}).get("mask")
    other = "mask" in chosen and usual is not None and usual.name != chosen["mask"].name  # of what classes?
    classes = partial(_classes, () if other else tag_names, place if not (other or tag_names) else None)
    return DatasetSource(
        Table(dataset, chosen, place), classes, frozenset(chosen), place.revision, tag_names, streaming
    )


def _split(place: HubLocation, split: str, streaming: bool):
    """The datasets.Dataset or, streamed, datasets.IterableDataset of one split."""
    from datasets import load_dataset_builder

    with place.sentences():
        where = {"revision": place.sha, "token": place.token, "cache_dir": place.cache()}
        builder = load_dataset_builder(place.name, place.config, **where)
        _check_builder(builder, place)
        try:
            if streaming:
                _bound(builder)
                return builder.as_streaming_dataset(split)
            builder.download_and_prepare()
            return builder.as_dataset(split)
        except ValueError as error:
            if "split" not in str(error):
                raise
            raise ValueError(f"{place.name} has no split {split!r}. {str(error).split('. ')[-1]}") from None


def _bound(builder) -> None:
    """Keep a streamed Parquet file out of memory, where by default it ends up as a whole, part after part."""
    from pyarrow.dataset import ParquetFragmentScanOptions

    if hasattr(builder.config, "fragment_scan_options"):
        builder.config.batch_size = BATCH
        builder.config.fragment_scan_options = ParquetFragmentScanOptions(pre_buffer=False, use_buffered_stream=True)


def _classes(known: tuple[str, ...], place: HubLocation | None) -> tuple[str, ...]:
    """The names known, else those that lie in the place."""
    if place is None:
        return known
    if place.sha is None:
        return class_names.of_folder(Path(place.name))
    return class_names.of_repository(place.name, place.sha, place.token)


def _check_builder(builder, place: HubLocation) -> None:
    kind = type(builder).__module__.rpartition(".")[2]
    if kind not in BUILDERS:
        raise ValueError(f"{place.name} holds files of the kind {kind}. Known: {', '.join(BUILDERS)}")
    strange = [file for files in (builder.config.data_files or {}).values() for file in files if not place.holds(file)]
    if strange:
        raise ValueError(f"{place.name} names the file {strange[0]!r:.80}, which is not its own. It is not read")


def _is_drawn(feature) -> bool:
    """Whether a column holds pictures, lists of pictures or planes of numbers; None = not known, so it may."""
    from datasets import Array2D, Image, LargeList, List

    if isinstance(feature, List | LargeList):
        return _is_drawn(feature.feature) or isinstance(feature.feature, List | LargeList)
    return feature is None or isinstance(feature, Image | Array2D)


def _names(feature) -> tuple[str, ...]:
    """The class names a column of tags stands for, () when it holds text or numbers."""
    from datasets import ClassLabel, LargeList, List

    if isinstance(feature, List | LargeList):
        feature = feature.feature
    return tuple(feature.names) if isinstance(feature, ClassLabel) else ()
