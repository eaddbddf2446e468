"""Reads data sets in the Hub's layout, on the Hub or in a folder; `datasets` reads tables only here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .. import class_names, columns
from ..columns import IMAGE_ROLES, Column
from ..source import DatasetSource
from .hub_location import HubLocation

STREAM_BATCH_ROWS = 16  # rows of a Parquet file that are read at once when streaming
# The builders of `datasets` that are allowed; none of them unpickles or runs what a file holds.
BUILDERS = ("parquet", "arrow", "json", "csv", "imagefolder", "webdataset", "cache")


@dataclass(frozen=True)
class HubTable:
    """The rows of one split as {role: cell}, with pictures as the bytes of their files."""

    dataset: object  # datasets.Dataset giving Arrow tables, or datasets.IterableDataset giving rows
    columns: Mapping[str, Column]
    location: HubLocation

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, number: int) -> dict:
        return self._row(self.dataset[number].to_pylist()[0])

    def __iter__(self) -> Iterator[dict]:
        with self.location.explain_errors():
            for row in self.dataset:
                yield self._row(row)

    def _row(self, row: Mapping) -> dict:
        cells = {role: column.cell(row) for role, column in self.columns.items()}
        return {role: self._file(cell) if role in IMAGE_ROLES else cell for role, cell in cells.items()}

    def _file(self, cell):
        """Replace a picture that is not decoded, or each of a list, by the bytes of its file."""
        if isinstance(cell, list):
            return [self._file(item) for item in cell] if cell and isinstance(cell[0], dict) else cell
        if not isinstance(cell, dict):
            return cell
        if cell.get("bytes") is not None or cell.get("path") is None:
            return cell.get("bytes")
        return self.location.read_file(cell["path"])


def open_table(location: HubLocation, split: str, requested_columns: Mapping | None, streaming: bool) -> DatasetSource:
    """Open a split of a data set in the Hub's layout. requested_columns: {role: column or None}. Raises ValueError."""
    dataset = _split(location, split, streaming)
    with location.explain_errors():
        features = dataset.features or dict.fromkeys(next(iter(dataset), {}))
    image_columns = [name for name in features if _may_hold_images(features[name])]
    chosen = columns.choose_columns(list(features), image_columns, requested_columns)
    dataset = dataset.select_columns(list(dict.fromkeys(column.name for column in chosen.values())))
    dataset = dataset.decode(False) if streaming else dataset.with_format("arrow")
    tag_names = _class_label_names(features[chosen["tags"].name]) if "tags" in chosen else ()
    default_mask = columns.choose_columns(list(features), image_columns, {"image": chosen["image"].name}).get("mask")
    # The classes of another mask than the default one are unknown.
    other_mask = "mask" in chosen and default_mask is not None and default_mask.name != chosen["mask"].name
    classes = partial(_classes, () if other_mask else tag_names, location if not (other_mask or tag_names) else None)
    return DatasetSource(
        HubTable(dataset, chosen, location), classes, frozenset(chosen), location.revision, tag_names, streaming
    )


def _split(location: HubLocation, split: str, streaming: bool):
    """Load a split as a datasets.Dataset or, streamed, as a datasets.IterableDataset."""
    from datasets import load_dataset_builder

    with location.explain_errors():
        options = {"revision": location.sha, "token": location.token, "cache_dir": location.cache_folder()}
        builder = load_dataset_builder(location.name, location.config, **options)
        _check_builder(builder, location)
        try:
            if streaming:
                _limit_memory(builder)
                return builder.as_streaming_dataset(split)
            builder.download_and_prepare()
            return builder.as_dataset(split)
        except ValueError as error:
            if "split" not in str(error):
                raise
            raise ValueError(f"{location.name} has no split {split!r}. {str(error).split('. ')[-1]}") from None


def _limit_memory(builder) -> None:
    """Read a streamed Parquet file in small batches; by default it ends up in memory as a whole, part after part."""
    from pyarrow.dataset import ParquetFragmentScanOptions

    if hasattr(builder.config, "fragment_scan_options"):
        builder.config.batch_size = STREAM_BATCH_ROWS
        builder.config.fragment_scan_options = ParquetFragmentScanOptions(pre_buffer=False, use_buffered_stream=True)


def _classes(tag_names: tuple[str, ...], location: HubLocation | None) -> tuple[str, ...]:
    """Return the given names when location is None, else read the names that lie beside the data."""
    if location is None:
        return tag_names
    if location.sha is None:
        return class_names.from_folder(Path(location.name))
    return class_names.from_repository(location.name, location.sha, location.token)


def _check_builder(builder, location: HubLocation) -> None:
    kind = type(builder).__module__.rpartition(".")[2]
    if kind not in BUILDERS:
        raise ValueError(f"{location.name} holds files of the kind {kind}. Known: {', '.join(BUILDERS)}")
    foreign = [
        file for files in (builder.config.data_files or {}).values() for file in files if not location.contains(file)
    ]
    if foreign:
        raise ValueError(f"{location.name} names the file {foreign[0]!r:.80}, which is not its own. It is not read")


def _may_hold_images(feature) -> bool:
    """Return whether a column may hold pictures, lists of pictures or arrays of numbers; None = a column of unknown type."""
    from datasets import Array2D, Image, LargeList, List

    if isinstance(feature, List | LargeList):
        return _may_hold_images(feature.feature) or isinstance(feature.feature, List | LargeList)
    return feature is None or isinstance(feature, Image | Array2D)


def _class_label_names(feature) -> tuple[str, ...]:
    """Return the class names that the numbers in a column of tags stand for, () when it holds text or plain numbers."""
    from datasets import ClassLabel, LargeList, List

    if isinstance(feature, List | LargeList):
        feature = feature.feature
    return tuple(feature.names) if isinstance(feature, ClassLabel) else ()
