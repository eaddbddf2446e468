"""SPREAD: solvers that carry seeds over a picture, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from . import live, peers


class Spread(NamedTuple):
    """prepare(features (D, h, w), colour (3, h, w)) -> field, once for a picture, both float32.

    solve(field, seeds, allowed, present) -> probs float32 (K, h, w), sums to 1. seeds: uint8 (h, w), 255 where
    nothing is told; allowed: bool (K, h, w) or None, where each class may be; present: the K labels, 0 first.
    """

    prepare: Callable[..., Any]
    solve: Callable[..., Any]


SPREAD: dict[str, Spread] = {
    "live": Spread(live.prepare, live.solve),
    "random_walker": Spread(peers.prepare_walker, peers.random_walker),
    "nearest": Spread(peers.prepare_nearest, peers.nearest),
}


def find(name: str) -> Spread:
    """The solver called `name`. Raises ValueError if unknown."""
    if name not in SPREAD:
        raise ValueError(f"no spread {name!r:.40}. Choose one of: {', '.join(SPREAD)}")
    return SPREAD[name]
