"""The planes that show CueNet the cues for one class against the rest; training and prediction make them alike."""

from __future__ import annotations

import cv2
import numpy as np

from ..conventions import UNKNOWN
from .live import RegionEvidence

NEAR, FAR = 0.03, 0.2  # share of the longer side over which the two proximity planes fall off around a cue
PREVIOUS, NEWEST = 13, 14  # planes that `add_previous_answer` fills


def input_planes(
    evidence: RegionEvidence,
    cells: np.ndarray,
    seeds: np.ndarray,
    allowed: np.ndarray | None,
    class_ids: list[int],
    row: int,
) -> np.ndarray:
    """Make the input planes float32 (15, h, w) for the class class_ids[row]; the last two stay 0.

    evidence: of the live solver, over superpixels. cells: int (h, w), the superpixel of each cell. seeds uint8 (h, w)
    and allowed bool (K, h, w) or None, on the same grid, as `raster.draw_seeds` and `raster.allowed_regions` make them.
    """
    own = seeds == class_ids[row]
    other = (seeds != UNKNOWN) & ~own
    inside = np.ones(seeds.shape, bool) if allowed is None else allowed[row]
    has_box = not inside.all()
    rest = np.arange(len(class_ids)) != row
    prob = np.clip(evidence.probs[row], 0.018, 0.982)
    score, best_other_score = evidence.appearance[row], evidence.appearance[rest].max(axis=0)
    log_ratio = np.log(np.maximum(score, 0) + 0.02) - np.log(np.maximum(best_other_score, 0) + 0.02)
    distances = evidence.distances[row], evidence.distances[rest].min(axis=0)
    by_region = [np.log(prob / (1 - prob)) / 4, log_ratio / 4, *(np.minimum(d, 1) for d in distances)]
    near = [_proximity(mask, reach) for mask in (own, other) for reach in (NEAR, FAR)]
    box_planes = [has_box & inside, has_box & ~inside]
    planes = [own, other, *(np.asarray(p, np.float32)[cells] for p in by_region), *near, *box_planes]
    planes.append(np.full(seeds.shape, other.any()))
    planes += [np.zeros(seeds.shape)] * 2
    return np.stack(planes).astype(np.float32)


def add_previous_answer(planes: np.ndarray, previous: np.ndarray, newest: np.ndarray) -> None:
    """Write into `planes`, float32 (15, h, w), the answer before the newest cue, log-odds (h, w), and the place of that
    cue, bool (h, w)."""
    planes[PREVIOUS] = np.clip(previous, -6, 6) / 4
    planes[NEWEST] = _proximity(newest, NEAR)


def _proximity(mask: np.ndarray, reach: float) -> np.ndarray:
    """float32 (h, w): 1 on the mask, falling off around it; 0 where the mask is empty."""
    if not mask.any():
        return np.zeros(mask.shape, np.float32)
    distance = cv2.distanceTransform(1 - mask.astype(np.uint8), cv2.DIST_L2, 3)
    return np.exp(-distance / (reach * max(mask.shape)))
