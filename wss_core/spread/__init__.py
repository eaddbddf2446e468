"""The registry SPREAD: solvers that spread the labels of seeds over an image, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..cues.raster import SeedMap
from . import baselines, learned, live


class Spread(NamedTuple):
    """A solver that gives every cell of the working grid a class, from the cells that cues label."""

    prepare: Callable[..., Any]
    """prepare(features, colour, image) -> field: the work that needs no cues, done once for an image.

    features float32 (D, h, w), colour float32 (3, h, w) in Lab, image uint8 (H, W, 3).
    """
    solve: Callable[[Any, list[SeedMap]], np.ndarray]
    """solve(field, steps) -> probabilities float32 (K, h, w), sum 1, with a row for each of `steps[-1].class_ids`.

    steps: the seed map after each cue, see `wss_core.cues.raster.SeedMap`; the last one holds all the cues.
    """
    history: bool = False
    """Whether the solver uses the earlier steps, not only the last one."""
    uses_builtin_model: bool = False
    """Whether the solver uses the built-in model, whose training has seen some data sets."""


def _last(solve: Callable[..., np.ndarray]) -> Callable[[Any, list[SeedMap]], np.ndarray]:
    return lambda field, steps: solve(field, steps[-1].seeds, steps[-1].allowed, steps[-1].class_ids)


SPREAD: dict[str, Spread] = {
    "learned": Spread(learned.prepare, learned.solve, history=True, uses_builtin_model=True),
    "live": Spread(live.prepare, _last(live.solve)),
    "random_walker": Spread(baselines.prepare_walker, _last(baselines.random_walker)),
    "nearest": Spread(baselines.prepare_nearest, _last(baselines.nearest)),
}


def find_spread(name: str) -> Spread:
    """Return the solver called `name`. Raises ValueError for an unknown name."""
    if name not in SPREAD:
        raise ValueError(f"no spread {name!r:.40}. Choose one of: {', '.join(SPREAD)}")
    return SPREAD[name]
