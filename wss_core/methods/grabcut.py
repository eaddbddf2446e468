"""grabcut: Rother, Kolmogorov, Blake, "GrabCut: Interactive Foreground Extraction Using Iterated Graph Cuts", 2004,
OpenCV's implementation, each class against the rest."""

from __future__ import annotations

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

MOST = 100


@dataclass(frozen=True)
class Content:
    """The picture on the grid, uint8 BGR (h, w, 3), and the guide for enlarging, None at full size."""

    small: np.ndarray
    guide: guided_filter.Guide | None


@dataclass(kw_only=True)
class GrabCut(Segmenter):
    """Colour mixtures and a graph cut on a small copy, each class against the rest.

    side: pixels of the copy's longer side, 0 = the picture itself. iterations: fits of the colours.
    """

    name: ClassVar[str] = "grabcut"
    uses: ClassVar[frozenset[str]] = frozenset({"points", "boxes", "strokes", "labels"})

    side: int = 256  # about 15 times faster than one megapixel; the guided filter brings the edges back
    iterations: int = 5

    def __post_init__(self):
        super().__post_init__()
        if not 1 <= self.iterations <= MOST:
            raise ValueError(f"iterations is {self.iterations}. Give 1 to {MOST}: the cut is settled long before")

    def _prepare(self, image: np.ndarray) -> Content:
        shape = image.shape[:2]
        grid = grid_shape(shape, self.side or max(shape))
        small = cv2.resize(image, grid[::-1], interpolation=cv2.INTER_AREA)
        guide = None if grid == shape else guided_filter.make_guide(image, grid)
        return Content(cv2.cvtColor(small, cv2.COLOR_RGB2BGR), guide)

    def _probabilities(self, image: np.ndarray, cues: Cues, class_ids: list[int], cache: Content) -> np.ndarray:
        shape, grid = image.shape[:2], cache.small.shape[:2]
        drawn = raster.draw_seeds(cues, shape, grid)
        bounds = raster.allowed_regions(cues, shape, class_ids, grid)
        claims, by_colour = np.zeros((len(class_ids), *grid), bool), True
        for row, label in enumerate(class_ids[1:], start=1):
            trimap = _trimap(drawn, label, None if bounds is None else bounds[row])
            by_colour = by_colour and _cut(cache.small, trimap, self.iterations)
            claims[row] = trimap & 1
        probs = _settle(claims, drawn, class_ids)
        return probs if cache.guide is None else guided_filter.upsample(probs, cache.guide)


def _trimap(drawn: np.ndarray, label: int, inside: np.ndarray | None) -> np.ndarray:
    """uint8 (h, w) in OpenCV's four values. inside: where the class may be; None or all True: it has no box.

    Without a box, what lies nearer to its seeds than to others or to the border is probably the object: started
    from the seeds' own pixels alone, the cut shrinks back to them.
    """
    boxed = inside is not None and not inside.all()
    trimap = np.full(drawn.shape, cv2.GC_PR_BGD, np.uint8)
    if boxed:
        trimap[inside] = cv2.GC_PR_FGD
        trimap[~inside] = cv2.GC_BGD
    else:
        others = seed_maps.distance(((drawn != UNKNOWN) & (drawn != label)) | seed_maps.frame(drawn.shape))
        trimap[seed_maps.distance(drawn == label) < others] = cv2.GC_PR_FGD
    trimap[(drawn != UNKNOWN) & (drawn != label)] = cv2.GC_BGD
    trimap[drawn == label] = cv2.GC_FGD
    return trimap


def _cut(small: np.ndarray, trimap: np.ndarray, iterations: int) -> bool:
    """Settle the trimap; it stays as it is where either side has too few pixels to model.

    Returns False where the picture's colours did not tell the sides apart: no other class need be tried.
    """
    object_side = (trimap & 1).astype(bool)
    if min(object_side.sum(), (~object_side).sum()) < box_grabcut.MIXTURE:
        return True
    return graph_cut.settle(small, trimap, iterations)


def _settle(claims: np.ndarray, drawn: np.ndarray, class_ids: list[int]) -> np.ndarray:
    """float32 (K, h, w), one-hot: where several classes claim a cell the one with the nearest seed has it."""
    if (claims.sum(axis=0) > 1).any():
        away = np.stack([seed_maps.distance(drawn == label) for label in class_ids])
        nearest = np.where(claims, away, np.inf).argmin(axis=0)
        claims = claims & (nearest == np.arange(len(class_ids))[:, None, None])
    claims[0] = ~claims[1:].any(axis=0)
    return claims.astype(np.float32)
