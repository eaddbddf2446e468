"""Loads data sets as Examples: the Hub or a folder in its layout, COCO JSON, VOC folders, pictures beside their masks.

for example in examples.read("USER/REPO", "train", revision="v1"):
    example.image, example.truth, example.cues
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from .. import hub_client
from . import formats
from .columns import ROLES
from .dataset import ExampleDataset
from .formats import hub_location, hub_table
from .label_map import label_map
from .row_reader import RowReader
from .source import DatasetSource

__all__ = ["ROLES", "ExampleDataset", "load", "read"]
logger = logging.getLogger(__name__)


def load(
    source: str | os.PathLike,
    split: str = "train",
    *,
    revision: str | None = None,
    columns: Mapping[str, str | None] | None = None,
    classes: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    values: Mapping[int, int] | None = None,
    streaming: bool = False,
    limit: int | None = None,
    token: str | bool | None = None,
) -> ExampleDataset:
    """Load one split of a data set as a sequence of Examples, each decoded when it is taken.

    source: USER/REPO of the Hub (USER/REPO:CONFIG where it has several), or a local path: a folder in the Hub's
    layout, a VOC folder (JPEGImages, SegmentationClass, ...), a folder with images/ and masks/, or a COCO JSON file
    with the pictures beside it. Masks become `truth`; scribbles, tags, points, boxes and strokes in the data become
    `cues`. An Example holds image: uint8 (H, W, 3) RGB; truth: uint8 (H, W) labels, 255 = unknown, or None;
    instances: int32 (H, W) ids, 0 = no object, or None. All positions are in pixels.

    revision: a branch, tag or commit of the Hub; locally the hash that `ExampleDataset.revision` gave, to be sure
    that nothing changed. columns: {role: column} where the default names (ROLES) do not fit; "segments[1]" is the second
    of a list of masks, None leaves a role out. In folders and COCO files, columns are folders. classes: the names in the
    order of their labels, background first, where the data have none; or {new name: names in the data} to join classes,
    and those not mentioned become 255. values: {number in a mask: label}, where a number is not the label itself.
    limit: the largest number of rows, counted from the first. streaming: only iterate, without a copy of the data on this
    machine; then there is no length and no index. token: of the Hub.

    Raises ValueError when the data set cannot be read as described (HubError, a ValueError, when the Hub fails), and
    later when a row cannot be read: the error then names the row's number and id.
    """
    dataset_source = _open(source, split, revision, columns, streaming, token)
    data_classes = dataset_source.classes() if classes is None or isinstance(classes, Mapping) else ()
    labels = label_map(classes, data_classes, values)
    if not labels.classes and dataset_source.roles & {"mask", "scribble"}:
        raise ValueError(
            f"{source} does not say what the classes of its masks are called. Give classes=('background', ...), or "
            'columns={"mask": None} to read the pictures alone'
        )
    tag_names = dataset_source.tag_names
    if not set(tag_names) <= set(labels.label_of_name) and "tags" not in (columns or {}):
        logger.info(
            "the tags of %s are not read: they are of other classes (%s, ...)", source, ", ".join(tag_names[:5])
        )
        tag_names = None
    count = None if dataset_source.streamed else len(dataset_source.rows)
    row_numbers = None if count is None else range(count if limit is None else min(limit, count))
    row_reader = RowReader(f"{source}, split {split}", labels, tag_names)
    return ExampleDataset(str(source), split, dataset_source, row_reader, row_numbers, limit)


read = load  # the public alias, as in `examples.read`


def _open(source, split: str, revision: str | None, columns, streaming: bool, token) -> DatasetSource:
    """Find out which format the source has, and open it."""
    path = Path(source)
    if not path.exists():
        if not hub_client.is_repo_name(str(source).partition(":")[0]):
            raise ValueError(f"there is no file or folder {str(source)!r:.200}. Give one, or USER/REPO of the Hub")
        return hub_table.open_table(
            hub_location.repository_location(str(source), revision, token), split, columns, streaming
        )
    dataset_source = _open_local(path.absolute(), split, columns, streaming)
    if revision is not None and dataset_source.revision() != revision:
        raise ValueError(f"{source} has changed: its files have the hash {dataset_source.revision()}, not {revision}")
    return dataset_source


def _open_local(path: Path, split: str, columns, streaming: bool) -> DatasetSource:
    layout = formats.find(path, columns)
    if layout is not None:
        return layout.open(path, split, columns)
    return hub_table.open_table(hub_location.folder_location(path), split, columns, streaming)
