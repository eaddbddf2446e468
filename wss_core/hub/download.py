"""Download checkpoints from repositories of the Hub: as a segmenter, or into a folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from .. import hub_client
from ..segmenter import Segmenter
from . import checkpoint_folder, tensors

FILES = {checkpoint_folder.WEIGHTS: tensors.MAX_BYTES} | checkpoint_folder.TEXT_FILES


def load_repo(repo: str, revision: str | None = None, token: str | bool | None = None) -> Segmenter:
    """Load the segmenter in USER/REPO of the Hub, as `load` does, but never from a path of this machine.

    revision: a branch, a tag or a commit's hash. token: None = the one that is logged in, False = none. Raises ValueError
    for anything that `push` did not write: nothing of it is run.
    """
    return _load_fetched(repo, hub_client.fetch(repo, FILES, revision, token))


def pull(repo: str, target: str | os.PathLike, revision: str | None = None, token: str | bool | None = None) -> str:
    """Copy the checkpoint in USER/REPO of the Hub into the folder `target`, new or empty; returns the hash of its commit.

    It is loaded first, to check it, and lies there as a whole or not at all. revision, token: as for `load`. Raises
    ValueError for a folder that is not empty, and as `load_repo` does.
    """
    target = Path(target)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ValueError(f"{target} is there already. Give a new folder")
    fetched = hub_client.fetch(repo, FILES, revision, token)
    _load_fetched(repo, fetched)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as part:
        copy = Path(part) / "copy"
        copy.mkdir()
        for name in FILES:
            if (fetched.folder / name).is_file():
                shutil.copyfile(fetched.folder / name, copy / name)
        os.replace(copy, target)
    return fetched.sha


def _load_fetched(repo: str, fetched: hub_client.Snapshot) -> Segmenter:
    config_file, weights = fetched.folder / checkpoint_folder.CONFIG, fetched.folder / checkpoint_folder.WEIGHTS
    if not config_file.is_file():
        raise hub_client.HubError(
            f"{repo} holds no {checkpoint_folder.CONFIG}: it is no checkpoint of this library. Look at its card"
        )
    return checkpoint_folder.load_files(config_file, weights, f"{repo}@{fetched.sha[:7]}")
