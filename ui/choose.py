"""What a person can segment with: a method that need not learn first, or a checkpoint of the Hub."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from wss_core import CueError, create
from wss_core.segmenter import Segmenter

from .loading import Loaded
from .people import Person
from .shelf import Shelf

shelf = Shelf()


@dataclass(frozen=True)
class Chosen:
    """name: of a method, or USER/REPO@SHA. loaded: the checkpoint it comes from, None = none."""

    name: str
    segmenter: Segmenter
    loaded: Loaded | None = None


def choose(method: str, classes: tuple[str, ...], person: Person, seconds: float | None = None) -> Chosen:
    """What `method` means: "auto", a name of METHODS, USER/REPO or USER/REPO@REVISION.

    classes: those of the cues, () = not told. Raises Busy while a checkpoint is being fetched (see `Shelf.find`), and
    ValueError for one that has other classes, or a method that has yet to learn.
    """
    if "/" in method:
        loaded = shelf.find(method, person, seconds)
        return Chosen(loaded.name, _for_classes(loaded, classes), loaded)
    segmenter = create(method, classes=classes)
    if not segmenter.fitted:
        raise ValueError(f"{method} has to learn first. Give a checkpoint of it, as USER/REPO of the Hub")
    return Chosen(segmenter.name, segmenter)


def _for_classes(loaded: Loaded, classes: tuple[str, ...]) -> Segmenter:
    own = loaded.segmenter.classes
    if not own:
        named = copy.copy(loaded.segmenter)
        named.classes = classes
        return named
    if classes and classes != own:
        raise CueError(
            f"{loaded.about.source} knows the classes {_few(own)}; the cues are of {_few(classes)}. Use its own"
        )
    return loaded.segmenter


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
