"""Finds the files of a YOLO data set: data.yaml, the folder of a split's pictures, and the file of labels of a picture."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from ..files import IMAGE_SUFFIXES, is_inside, path_inside, read_text
from .folder_names import split_names

SETTINGS = ("data.yaml", "data.yml", "dataset.yaml")
CLASS_FILES = ("classes.txt", "labels/classes.txt")
MAX_SETTINGS = 1_000_000  # bytes


def is_yolo(path: Path) -> bool:
    """Return whether a path is a data.yaml with names, its folder, or a folder of images/ beside texts in labels/."""
    if path.is_file():
        return path.suffix.lower() in (".yaml", ".yml")
    if any(
        re.search(r"^names\s*:", read_text(file), re.MULTILINE) for file in settings_files(path)[:1] if _small(file)
    ):
        return True
    return (path / "images").is_dir() and _holds_texts(path / "labels")


def _small(file: Path) -> bool:
    return file.suffix != ".txt" and file.stat().st_size <= MAX_SETTINGS


def _holds_texts(folder: Path) -> bool:
    files = [*folder.glob("*.*"), *folder.glob("*/*.*")]
    texts = any(file.suffix == ".txt" and file.name != "classes.txt" for file in files)
    return texts and not any(file.suffix.lower() in IMAGE_SUFFIXES for file in files)


def settings_files(folder: Path) -> list[Path]:
    """List data.yaml and classes.txt, those that exist inside the folder."""
    files = [folder / name for name in (*SETTINGS, *CLASS_FILES)]
    return [file for file in files if file.is_file() and is_inside(folder, file)]


def read_settings(path: Path) -> dict:
    """Read data.yaml, {} where there is none. Raises ValueError."""
    files = [path] if path.is_file() else [file for file in settings_files(path) if file.suffix != ".txt"]
    if not files:
        return {}
    try:
        if files[0].stat().st_size > MAX_SETTINGS:
            raise ValueError(f"it is larger than {MAX_SETTINGS:,} bytes")
        settings = yaml.safe_load(read_text(files[0]))
        if not isinstance(settings, dict) or not isinstance(settings.get("names"), list | dict):
            raise ValueError("it holds no names")
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise ValueError(
            f"{files[0]} is no data.yaml of YOLO ({error!s:.200}). It must hold names, train and val"
        ) from None
    if settings.get("kpt_shape"):
        raise ValueError(f"{files[0]} is of keypoints, which are not read. Give a data set of polygons or boxes")
    return settings


def class_names(folder: Path, settings: dict) -> tuple[str, ...]:
    """Return the names of the classes in the order of their numbers, () where no file names them. Raises ValueError."""
    names = settings.get("names")
    if isinstance(names, dict):
        if sorted(names, key=str) != sorted(range(len(names)), key=str):
            raise ValueError(f"the names in data.yaml must be numbered 0..{len(names) - 1}, got {list(names)!r:.80}")
        names = [names[number] for number in range(len(names))]
    if names is None:
        texts = [file for file in settings_files(folder) if file.suffix == ".txt"]
        names = [line.strip() for line in read_text(texts[0]).splitlines() if line.strip()] if texts else []
    return tuple(map(str, names))


def image_folder(folder: Path, settings: dict, split: str) -> Path:
    """Return the folder of a split's pictures. Raises ValueError for a split that does not exist."""
    for name in split_names(split):
        entry = settings.get(name)
        if isinstance(entry, list) or (isinstance(entry, str) and entry.endswith(".txt")):
            raise ValueError(f"data.yaml lists the pictures of {name} as {entry!r:.80}. Name one folder for each split")
        entries = _entries(settings, entry) if isinstance(entry, str) else (f"images/{name}", f"{name}/images")
        for candidate in entries:
            if (folder / candidate).is_dir():
                return path_inside(folder, candidate)
    flat = folder / "images"
    if not settings and flat.is_dir() and any(file.suffix.lower() in IMAGE_SUFFIXES for file in flat.iterdir()):
        return path_inside(folder, flat.name)
    raise ValueError(
        f"{folder} has no split {split!r:.40}: neither data.yaml nor images/ names its folder. Choose another"
    )


def _entries(settings: dict, entry: str) -> list[str]:
    """Where a split's entry may lead: from `path`, from data.yaml, and without the ../ that Roboflow writes."""
    from_top = re.sub(r"^(\.\./)+", "", entry.replace("\\", "/"))
    root = settings.get("path")
    inside = [f"{root}/{from_top}"] if isinstance(root, str) and not root.startswith(("/", "..")) else []
    return [*inside, from_top]


def label_file(folder: Path, image: Path) -> Path:
    """Return the file of labels of a picture: the last folder images in its path becomes labels. Raises ImageError."""
    parts = list(path_inside(folder, image.absolute()).relative_to(folder.resolve()).parts)
    places = [place for place, part in enumerate(parts[:-1]) if part == "images"]
    if places:
        parts[places[-1]] = "labels"
    return path_inside(folder, Path(*parts).with_suffix(".txt"))
