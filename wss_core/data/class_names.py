"""Reads class names from the files beside the data: JSON, lists of lines, CVAT's labelmap.txt, or `classes` in the card."""

from __future__ import annotations

import json
from pathlib import Path

from .. import hub_client
from ..conventions import BACKGROUND
from .files import is_inside, read_text

LABELMAP = "labelmap.txt"  # name:red,green,blue:parts:actions, a line for each class
LINE_FILES = ("classes.txt", "class_names.txt", LABELMAP)
NAME_FILES = ("classes.json", "id2label.json", *LINE_FILES)
CARD = "README.md"
MAX_BYTES = 1_000_000


def from_repository(repo: str, sha: str, token: str | bool | None) -> tuple[str, ...]:
    """Read the class names of a data set of the Hub at a commit; () when there are none. Raises ValueError, HubError."""
    from huggingface_hub import HfApi, hf_hub_download

    with hub_client.hub_errors(repo, sha):
        files = HfApi(token=token).get_paths_info(repo, [*NAME_FILES, CARD], repo_type="dataset", revision=sha)
        for file in sorted(files, key=lambda file: [*NAME_FILES, CARD].index(file.path)):
            if file.size <= MAX_BYTES:
                path = hf_hub_download(repo, file.path, repo_type="dataset", revision=sha, token=token)
                names = _from_card(Path(path)) if file.path == CARD else from_file(Path(path))
                if names:
                    return names
    return ()


def from_folder(folder: Path) -> tuple[str, ...]:
    """Read the class names of a data set's folder; () when there are none.

    Raises ValueError for a file of another form, and for a link that leads out of the folder.
    """
    for name in NAME_FILES:
        if (folder / name).is_file():
            if not is_inside(folder, folder / name):
                raise ValueError(f"{folder / name} lies outside {folder}. Put the files of a data set into its folder")
            return from_file(folder / name)
    return _from_card(folder / CARD)


def from_file(path: Path) -> tuple[str, ...]:
    """Read class names from one of LINE_FILES, or from JSON. Raises ValueError.

    Forms of JSON: ["background", ...], {"names": [...]} or {"0": "background", ...}.
    """
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"{path} is above {MAX_BYTES:,} bytes. Give classes=(...)")
    text = read_text(path)
    if path.name in LINE_FILES:
        return _from_lines(text, path)
    try:
        content = json.loads(text)
        if isinstance(content, dict):
            content = content["names"] if "names" in content else [content[str(label)] for label in range(len(content))]
    except (ValueError, KeyError, RecursionError) as error:
        raise ValueError(f"{path} is no list of class names ({error!r:.100}). Give classes=(...)") from None
    if not isinstance(content, list) or not all(isinstance(name, str) for name in content):
        raise ValueError(f"{path} is no list of class names. Give classes=(...)")
    return tuple(content)


def _from_lines(text: str, path: Path) -> tuple[str, ...]:
    """Read one name a line, in the order of labels; lines that begin with # are comments.

    labelme writes _background_, and __ignore__ (255 in its masks) before it.
    """
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#") and line != "__ignore__"]
    if path.name == LABELMAP:
        lines = [line.split(":")[0].strip() for line in lines]
    names = tuple(BACKGROUND if line == "_background_" else line for line in lines)
    if BACKGROUND in names[1:]:
        raise ValueError(
            f"{path} must name {BACKGROUND} first, since 0 is its label; it is line {names.index(BACKGROUND) + 1}. "
            "Give classes=('background', ...) in the order of the labels"
        )
    return names


def _from_card(path: Path) -> tuple[str, ...]:
    from huggingface_hub import DatasetCard

    if not path.is_file() or path.stat().st_size > MAX_BYTES:
        return ()
    metadata = DatasetCard(path.read_text(encoding="utf-8", errors="replace"), ignore_metadata_errors=True).data
    names = metadata.to_dict().get("classes")
    return tuple(map(str, names)) if isinstance(names, list) else ()
