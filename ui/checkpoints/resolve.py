"""What a user can segment with: a method that need not learn first, a checkpoint of the Hub, or one trained here."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from wss_core import CueError, create
from wss_core.segmenter import Segmenter

from ..server.user import User
from . import trained
from .cache import CheckpointCache
from .loading import LoadedCheckpoint

shelf = CheckpointCache()


@dataclass(frozen=True)
class ResolvedModel:
    """name: of a method, USER/REPO@SHA, or as `trained` has it. loaded: the Hub's checkpoint it comes from, if any."""

    name: str
    segmenter: Segmenter
    loaded: LoadedCheckpoint | None = None


def resolve_model(method: str, classes: tuple[str, ...], user: User, seconds: float | None = None) -> ResolvedModel:
    """What `method` means: "auto", a name of METHODS, USER/REPO, USER/REPO@REVISION, or the key of one trained here.

    classes: those of the cues, () = not told. Raises Busy while a checkpoint is being fetched (see `CheckpointCache.find`), and
    ValueError for one that has other classes, or a method that has yet to learn.
    """
    if method.startswith(trained.PREFIX):
        return ResolvedModel(method, _for_classes(trained.find(method).segmenter, "what you trained", classes))
    if "/" in method:
        loaded = shelf.find(method, user, seconds)
        return ResolvedModel(loaded.name, _for_classes(loaded.segmenter, loaded.about.source, classes), loaded)
    segmenter = create(method, classes=classes)
    if not segmenter.fitted:
        raise ValueError(f"{method} has to learn first. Give a checkpoint of it, as USER/REPO of the Hub")
    return ResolvedModel(segmenter.name, segmenter)


def _for_classes(segmenter: Segmenter, source: str, classes: tuple[str, ...]) -> Segmenter:
    own = segmenter.classes
    if not own:
        named = copy.copy(segmenter)
        named.classes = classes
        return named
    if classes and classes != own:
        raise CueError(f"{source} knows the classes {_few(own)}; the cues are of {_few(classes)}. Use its own")
    return segmenter


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
