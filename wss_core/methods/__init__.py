"""METHODS, a tuple you can read, and create(name, **settings)."""

from __future__ import annotations

from ..segmenter import Segmenter
from .cam import Cam
from .grabcut import GrabCut
from .network import Network
from .probe import Probe
from .propagate import Propagate

METHODS: tuple[type[Segmenter], ...] = (Propagate, GrabCut, Network, Probe, Cam)


def names() -> tuple[str, ...]:
    """The names `create` takes."""
    return tuple(method.name for method in METHODS)


def instant() -> tuple[str, ...]:
    """The names of the methods that segment without having learned anything beforehand."""
    return tuple(method.name for method in METHODS if not method.learns)


def create(name: str, **settings) -> Segmenter:
    """The method called `name` ("auto": the first of METHODS). Raises ValueError for an unknown name or setting."""
    known = {method.name: method for method in METHODS}
    method = METHODS[0] if name == "auto" else known.get(name)
    if method is None:
        raise ValueError(f"no method {name!r:.40}. Choose one of: auto, {', '.join(known)}")
    try:
        return method(**settings)
    except TypeError:
        fit = ", ".join(method.__dataclass_fields__)
        raise ValueError(f"{name} has no such setting among {sorted(settings)}. It takes: {fit}") from None
