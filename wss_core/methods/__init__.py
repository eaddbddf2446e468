"""METHODS, the tuple of all segmentation methods, and `create`, which makes one by its name."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

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
    """The names of the methods that segment without having been fitted first."""
    return tuple(method.name for method in METHODS if not method.learns)


def find(name: str) -> type[Segmenter]:
    """The class of the method called `name`; "auto" is the first of METHODS. Raises ValueError for an unknown name."""
    for method in METHODS:
        if name in (method.name, "auto"):
            return method
    raise ValueError(f"no method {name!r:.40}. Choose one of: auto, {', '.join(names())}")


def create(name: str, **settings: Any) -> Segmenter:
    """Make the method called `name` with these settings; the others keep their defaults.

    name: one of `names()`, or "auto" for the method that suits drawn cues, the first of METHODS. settings: the fields of
    the method's class; `python -m wss_core methods NAME` explains each. Raises ValueError for an unknown name or setting.
    """
    method = find(name)
    try:
        return method(**settings)
    except TypeError:
        known = ", ".join(field.name for field in fields(method))
        raise ValueError(f"{name} has no such setting among {sorted(settings)}. It takes: {known}") from None
