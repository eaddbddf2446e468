"""Models that travel: a segmenter <-> a folder <-> a repository on the Hub, and which there are."""

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


def load(source, revision: str | None = None, token: str | bool | None = None) -> Segmenter:
    """The segmenter in a local folder, in USER/REPO of the Hub, or "builtin", whose weights come with this package.

    A folder of that name comes before the Hub; `load_repo` never looks for one. revision: of the Hub, a branch, a tag
    or a commit's hash. Raises ValueError for anything that `save` or `push` did not write: nothing of it is run.
    """
    if source == "builtin":
        return create("propagate")
    if os.path.isdir(source):
        return checkpoint_folder.read(source)
    if not hub_client.is_name(str(source)):
        raise ValueError(
            f"no folder {str(source)!r:.80}. Give a folder written by save, USER/REPO of the Hub, or 'builtin'"
        )
    return load_repo(str(source), revision, token)
