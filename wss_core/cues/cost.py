"""What cues cost a person, in seconds, and how many objects a mask holds, since a mask is paid for by its objects.

The table is that of Bearman, Russakovsky, Ferrari, Fei-Fei, "What's the Point: Semantic Segmentation with Point
Supervision", ECCV 2016, measured on PASCAL VOC: 1 s to look for a class that is not there (and for a tag), 2.4 s a
point, 10.9 s a stroke, 26 s a box, 79 s the mask of one object. The cost of a partial mask is derived here.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..conventions import UNKNOWN

SECONDS_ABSENT = 1.0  # looking for a class and not finding it; also a tag
SECONDS_POINT = 2.4
SECONDS_STROKE = 10.9
SECONDS_BOX = 26.0
SECONDS_MASK = 79.0
SPECK = 0.001  # of the picture: a smaller patch is no object; with it 99 VOC pictures hold 3.0 each (published: 2.8)


def cues_seconds(cues, classes: Sequence[str]) -> float:
    """Seconds a person needs to give the Cues `cues`; 0 for empty ones. classes: the class names, background first.

    One second for each class that was looked for and not found (for all of them where only tags are given), then the
    seconds of every point, box, stroke and mask.
    """
    if not cues.kinds:
        return 0.0
    present = {label for label in cues.labelled_classes if label} | {n for n in cues.tags or () if n not in classes[:1]}
    names = {classes[label] if isinstance(label, int) and label < len(classes) else label for label in present}
    object_classes = max(0, len(classes) - 1)
    absent = object_classes if not cues.labelled_classes else max(0, object_classes - len(names))
    total = SECONDS_ABSENT * absent
    total += SECONDS_POINT * len(cues.points) + SECONDS_BOX * len(cues.boxes)
    total += sum(SECONDS_STROKE if stroke.width else SECONDS_MASK for stroke in cues.strokes)
    return total + (0 if cues.labels is None else mask_seconds(cues.labels, cues.objects))


def mask_seconds(labels: np.ndarray, objects: float | None = None) -> float:
    """Seconds that drawing a full or partial mask takes, uint8 (H, W) with 255 = unlabelled: 79 for each object.

    objects: how many were outlined, with fractions for those outlined in part. None = unknown: then as many as
    `connected_objects` finds, times the fraction of the picture that is labelled, but at least one stroke for each class:
    people's scribbles that came as pixels label 1 % of a picture and took longer than 1 % of a mask.
    """
    if objects is not None:
        return SECONDS_MASK * objects
    labelled = labels != UNKNOWN
    outlined = SECONDS_MASK * float(labelled.mean()) * int(connected_objects(labels).max())
    return max(outlined, SECONDS_STROKE * len(np.unique(labels[labelled])))


def connected_objects(labels: np.ndarray) -> np.ndarray:
    """int32 (H, W): ids 1..n of the 8-connected patches of every class but 0 in uint8 `labels`, 0 where there is none.

    Patches below SPECK are left out, unless their class has no larger one. Touching objects of a class are one part,
    and an object in two pieces is two: give the true instances where they are known.
    """
    ids, count = np.zeros(labels.shape, np.int32), 0
    for label in np.setdiff1d(labels, (0, UNKNOWN)):
        _, patches, stats, _ = cv2.connectedComponentsWithStats((labels == label).astype(np.uint8), connectivity=8)
        areas = stats[:, cv2.CC_STAT_AREA]
        areas[0] = 0  # the rest of the picture
        kept = areas >= min(SPECK * labels.size, areas.max())
        kept[0] = False
        ids += np.where(kept, count + np.cumsum(kept), 0).astype(np.int32)[patches]
        count += int(kept.sum())
    return ids
