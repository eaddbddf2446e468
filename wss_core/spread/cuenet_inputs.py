"""What CueNet is told of the cues: planes on its grid for one class against the rest. The same in training and use."""

from __future__ import annotations

import cv2
import numpy as np

from ..conventions import UNKNOWN
from .live import RegionEvidence

NEAR, FAR = 0.03, 0.2  # of the longer side: how far around a cue the two distance planes tell of it


def input_planes(
    evidence: RegionEvidence,
    cells: np.ndarray,
    seeds: np.ndarray,
    allowed: np.ndarray | None,
    class_ids: list[int],
    row: int,
) -> np.ndarray:
    """float32 (15, h, w) for the class class_ids[row]; the last two are for `remember`.

    evidence: the solver's evidence over superpixels. cells: int (h, w), the superpixel of each cell. seeds uint8 (h, w)
    and allowed bool (K, h, w) or None, on the same grid, as `seeds.draw` and `seeds.allowed` make them.
    """
    own = seeds == class_ids[row]
    other = (seeds != UNKNOWN) & ~own
    bound = np.ones(seeds.shape, bool) if allowed is None else allowed[row]
    boxed = not bound.all()
    rest = np.arange(len(class_ids)) != row
    chance = np.clip(evidence.probs[row], 0.018, 0.982)
    appearance = np.log(np.maximum(evidence.appearance[row], 0) + 0.02) - np.log(
        np.maximum(evidence.appearance[rest].max(axis=0), 0) + 0.02
    )
    distances = evidence.distances[row], evidence.distances[rest].min(axis=0)
    by_region = [np.log(chance / (1 - chance)) / 4, appearance / 4, *(np.minimum(p, 1) for p in distances)]
    nearness = [_nearness(mask, reach) for mask in (own, other) for reach in (NEAR, FAR)]
    planes = [
        own,
        other,
        *(np.asarray(p, np.float32)[cells] for p in by_region),
        *nearness,
        boxed & bound,
        boxed & ~bound,
    ]
    planes.append(np.full(seeds.shape, other.any()))
    planes += [np.zeros(seeds.shape)] * 2
    return np.stack(planes).astype(np.float32)


def add_previous_answer(planes: np.ndarray, previous: np.ndarray, newest: np.ndarray) -> None:
    """Write into `planes`, planes float32 (15, h, w), what was answered before the newest cue, log-odds (h, w), and
    where that cue is, bool (h, w)."""
    planes[13] = np.clip(previous, -6, 6) / 4
    planes[14] = _nearness(newest, NEAR)


def _nearness(mask: np.ndarray, reach: float) -> np.ndarray:
    """float32 (h, w): 1 on the mask, falling off around it; 0 where the mask is empty."""
    if not mask.any():
        return np.zeros(mask.shape, np.float32)
    distances = cv2.distanceTransform(1 - mask.astype(np.uint8), cv2.DIST_L2, 3)
    return np.exp(-distances / (reach * max(mask.shape)))
