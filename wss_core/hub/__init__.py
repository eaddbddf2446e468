"""Save, load, push, pull and find trained segmenters: in folders and in repositories of the Hugging Face Hub."""

from __future__ import annotations

import os

from .. import hub_client
from ..methods import create
from ..segmenter import Segmenter
from . import checkpoint_folder
from .checkpoint_folder import save
from .download import load_repo, pull
from .search import Checkpoint, checkpoints, info, info_repo
from .upload import PushResult, push

__all__ = ["Checkpoint", "PushResult", "checkpoints", "info", "info_repo", "load", "load_repo", "pull", "push", "save"]


def load(source: str | os.PathLike, revision: str | None = None, token: str | bool | None = None) -> Segmenter:
    """Load a segmenter that `save` or `push` wrote; nothing in it is run as code.

    source: a local folder, USER/REPO of the Hub (a folder of that name comes first; `load_repo` never looks for one), or
    "builtin" for the interactive model that comes with this package. revision: a branch, a tag or a commit's hash of the
    Hub. token: of the Hub; None = the one that is logged in, False = none.

    Raises ValueError for anything that is no checkpoint, or is of a newer version, and HubError (also a ValueError) where
    the Hub has none or cannot be reached, each with what to do.
    """
    if source == "builtin":
        return create("propagate")
    if os.path.isdir(source):
        return checkpoint_folder.read(source)
    if not hub_client.is_repo_name(str(source)):
        raise ValueError(
            f"no folder {str(source)!r:.80}. Give a folder written by save, USER/REPO of the Hub, or 'builtin'"
        )
    return load_repo(str(source), revision, token)
