"""Find checkpoints, on the Hub or in folders, and read what config.json and card say of one, without its weights."""

from __future__ import annotations

import hashlib
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, constants

from .. import hub_client
from ..builtin.pretrained import WEIGHTS as BUILTIN_WEIGHTS
from ..methods import create
from . import card, checkpoint_config, checkpoint_folder

MAX_REQUESTS = 8  # requests to the Hub; each checkpoint costs a few, once

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint as its config.json and its card describe it; the weights were not read."""

    source: str
    '"USER/REPO", a folder, or "builtin".'
    sha: str
    "The commit on the Hub; for a folder the hash of its files."
    method: str
    "The name of its method, one of METHODS."
    settings: dict[str, Any]
    "The settings of the method, by name."
    training: dict[str, Any]
    "How it was trained, as `Segmenter.training`; {} when it was not."
    modified: datetime | None = None
    "When it was last changed; None = not known."
    card: str = ""
    "README.md without its metadata: Markdown that a stranger may have written."

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names, background first; () = as many as the cues name."""
        return tuple(self.settings.get("classes") or ())

    @property
    def cues(self) -> tuple[str, ...]:
        """The kinds of cue it was trained with; () when it was not, or does not say."""
        return tuple(card.cue_kinds({"training": self.training}))

    @property
    def label_seconds(self) -> float | None:
        """Seconds of labelling that its training cues took; None when it does not say."""
        return card.label_seconds({"training": self.training})


def info(source: str | os.PathLike, revision: str | None = None, token: str | bool | None = None) -> Checkpoint:
    """Describe the checkpoint in a local folder, in USER/REPO of the Hub, or "builtin"; a folder comes before the Hub.

    revision, token: as for `load`. Raises ValueError for what `load` would refuse by its config.json.
    """
    if source == "builtin":
        return _info_builtin()
    if Path(source).is_dir():
        return _info_folder(Path(source))
    return info_repo(str(source), revision, token)


def info_repo(repo: str, revision: str | None = None, token: str | bool | None = None) -> Checkpoint:
    """Describe the checkpoint in USER/REPO of the Hub, as `info` does, but never one of this machine.

    Raises HubError where there is none, and ValueError for what `load` would refuse by its config.json.
    """
    fetched = hub_client.fetch(repo, checkpoint_folder.TEXT_FILES, revision, token)
    if not (fetched.folder / checkpoint_folder.CONFIG).is_file():
        raise hub_client.HubError(
            f"{repo} holds no {checkpoint_folder.CONFIG}: it is no checkpoint of this library. Look at its card"
        )
    return _read_checkpoint(fetched.folder, repo, fetched.sha)


def checkpoints(
    where: str | os.PathLike = "hub",
    limit: int = 100,
    author: str | None = None,
    token: str | bool | None = None,
) -> list[Checkpoint]:
    """List the checkpoints of this library, newest first: those on the "hub", by their tags, or below a local folder.

    limit: how many at most. author: on the Hub, only those of this user. What cannot be read is left out, with a warning
    that names it. Raises HubError when the Hub cannot be asked, and ValueError for a folder that is not there.
    """
    if where != "hub":
        return _find_in_folder(Path(where))[:limit]
    if constants.HF_HUB_OFFLINE:
        raise hub_client.HubError(
            "HF_HUB_OFFLINE forbids to ask the Hub what there is. Unset that, or name one fetched before"
        )
    tags = [card.LIBRARY, card.TAG]
    with hub_client.hub_errors("the list of models"):
        api = HfApi(token=token)
        models = api.list_models(
            filter=tags, author=author, sort="last_modified", limit=limit, expand=["sha", "lastModified"]
        )
        rows = [(row.id, row.sha, row.last_modified) for row in models]
    with ThreadPoolExecutor(MAX_REQUESTS) as pool:
        return [checkpoint for checkpoint in pool.map(lambda row: _info_or_none(*row, token), rows) if checkpoint]


def _info_or_none(repo: str, sha: str, modified: datetime, token) -> Checkpoint | None:
    try:
        return replace(info_repo(repo, sha, token), modified=modified)
    except (ValueError, OSError) as error:
        logger.warning("left out %s: %s", repo, error)
        return None


def _find_in_folder(folder: Path) -> list[Checkpoint]:
    """The checkpoints in `folder` itself, and one or two folders deeper, as USER/REPO is; newest first."""
    if not folder.is_dir():
        raise ValueError(f"no folder {str(folder)!r:.80}. Give 'hub', or a folder with checkpoints in it")
    checkpoints = []
    for config_file in sorted(
        {*folder.glob("config.json"), *folder.glob("*/config.json"), *folder.glob("*/*/config.json")}
    ):
        try:
            checkpoints.append(_info_folder(config_file.parent))
        except (ValueError, OSError) as error:
            logger.warning("left out %s: %s", config_file.parent, error)
    return sorted(checkpoints, key=lambda checkpoint: checkpoint.modified, reverse=True)


def _info_folder(folder: Path) -> Checkpoint:
    files = [file for file in checkpoint_folder.list_files(folder) if file.is_file()]
    card = folder / checkpoint_folder.CARD
    if card.is_symlink():
        raise ValueError(f"{card} is a link. Copy the file itself there")
    hashes = "".join(f"{file.name} {_sha256(file)}\n" for file in files)
    checkpoint = _read_checkpoint(folder, str(folder), hashlib.sha1(hashes.encode()).hexdigest())
    changed = max(file.stat().st_mtime for file in files)
    return replace(checkpoint, modified=datetime.fromtimestamp(changed, timezone.utc))


def _sha256(file: Path) -> str:
    with open(file, "rb") as data:
        digest = hashlib.sha256()
        while part := data.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def _read_checkpoint(folder: Path, source: str, sha: str) -> Checkpoint:
    document = checkpoint_config.read(folder / checkpoint_folder.CONFIG, f"{checkpoint_folder.CONFIG} of {source}")
    return Checkpoint(
        source, sha, document["method"], document["settings"], document["training"], card=_card_body(folder)
    )


def _card_body(folder: Path) -> str:
    path = folder / checkpoint_folder.CARD
    if not path.is_file():
        return ""
    with open(path, "rb") as file:
        return card.split_header(file.read(card.MAX_BYTES).decode("utf-8", "replace"))[1]


def _info_builtin() -> Checkpoint:
    segmenter = create("propagate")
    return Checkpoint(
        "builtin",
        _sha256(BUILTIN_WEIGHTS)[:40],
        segmenter.name,
        segmenter.settings(),
        {},
        card=_card_body(BUILTIN_WEIGHTS.parent),
    )
