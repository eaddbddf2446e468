"""Soft labels: what a SPREAD solver makes of a picture's cues, for the network to learn where nothing is told."""

from __future__ import annotations

from functools import partial

import numpy as np

from .. import features, seeds
from ..cues import Example
from ..data import UNKNOWN
from ..spread import find
from .pictures import Soft, Soften

SIDE = 256  # cells of the grid they are kept on


def softener(spread: str, maps: str) -> Soften:
    """The function from an Example to its soft labels, by the solver `spread` on the features `maps`."""
    find(spread)
    features.check(maps)
    return partial(soften, spread=spread, maps=maps)


def soften(example: Example, spread: str, maps: str, side: int = SIDE) -> Soft | None:
    """The solver's chances on a grid of `side` cells; None where there is nothing to spread, or nothing left to tell."""
    cues, shape = example.cues, example.image.shape[:2]
    if not any(cues.located):
        return None
    grid = features.grid_shape(shape, side)
    if (seeds.draw(cues, shape, grid) != UNKNOWN).all():
        return None
    solver = find(spread)
    field = solver.prepare(
        features.extract(maps, example.image, grid), features.lab(example.image, grid), example.image
    )
    steps = seeds.history(cues, shape, grid) if solver.history else [seeds.told(cues, shape, grid)]
    return Soft(steps[-1].present, np.rint(255 * solver.solve(field, steps)).astype(np.uint8))
