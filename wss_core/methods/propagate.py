"""propagate: from cues to a mask, by features of the picture and a solver that spreads the labels over them.

Random walks: Grady, "Random Walks for Image Segmentation", TPAMI 2006; geodesic distances: Criminisi, Sharp, Blake,
"GeoS", ECCV 2008. What each solver adds stands in its module in `wss_core.spread`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .. import features as feature_maps
from ..cues import Cues, raster
from ..imaging import guided_filter
from ..imaging.resize import grid_shape
from ..segmenter import Download, Segmenter
from ..spread import find_spread


@dataclass(frozen=True)
class PropagateCache:
    """What does not depend on the cues: the grid (h, w), the solver's field, and the guide that brings edges back."""

    grid: tuple[int, int]
    field: Any
    guide: guided_filter.Guide


@dataclass(kw_only=True)
class Propagate(Segmenter):
    """Turns points, boxes, strokes or a partial mask into a mask at once: features of the picture, and a solver.

    The solver spreads the labels of the cues over pixels that look alike. Nothing has to be trained beforehand.
    """

    name: ClassVar[str] = "propagate"
    uses: ClassVar[frozenset[str]] = frozenset({"points", "boxes", "strokes", "labels"})
    live: ClassVar[bool] = True
    cost_settings: ClassVar[Mapping[str, tuple[int, int]]] = {"side": (1, 1024)}

    features: str = "texture"
    """What is compared to see which pixels look alike. Values: a name in FEATURES (colour, texture, builtin), or
    "timm:NAME" for any network of timm's."""
    spread: str = "learned"
    """Solver that carries the labels of the cues over the picture: "learned" uses the built-in model, the others know
    this picture alone. Values: a name in SPREAD (learned, live, random_walker, nearest)."""
    side: int = 256
    """Longer side of the grid that is solved; the guided filter brings the edges back. A hand-drawn stroke is no finer,
    and one solve stays within 30 ms. Unit: cells. Range: 1 or more."""

    def __post_init__(self):
        super().__post_init__()
        find_spread(self.spread)
        feature_maps.check(self.features)

    @property
    def downloads(self) -> tuple[Download, ...]:
        """The pretrained weights of features "timm:NAME"."""
        return feature_maps.downloads(self.features)

    def _prepare(self, image: np.ndarray) -> PropagateCache:
        grid = grid_shape(image.shape[:2], self.side)
        maps = feature_maps.extract(self.features, image, grid)
        field = find_spread(self.spread).prepare(maps, feature_maps.lab(image, grid), image)
        return PropagateCache(grid, field, guided_filter.make_guide(image, grid))

    def _probabilities(self, image: np.ndarray, cues: Cues, class_ids: list[int], cache: PropagateCache) -> np.ndarray:
        spread, shape = find_spread(self.spread), image.shape[:2]
        steps = (
            raster.seed_map_history(cues, shape, cache.grid)
            if spread.history
            else [raster.seed_map(cues, shape, cache.grid)]
        )
        return guided_filter.upsample(spread.solve(cache.field, steps), cache.guide)
