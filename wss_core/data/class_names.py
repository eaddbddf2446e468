"""Reads class names from the files beside the data: classes.json, id2label.json, or `classes` in the card."""

from __future__ import annotations

import json
from pathlib import Path

from .. import hub_client

NAME_FILES = ("classes.json", "id2label.json")
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
    """Read the class names of a data set's folder; () when there are none. Raises ValueError for a file of another form."""
    for name in NAME_FILES:
        if (folder / name).is_file():
            return from_file(folder / name)
    return _from_card(folder / CARD)


def from_file(path: Path) -> tuple[str, ...]:
    """Read class names from JSON: ["background", ...], {"names": [...]} or {"0": "background", ...}. Raises ValueError."""
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"{path} is above {MAX_BYTES:,} bytes. Give classes=(...)")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, dict):
            content = content["names"] if "names" in content else [content[str(label)] for label in range(len(content))]
    except (ValueError, KeyError, RecursionError) as error:
        raise ValueError(f"{path} is no list of class names ({error!r:.100}). Give classes=(...)") from None
    if not isinstance(content, list) or not all(isinstance(name, str) for name in content):
        raise ValueError(f"{path} is no list of class names. Give classes=(...)")
    return tuple(content)


def _from_card(path: Path) -> tuple[str, ...]:
    from huggingface_hub import DatasetCard

    if not path.is_file() or path.stat().st_size > MAX_BYTES:
        return ()
    metadata = DatasetCard(path.read_text(encoding="utf-8", errors="replace"), ignore_metadata_errors=True).data
    names = metadata.to_dict().get("classes")
    return tuple(map(str, names)) if isinstance(names, list) else ()
