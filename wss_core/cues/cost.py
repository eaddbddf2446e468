"""What cues cost a person, in seconds, and how many objects a mask holds, by which masks are paid for.

The table is that of Bearman, Russakovsky, Ferrari, Fei-Fei, "What's the Point: Semantic Segmentation with Point
Supervision", ECCV 2016, measured on PASCAL VOC: 1 s to look for a class that is not there (and for a tag), 2.4 s a
point, 10.9 s a stroke, 26 s a box, 79 s the mask of one object. What a partial mask costs is derived here.
"""

from __future__ import annotations

import cv2
import numpy as np

from ..conventions import UNKNOWN

SECONDS_ABSENT = 1.0  # looking for a class and not finding it; also a tag
SECONDS_POINT = 2.4
SECONDS_STROKE = 10.9
SECONDS_BOX = 26.0
SECONDS_MASK = 79.0
SPECK = 0.001  # of the picture: a smaller patch is no object; with it 99 VOC pictures hold 3.0 each (published: 2.8)


def mask_seconds(labels: np.ndarray, objects: float | None = None) -> float:
    """Seconds that a full or partial mask, uint8 (H, W) with 255 = not told, takes: 79 for each object.

    `objects` is how many are outlined, one that is told in part counting by its part. None = not known: then as many
    as there are `parts`, by the share of the picture that is told; but no less than a stroke for each class told,
    since a people's scribble that came as pixels tells 1 % of a picture and took longer than 1 % of a mask.
    """
    if objects is not None:
        return SECONDS_MASK * objects
    told = labels != UNKNOWN
    drawn = SECONDS_MASK * float(told.mean()) * int(parts(labels).max())
    return max(drawn, SECONDS_STROKE * len(np.unique(labels[told])))


def parts(labels: np.ndarray) -> np.ndarray:
    """int32 (H, W): ids 1..n of the 8-connected patches of every class but 0 in uint8 `labels`, 0 where there is none.

    Patches below SPECK are left out, unless their class has no larger one. Touching objects of a class are one part,
    and an object in two pieces is two: give the true instances where they are known.
    """
    found, count = np.zeros(labels.shape, np.int32), 0
    for label in np.setdiff1d(labels, (0, UNKNOWN)):
        _, patches, stats, _ = cv2.connectedComponentsWithStats((labels == label).astype(np.uint8), connectivity=8)
        areas = stats[:, cv2.CC_STAT_AREA]
        areas[0] = 0  # the rest of the picture
        kept = areas >= min(SPECK * labels.size, areas.max())
        kept[0] = False
        found += np.where(kept, count + np.cumsum(kept), 0).astype(np.int32)[patches]
        count += int(kept.sum())
    return found
