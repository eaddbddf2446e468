"""Finds which folders hold the pictures and the masks of a split, by the usual names, and which of their files are pairs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from ..columns import IMAGE_ROLES, ROLES, choose_columns
from ..files import IMAGE_SUFFIXES, images_by_name, subfolders

logger = logging.getLogger(__name__)

LABEL_ROLES = ("mask", "scribble", "instances", "cues")
# Role -> the names of folders, in any case, the first that exists is taken.
FOLDER_NAMES = {role: ROLES[role] for role in ("image", *LABEL_ROLES)}
FOLDER_NAMES["image"] += ("imgs", "pictures", "photos", "jpegimages", "leftimg8bit", "rgb", "image_2")
FOLDER_NAMES["mask"] += (
    "lbl",
    "lbls",
    "ann",
    "anns",
    "annot",
    "gt",
    "gtfine",
    "gtcoarse",
    "ground_truth",
    "groundtruth",
)
FOLDER_NAMES["mask"] += ("segmentationclass", "segmentations", "seg", "semantic")
# Split -> the names under which data sets keep it.
SPLIT_NAMES = dict.fromkeys(("train", "training"), ("train", "training"))
SPLIT_NAMES |= dict.fromkeys(("val", "validation", "valid"), ("val", "validation", "valid"))
SPLIT_NAMES |= dict.fromkeys(("test", "testing"), ("test", "testing"))
# Endings of folders of masks that stand beside the folder of pictures: train/ and trainannot/ (CamVid).
BESIDE = ("annot", "_annot", "_annotations", "_labels", "_label", "_lbl", "_mask", "_masks", "masks", "_gt")
# Endings of names, by which the files of a pair differ.
IMAGE_ENDINGS = ("", "_leftImg8bit", "_image", "_img", "_rgb", "_sat")
MASK_ENDINGS = ("", "_gtFine_labelIds", "_gtCoarse_labelIds", "_mask", "_masks", "_label", "_labels", "_lbl", "_gt")
MASK_ENDINGS += ("_seg", "_segmentation", "_annotation", "_L")
TABLES = ("metadata.jsonl", "metadata.csv", "metadata.parquet")  # a folder in the Hub's layout


def is_paired(folder: Path) -> bool:
    """Return whether a folder holds pictures beside masks or cues: itself, each split in it, or as train + trainannot."""
    names = {path.name for path in subfolders(folder)}
    if _holds_pair(names):
        return True
    if _has_table(folder):
        return False
    return bool(_masks_beside(names)) or any(_holds_pair(_names(path)) for path in subfolders(folder))


def are_folders(folder: Path, columns: Mapping | None) -> bool:
    """Return whether the column that is given for the pictures names a folder in this folder, not in the Hub's layout."""
    image = (columns or {}).get("image")
    return image is not None and (folder / str(image)).is_dir() and not _has_table(folder)


def role_folders(folder: Path, split: str, columns: Mapping | None) -> dict[str, Path]:
    """Return the folder of each role for one split. Raises ValueError for a split or a folder that does not exist."""
    names = _names(folder)
    if _holds_pair(names) or are_folders(folder, columns):
        chosen = _choose(folder, names, columns)
        return {role: _split_folder(path, split) for role, path in chosen.items()}
    pairs = _masks_beside(names)
    splits = [name for name in names if name in pairs or _holds_pair(_names(folder / name))]
    name = next((name for name in split_names(split) if name in splits), None)
    if name is None and splits:
        raise ValueError(f"{folder} has no split {split!r:.40}. Choose one of: {', '.join(splits)}")
    if name in pairs:
        return _choose(folder, names, {"image": name, "mask": pairs[name]} | dict(columns or {}))
    folder = folder / name if name else folder
    return _choose(folder, _names(folder), columns)


def split_names(split: str) -> tuple[str, ...]:
    """Return the names under which a split may be kept, its own first."""
    return tuple(dict.fromkeys((split, *SPLIT_NAMES.get(split, ()))))


def image_files(folder: Path) -> dict[str, Path]:
    """Return the pictures of a folder as {name: path}; where it holds folders alone, theirs as {FOLDER/name: path}."""
    folders = subfolders(folder)
    if not folders or _holds_images(folder):
        if folders:
            logger.warning("%s: the folders in it are left out (%s)", folder, ", ".join(path.name for path in folders))
        return images_by_name(folder)
    return {f"{path.name}/{name}": file for path in folders for name, file in images_by_name(path).items()}


def pair_names(images: Mapping[str, Path], masks: Mapping[str, Path]) -> tuple[dict[str, Path], dict[str, Path]]:
    """Return images and masks under common names, where those differ by a usual ending only: a_leftImg8bit and a_mask."""
    if not images or not masks or images.keys() & masks.keys():
        return dict(images), dict(masks)
    shortened_images = {ending: _without(images, ending) for ending in IMAGE_ENDINGS}
    shortened_masks = {ending: _without(masks, ending) for ending in MASK_ENDINGS}
    choices = [
        (i, m, len(a.keys() & b.keys())) for i, a in shortened_images.items() for m, b in shortened_masks.items()
    ]
    image_ending, mask_ending, count = max(choices, key=lambda choice: choice[2])
    if not count or len(shortened_images[image_ending]) < len(images):
        return dict(images), dict(masks)
    kept = shortened_masks[mask_ending]
    left_out = sorted(file.name for name, file in masks.items() if file not in kept.values())
    if left_out:
        logger.warning("masks are the files *%s; %d others are left out (%s)", mask_ending, len(left_out), left_out[0])
    return shortened_images[image_ending], kept


def _without(files: Mapping[str, Path], ending: str) -> dict[str, Path]:
    return {name[: len(name) - len(ending)]: file for name, file in files.items() if name.endswith(ending)}


def _has_table(folder: Path) -> bool:
    return any((path / table).exists() for path in (folder, *subfolders(folder)) for table in TABLES)


def _names(folder: Path) -> list[str]:
    return [path.name for path in subfolders(folder)]


def _named(names, role: str) -> str | None:
    """Return the first folder that has one of the role's names, the exact spelling before another case."""
    for usual in FOLDER_NAMES[role]:
        for name in (usual, *names):
            if name in names and name.lower() == usual.lower():
                return name
    return None


def _holds_pair(names) -> bool:
    return bool(_named(names, "image")) and any(_named(names, role) for role in LABEL_ROLES)


def _masks_beside(names) -> dict[str, str]:
    """Return {folder of pictures: folder of masks} of the names that differ by one of BESIDE."""
    return {name: name + ending for name in names for ending in BESIDE if name + ending in names}


def _choose(folder: Path, names, columns: Mapping | None) -> dict[str, Path]:
    by_default = {role: _named(names, role) for role in FOLDER_NAMES}
    by_default = {role: name for role, name in by_default.items() if name is not None}
    given = [str(name) for name in (columns or {}).values() if name is not None and (folder / str(name)).is_dir()]
    names = list(dict.fromkeys([*names, *given]))
    chosen = choose_columns(names, names, by_default | dict(columns or {}))
    return {role: folder / column.name for role, column in chosen.items() if role in (*IMAGE_ROLES, "cues")}


def _split_folder(folder: Path, split: str) -> Path:
    """Return the split's folder in a folder, or the folder itself where pictures or files of cues lie in it."""
    splits = _names(folder)
    name = next((name for name in split_names(split) if name in splits), None)
    if name is None and splits and not _holds_images(folder):
        raise ValueError(f"{folder} has no split {split!r:.40}. Choose one of: {', '.join(splits)}")
    return folder / name if name else folder


def _holds_images(folder: Path) -> bool:
    return any(path.suffix.lower() in (*IMAGE_SUFFIXES, ".json") for path in folder.iterdir() if path.is_file())
