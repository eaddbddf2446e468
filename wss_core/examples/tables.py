"""Data sets in the Hub's layout, on the Hub or in a folder: the one landlord of the package `datasets`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import HfApi, constants
from huggingface_hub.utils import httpx

from .. import remote
from ..data import ImageError
from . import columns, names
from .columns import DRAWN, Column
from .files import all_files, content_hash
from .sources import Source

# The forms of file that are read; none of them is unpickled or run.
BUILDERS = ("parquet", "arrow", "json", "csv", "imagefolder", "webdataset", "cache")
MAX_FILE = 500_000_000


@dataclass(frozen=True)
class Place:
    """Where a data set lies: a folder, or a repository of the Hub at a commit."""

    name: str  # the folder's path, or USER/REPO
    config: str | None
    sha: str | None  # None = a folder
    token: str | bool | None

    @contextmanager
    def sentences(self):
        """What the clients raise inside becomes a ValueError that says what to do."""
        from datasets.exceptions import DatasetsError
        from pyarrow import ArrowException

        try:
            yield
        except (DatasetsError, ArrowException, httpx.HTTPError, OSError) as error:
            first = error.__cause__ if isinstance(error, DatasetsError) and error.__cause__ else error
            if self.sha is not None and isinstance(first, (httpx.HTTPError, ConnectionError, TimeoutError)):
                raise remote.HubError(remote.sentence(first, self.name, self.sha)) from error
            raise ValueError(f"{self.name} cannot be read as a data set: {first}") from error

    def holds(self, file: str) -> bool:
        """Whether a file belongs to the data set: a card may name any file of this machine or of the net."""
        if self.sha is None:
            return Path(file.split("::")[-1]).resolve().is_relative_to(Path(self.name).resolve())
        return file.split("::")[-1].startswith(f"hf://datasets/{self.name}@{self.sha}/")

    def read(self, file: str) -> bytes:
        """The bytes of a picture's file that a row names. Raises ImageError unless it belongs to the data set."""
        from datasets import DownloadConfig, config
        from datasets.utils.file_utils import xopen

        local = "://" not in file
        kept = [Path(self.name)]
        if self.sha is not None:
            kept = [Path(constants.HF_HUB_CACHE, f"datasets--{self.name.replace('/', '--')}")]
            kept += [Path(config.EXTRACTED_DATASETS_PATH)]
        if not (
            any(Path(file).resolve().is_relative_to(root.resolve()) for root in kept) if local else self.holds(file)
        ):
            raise ImageError(f"a row names the file {file!r:.80} outside {self.name}. It is not opened")
        with xopen(file, "rb", download_config=DownloadConfig(token=self.token)) as opened:
            data = opened.read(MAX_FILE + 1)
        if len(data) > MAX_FILE:
            raise ImageError(f"the file {file!r:.80} is above {MAX_FILE:,} bytes. Make it smaller")
        return data


@dataclass(frozen=True)
class Table:
    """The rows of one split, {role: cell}, with pictures as the bytes of their files."""

    dataset: object  # datasets.Dataset giving Arrow tables, or datasets.IterableDataset giving rows
    columns: Mapping[str, Column]
    place: Place

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
        return (
            cell["bytes"]
            if cell.get("bytes") is not None or cell.get("path") is None
            else self.place.read(cell["path"])
        )


def open_folder(folder: Path, split: str, told: Mapping | None, streaming: bool) -> Source:
    """A folder in the Hub's layout. Raises ValueError."""
    place = Place(str(folder), None, None, None)
    return _open(place, split, told, streaming, lambda: content_hash(all_files(folder), folder))


def open_repository(
    name: str, split: str, revision: str | None, told: Mapping | None, streaming: bool, token: str | bool | None
) -> Source:
    """USER/REPO of the Hub, or USER/REPO:CONFIG, at the commit that `revision` is now. Raises ValueError."""
    repo, _, config = name.partition(":")
    remote.check_name(repo, revision)
    with remote.sentences(repo, revision):
        sha = HfApi(token=token).resolve_revision(repo, repo_type="dataset", revision=revision).resolved
    return _open(Place(repo, config or None, sha, token), split, told, streaming, lambda: sha)


def _open(place: Place, split: str, told, streaming: bool, revision) -> Source:
    from datasets import load_dataset_builder

    with place.sentences():
        builder = load_dataset_builder(place.name, place.config, revision=place.sha, token=place.token)
        _check_builder(builder, place)
        try:
            if not streaming:
                builder.download_and_prepare()
            dataset = builder.as_streaming_dataset(split) if streaming else builder.as_dataset(split)
        except ValueError as error:
            if "split" not in str(error):
                raise
            raise ValueError(f"{place.name} has no split {split!r}. {str(error).split('. ')[-1]}") from None
        features = dataset.features or dict.fromkeys(next(iter(dataset), {}))
    drawn = [name for name in features if _is_drawn(features[name])]
    chosen = columns.choose(list(features), drawn, told)
    dataset = dataset.select_columns(list(dict.fromkeys(column.name for column in chosen.values())))
    dataset = dataset.decode(False) if streaming else dataset.with_format("arrow")
    tag_names = _names(features[chosen["tags"].name]) if "tags" in chosen else ()
    usual = columns.choose(list(features), drawn, {"image": chosen["image"].name}).get("mask")
    other = "mask" in chosen and usual is not None and usual.name != chosen["mask"].name  # of what classes?

    def classes() -> tuple[str, ...]:
        return () if other else tag_names or _names_beside(place)

    return Source(Table(dataset, chosen, place), classes, frozenset(chosen), revision, tag_names, streaming)


def _names_beside(place: Place) -> tuple[str, ...]:
    if place.sha is None:
        return names.of_folder(Path(place.name))
    return names.of_repository(place.name, place.sha, place.token)


def _check_builder(builder, place: Place) -> None:
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
