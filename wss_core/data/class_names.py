"""Class names that lie beside the data: classes.json, id2label.json, or `classes` in the card."""

from __future__ import annotations

import json
from pathlib import Path

from .. import hub_client

FILES = ("classes.json", "id2label.json")
CARD = "README.md"
MAX_BYTES = 1_000_000


def of_repository(repo: str, sha: str, token: str | bool | None) -> tuple[str, ...]:
    """The names in a data set of the Hub at a commit, () when there are none. Raises ValueError."""
    from huggingface_hub import HfApi, hf_hub_download

    with hub_client.hub_errors(repo, sha):
        wanted = HfApi(token=token).get_paths_info(repo, [*FILES, CARD], repo_type="dataset", revision=sha)
        for file in sorted(wanted, key=lambda file: [*FILES, CARD].index(file.path)):
            if file.size <= MAX_BYTES:
                kept = hf_hub_download(repo, file.path, repo_type="dataset", revision=sha, token=token)
                found = _of_card(Path(kept)) if file.path == CARD else of_file(Path(kept))
                if found:
                    return found
    return ()


def of_folder(folder: Path) -> tuple[str, ...]:
    """The names in a folder's own files; () when there are none. Raises ValueError when such a file is no list."""
    for name in FILES:
        if (folder / name).is_file():
            return of_file(folder / name)
    return _of_card(folder / CARD)


def of_file(path: Path) -> tuple[str, ...]:
    """["background", ...], {"names": [...]} or {"0": "background", ...}."""
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"{path} is above {MAX_BYTES:,} bytes. Give classes=(...)")
    try:
        form = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(form, dict):
            form = form["names"] if "names" in form else [form[str(place)] for place in range(len(form))]
    except (ValueError, KeyError, RecursionError) as error:
        raise ValueError(f"{path} is no list of class names ({error!r:.100}). Give classes=(...)") from None
    if not isinstance(form, list) or not all(isinstance(name, str) for name in form):
        raise ValueError(f"{path} is no list of class names. Give classes=(...)")
    return tuple(form)


def _of_card(path: Path) -> tuple[str, ...]:
    from huggingface_hub import DatasetCard

    if not path.is_file() or path.stat().st_size > MAX_BYTES:
        return ()
    told = DatasetCard(path.read_text(encoding="utf-8", errors="replace"), ignore_metadata_errors=True).data
    found = told.to_dict().get("classes")
    return tuple(map(str, found)) if isinstance(found, list) else ()
