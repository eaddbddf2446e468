"""grabcut: colour mixtures and a graph cut, OpenCV's implementation, each class against the rest.

Rother, Kolmogorov, Blake, "GrabCut: Interactive Foreground Extraction Using Iterated Graph Cuts", SIGGRAPH 2004.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from ..conventions import UNKNOWN
from ..cues import Cues, raster
from ..imaging import guided_filter
from ..imaging.resize import grid_shape
from ..segmenter import Segmenter
from ..spread import box_grabcut, graph_cut, seed_maps

MAX_ITERATIONS = 100
LARGE = 1024  # pixels a side that "the picture itself" is taken to have, to estimate costs


@dataclass(frozen=True)
class GrabCutCache:
    """The picture on the grid, uint8 BGR (h, w, 3), and the guide for enlarging, None at full size."""

    small: np.ndarray
    guide: guided_filter.Guide | None


@dataclass(kw_only=True)
class GrabCut(Segmenter):
    """Cuts each class out of the rest by its colours, from boxes, points, strokes or a partial mask; the classical method.

    Gaussian mixtures model the colours of either side, a graph cut draws the border, in turns. Nothing is trained
    beforehand. Raises ValueError for iterations out of their range.
    """

    name: ClassVar[str] = "grabcut"
    uses: ClassVar[frozenset[str]] = frozenset({"points", "boxes", "strokes", "labels"})
    live: ClassVar[bool] = True
    cost_settings: ClassVar[Mapping[str, tuple[int, int]]] = {"side": (1, 512), "iterations": (1, 10)}

    side: int = 256
    """Longer side of the small copy that is cut: about 15 times faster than one megapixel, and the guided filter brings
    the edges back. Unit: pixels. Range: 1 or more, or 0 for the picture itself."""
    iterations: int = 5
    """Fits of the colours, each with a cut. Unit: fits. Range: 1 to 100; the cut is settled long before."""

    def __post_init__(self):
        super().__post_init__()
        if not 1 <= self.iterations <= MAX_ITERATIONS:
            raise ValueError(
                f"iterations is {self.iterations}. Give 1 to {MAX_ITERATIONS}: the cut is settled long before"
            )

    @property
    def cost_per_class(self) -> float:
        """Pixels of the copy times the fits: classes are cut one after another."""
        return self.iterations * (self.side or LARGE) ** 2

    def _prepare(self, image: np.ndarray) -> GrabCutCache:
        shape = image.shape[:2]
        grid = grid_shape(shape, self.side or max(shape))
        small = cv2.resize(image, grid[::-1], interpolation=cv2.INTER_AREA)
        guide = None if grid == shape else guided_filter.make_guide(image, grid)
        return GrabCutCache(cv2.cvtColor(small, cv2.COLOR_RGB2BGR), guide)

    def _probabilities(self, image: np.ndarray, cues: Cues, class_ids: list[int], cache: GrabCutCache) -> np.ndarray:
        shape, grid = image.shape[:2], cache.small.shape[:2]
        seeds = raster.draw_seeds(cues, shape, grid)
        bounds = raster.allowed_regions(cues, shape, class_ids, grid)
        claims, by_colour = np.zeros((len(class_ids), *grid), bool), True
        for row, label in enumerate(class_ids[1:], start=1):
            trimap = _trimap(seeds, label, None if bounds is None else bounds[row])
            by_colour = by_colour and _cut(cache.small, trimap, self.iterations)
            claims[row] = trimap & 1
        probs = _resolve_overlaps(claims, seeds, class_ids)
        return probs if cache.guide is None else guided_filter.upsample(probs, cache.guide)


def _trimap(seeds: np.ndarray, label: int, inside: np.ndarray | None) -> np.ndarray:
    """The start of the cut, uint8 (h, w) in OpenCV's four values. seeds: uint8 (h, w), labels of the cues, 255 elsewhere.
    inside: bool (h, w), where the class may be; None or all True when it has no box.

    Without a box, what lies nearer to its seeds than to others or to the border is probably the object: started
    from the seeds' own pixels alone, the cut shrinks back to them.
    """
    has_box = inside is not None and not inside.all()
    trimap = np.full(seeds.shape, cv2.GC_PR_BGD, np.uint8)
    if has_box:
        trimap[inside] = cv2.GC_PR_FGD
        trimap[~inside] = cv2.GC_BGD
    else:
        from_others = seed_maps.distance_to(
            ((seeds != UNKNOWN) & (seeds != label)) | seed_maps.border_cells(seeds.shape)
        )
        trimap[seed_maps.distance_to(seeds == label) < from_others] = cv2.GC_PR_FGD
    trimap[(seeds != UNKNOWN) & (seeds != label)] = cv2.GC_BGD
    trimap[seeds == label] = cv2.GC_FGD
    return trimap


def _cut(small: np.ndarray, trimap: np.ndarray, iterations: int) -> bool:
    """Settle the trimap; it stays as it is where either side has too few pixels to model.

    Returns False where the colours of the two sides are too much alike, so that no other class need be tried.
    """
    is_object = (trimap & 1).astype(bool)
    if min(is_object.sum(), (~is_object).sum()) < box_grabcut.MIXTURE:
        return True
    return graph_cut.run_grabcut(small, trimap, iterations)


def _resolve_overlaps(claims: np.ndarray, seeds: np.ndarray, class_ids: list[int]) -> np.ndarray:
    """float32 (K, h, w), one-hot: where several classes claim a cell the one with the nearest seed has it."""
    if (claims.sum(axis=0) > 1).any():
        distances = np.stack([seed_maps.distance_to(seeds == label) for label in class_ids])
        nearest = np.where(claims, distances, np.inf).argmin(axis=0)
        claims = claims & (nearest == np.arange(len(class_ids))[:, None, None])
    claims[0] = ~claims[1:].any(axis=0)
    return claims.astype(np.float32)
