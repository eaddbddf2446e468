"""Finds the model that a name means: a method that needs no training, a checkpoint of the Hub, or one trained here."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from wss_core import CueError, create
from wss_core.segmenter import Segmenter

from ..server.user import User
from . import trained
from .loading import LoadedCheckpoint
from .state import CheckpointState


@dataclass(frozen=True)
class ResolvedModel:
    """A segmenter that is ready to use, with the classes of the cues.

    name: of the method, USER/REPO@SHA, or `trained.PREFIX` and a key. checkpoint: of the Hub that it comes from, if any.
    """

    name: str
    segmenter: Segmenter
    checkpoint: LoadedCheckpoint | None = None


def resolve_model(
    state: CheckpointState, name: str, classes: tuple[str, ...], user: User, seconds: float | None = None
) -> ResolvedModel:
    """Find the model of a name: "auto", a name of METHODS, USER/REPO, USER/REPO@REVISION, or one trained here.

    classes: those of the cues, () when they name none. Raises Busy while a checkpoint is being fetched (see
    `CheckpointCache.find`), and ValueError for one that has other classes, or a method that has to be trained first.
    """
    if name.startswith(trained.PREFIX):
        segmenter = trained.find(state.trained, name).segmenter
        return ResolvedModel(name, _with_classes(segmenter, "what you trained", classes))
    if "/" in name:
        checkpoint = state.cache.find(name, user, seconds)
        segmenter = _with_classes(checkpoint.segmenter, checkpoint.info.source, classes)
        return ResolvedModel(checkpoint.name, segmenter, checkpoint)
    segmenter = create(name, classes=classes)
    if not segmenter.fitted:
        raise ValueError(f"{name} has to learn first. Give a checkpoint of it, as USER/REPO of the Hub")
    return ResolvedModel(segmenter.name, segmenter)


def _with_classes(segmenter: Segmenter, source: str, classes: tuple[str, ...]) -> Segmenter:
    own = segmenter.classes
    if not own:
        named = copy.copy(segmenter)
        named.classes = classes
        return named
    if classes and classes != own:
        raise CueError(
            f"{source} knows the classes {_list_few(own)}; the cues are of {_list_few(classes)}. Use its own"
        )
    return segmenter


def _list_few(names: tuple[str, ...]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
