"""SPREAD: solvers that carry seeds over a picture, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..cues.raster import SeedMap
from . import baselines, learned, live


class Spread(NamedTuple):
    """prepare(features (D, h, w), colour (3, h, w), image) -> field, once for a picture; float32, image uint8 (H, W, 3).

    solve(field, steps) -> probs float32 (K, h, w), sums to 1, a row for each label of the last step. steps: what was
    told cue after cue, `seeds.Told`, the last being all of it. history: whether the solver looks at more than that.
    """

    prepare: Callable[..., Any]
    solve: Callable[[Any, list[SeedMap]], np.ndarray]
    history: bool = False
    uses_builtin_model: bool = False


def _last(solve: Callable[..., np.ndarray]) -> Callable[[Any, list[SeedMap]], np.ndarray]:
    return lambda field, steps: solve(field, steps[-1].seeds, steps[-1].allowed, steps[-1].class_ids)


SPREAD: dict[str, Spread] = {
    "learned": Spread(learned.prepare, learned.solve, history=True, uses_builtin_model=True),
    "live": Spread(live.prepare, _last(live.solve)),
    "random_walker": Spread(baselines.prepare_walker, _last(baselines.random_walker)),
    "nearest": Spread(baselines.prepare_nearest, _last(baselines.nearest)),
}


def find_spread(name: str) -> Spread:
    """The solver called `name`. Raises ValueError if unknown."""
    if name not in SPREAD:
        raise ValueError(f"no spread {name!r:.40}. Choose one of: {', '.join(SPREAD)}")
    return SPREAD[name]
