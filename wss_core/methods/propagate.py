"""propagate: cues -> mask, by features of the picture and a solver that spreads the seeds over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .. import features as feature_maps
from ..cues import Cues, raster
from ..imaging import guided_filter
from ..imaging.resize import grid_shape
from ..segmenter import Segmenter
from ..spread import find


@dataclass(frozen=True)
class Content:
    """All that does not depend on the cues."""

    grid: tuple[int, int]
    field: Any
    guide: guided_filter.Guide


@dataclass(kw_only=True)
class Propagate(Segmenter):
    """Features fitted to the cues at every stroke, and a solver that spreads them; nothing need be trained.

    features: one of FEATURES, or "timm:NAME" for any network of timm's. spread: one of SPREAD; "learned" asks the
    built-in model, the others know this picture alone. side: cells along the grid's longer side.
    """

    name: ClassVar[str] = "propagate"
    uses: ClassVar[frozenset[str]] = frozenset({"points", "boxes", "strokes", "labels"})

    features: str = "texture"
    spread: str = "learned"
    side: int = 256  # a hand-drawn stroke is no finer, and one solve stays within 30 ms

    def __post_init__(self):
        super().__post_init__()
        find(self.spread)
        feature_maps.check(self.features)

    def _prepare(self, image: np.ndarray) -> Content:
        grid = grid_shape(image.shape[:2], self.side)
        maps = feature_maps.extract(self.features, image, grid)
        field = find(self.spread).prepare(maps, feature_maps.lab(image, grid), image)
        return Content(grid, field, guided_filter.make_guide(image, grid))

    def _probabilities(self, image: np.ndarray, cues: Cues, class_ids: list[int], cache: Content) -> np.ndarray:
        spread, shape = find(self.spread), image.shape[:2]
        steps = (
            raster.seed_map_history(cues, shape, cache.grid)
            if spread.history
            else [raster.seed_map(cues, shape, cache.grid)]
        )
        return guided_filter.upsample(spread.solve(cache.field, steps), cache.guide)
