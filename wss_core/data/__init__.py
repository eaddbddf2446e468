"""Data sets -> Examples: of the Hub or a folder in its layout, COCO JSON, VOC folders, pictures beside their masks.

for example in examples.read("USER/REPO", "train", revision="v1"):
    example.image, example.truth, example.cues
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from .. import hub_client
from .columns import ROLES
from .dataset import ExampleDataset
from .formats import coco, hub_location, hub_table, image_mask_folder, voc
from .label_map import label_map
from .row_reader import RowReader
from .source import DatasetSource

__all__ = ["ROLES", "ExampleDataset", "load"]
logger = logging.getLogger(__name__)


def load(
    source,
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
    """The Examples of one split of a data set, decoded when asked for.

    source: USER/REPO of the Hub (USER/REPO:CONFIG where it has several), or a local path: a folder in the Hub's
    layout, a VOC folder (JPEGImages, SegmentationClass, ...), a folder with images/ and masks/, or a COCO JSON file
    with the pictures beside it. Masks become `truth`; scribbles, tags, points, boxes and strokes that are given
    become `cues`.

    revision: a branch, tag or commit of the Hub; locally the hash that `Examples.revision` gave, to be sure that
    nothing changed. columns: {role: column} where the usual names do not fit (see ROLES); "segments[1]" is the second
    of a list of masks, None leaves a role out. In folders and COCO files, columns are folders. classes: the names by
    place, background first, where the data do not say; or {name: names of the data that are this class} to join some,
    those not mentioned becoming 255. values: {number in a mask: label}, where a number is not the label itself.
    limit: at most the first so many. streaming: iterate only, without keeping the data on this machine.

    Raises ValueError: here, or when a row is read, then with the row's number and id.
    """
    found = _open(source, split, revision, columns, streaming, token)
    known = found.classes() if classes is None or isinstance(classes, Mapping) else ()
    words = label_map(classes, known, values)
    if not words.classes and found.roles & {"mask", "scribble"}:
        raise ValueError(
            f"{source} does not say what the classes of its masks are called. Give classes=('background', ...), or "
            'columns={"mask": None} to read the pictures alone'
        )
    tag_names = found.tag_names
    if not set(tag_names) <= set(words.names) and "tags" not in (columns or {}):
        logger.info(
            "the tags of %s are not read: they are of other classes (%s, ...)", source, ", ".join(tag_names[:5])
        )
        tag_names = None
    count = None if found.streamed else len(found.rows)
    numbers = None if count is None else range(count if limit is None else min(limit, count))
    reading = RowReader(f"{source}, split {split}", words, tag_names)
    return ExampleDataset(str(source), split, found, reading, numbers, limit)


read = load  # the public alias, as in `examples.read`


def _open(source, split: str, revision: str | None, columns, streaming: bool, token) -> DatasetSource:
    path = Path(source)
    if not path.exists():
        if not hub_client.is_repo_name(str(source).partition(":")[0]):
            raise ValueError(f"there is no file or folder {str(source)!r:.200}. Give one, or USER/REPO of the Hub")
        return hub_table.open_table(hub_location.repository(str(source), revision, token), split, columns, streaming)
    found = _local(path, split, columns, streaming)
    if revision is not None and found.revision() != revision:
        raise ValueError(f"{source} has changed: its files have the hash {found.revision()}, not {revision}")
    return found


def _local(path: Path, split: str, columns, streaming: bool) -> DatasetSource:
    if path.is_file():
        return coco.open_file(path, columns)
    if voc.is_voc(path):
        return voc.open_folder(path, split, columns)
    if image_mask_folder.is_pairs(path):
        return image_mask_folder.open_folder(path, split, columns)
    return hub_table.open_table(hub_location.folder(path), split, columns, streaming)
