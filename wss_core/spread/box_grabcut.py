"""Boxes, each object cut out of its own box: Rother, Kolmogorov, Blake, "GrabCut", 2004, OpenCV's implementation.

As labels to learn from: Khoreva et al., "Simple Does It: Weakly Supervised Instance and Semantic Segmentation", CVPR
2017. One by one, objects have colours of their own, so a hundred small ones on a picture are no trouble.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..conventions import UNKNOWN
from ..cues import Box, Cues, raster
from .graph_cut import run_grabcut

MARGIN = 0.5  # longer sides of a box: how far around it background is looked at
MIN_MARGIN = 4  # pixels around a box that are looked at, at least
MAX_SIDE = 256  # pixels of the longer side of what is cut, at most
MIN_FILL = 0.2  # share of its box that an object fills; where less was found, the colours did not tell it
SURE = 0.98  # chance from which a pixel stays what it was found to be
ITERATIONS = 5
MIXTURE = 5  # colours in OpenCV's model of each side; it fails on fewer pixels than that

BoxSlices = tuple[slice, slice]


def labels_from_boxes(image: np.ndarray, cues: Cues) -> np.ndarray:
    """uint8 (H, W): the class of the object of each box, 0 beside it; UNKNOWN in boxes whose object was not found.

    image: uint8 (H, W, 3). Smaller boxes win over larger ones; pixels told otherwise are as told.
    """
    shape, drawn = image.shape[:2], raster.draw_seeds(cues, image.shape[:2])
    boxes = [box for box in cues.boxes if box.label not in (0, UNKNOWN)]
    parts = {box: raster.box_slices(box, shape, shape) for box in boxes}
    boxed = {label: np.zeros(shape, bool) for label in {0, *(box.label for box in boxes)}}
    for box in boxes:
        boxed[0][parts[box]] = boxed[box.label][parts[box]] = True
    labels = np.zeros(shape, np.uint8)
    for box in sorted(boxes, key=_area, reverse=True):
        own = labels[parts[box]]
        object_mask = _object(image, drawn, boxed[0], boxed[box.label], parts[box], box.label)
        if object_mask.mean() < MIN_FILL:
            own[own == 0] = UNKNOWN
        else:
            own[object_mask] = box.label
    return np.where(drawn == UNKNOWN, labels, drawn)


def recut_predictions(image: np.ndarray, cues: Cues, probs: np.ndarray, class_ids: Sequence[int]) -> np.ndarray:
    """uint8 (H, W): the class of each pixel, each cut out anew from where `probs` sees it; UNKNOWN where the cuts of
    several classes, or of none, leave it open.

    image: uint8 (H, W, 3). probs: float32 (K, H, W), which honour the cues; class_ids: the K labels, 0 among them. The
    edges that colours show are mended so, as in Khoreva et al.; the learned answer, not the box, says where to begin.
    """
    drawn, labels = raster.draw_seeds(cues, image.shape[:2]), np.asarray(class_ids, np.uint8)[probs.argmax(axis=0)]
    claims, claimed = np.zeros(labels.shape, np.uint8), np.zeros(labels.shape, np.uint8)
    agreed = np.zeros(labels.shape, bool)
    for label, chance in zip(class_ids, probs, strict=True):
        if label == 0 or not (labels == label).any():
            continue
        trimap = np.where(labels == label, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
        trimap[chance < 1 - SURE] = cv2.GC_BGD
        trimap[chance > SURE] = cv2.GC_FGD
        object_mask, _ = _cut(image, trimap)
        claims += object_mask
        claimed[object_mask] = label
        agreed |= object_mask & (labels == label)
    settled = np.where(claims == 1, claimed, np.where(agreed, labels, UNKNOWN))
    settled[(claims == 0) & ((labels == 0) | (len(class_ids) == 2))] = 0
    return np.where(drawn == UNKNOWN, settled, drawn).astype(np.uint8)


def _area(box: Box) -> float:
    return (box.x1 - box.x0) * (box.y1 - box.y0)


def _object(
    image: np.ndarray, drawn: np.ndarray, boxed: np.ndarray, same_class: np.ndarray, part: BoxSlices, label: int
):
    """bool: the object in its box. boxed, same_class: what lies in any box and in one of its class, where the cut begins
    with the object's side; what lies in none is surely not of it. Empty where colours do not tell it."""
    window = _with_margin(part, drawn.shape)
    trimap = np.where(boxed[window], cv2.GC_PR_BGD, cv2.GC_BGD).astype(np.uint8)
    trimap[same_class[window]] = cv2.GC_PR_FGD
    window_seeds = drawn[window]
    trimap[(window_seeds != UNKNOWN) & (window_seeds != label)] = cv2.GC_BGD
    trimap[window_seeds == label] = cv2.GC_FGD
    inside = tuple(slice(own.start - out.start, own.stop - out.start) for own, out in zip(part, window, strict=True))
    object_mask, by_colour = _cut(image[window], trimap)
    return object_mask[inside] & by_colour


def _with_margin(part: BoxSlices, shape: tuple[int, int]) -> BoxSlices:
    margin = max(MIN_MARGIN, round(MARGIN * max(own.stop - own.start for own in part)))
    return tuple(
        slice(max(0, own.start - margin), min(size, own.stop + margin)) for own, size in zip(part, shape, strict=True)
    )


def _cut(image: np.ndarray, trimap: np.ndarray) -> tuple[np.ndarray, bool]:
    """bool (h, w), the object's side of a trimap uint8 (h, w) in OpenCV's four values, as it is where either side has
    too few pixels to model; and False where the colours did not tell the sides apart (see `settle`)."""
    shape, scale = trimap.shape, MAX_SIDE / max(trimap.shape)
    if scale < 1:
        size = tuple(max(1, round(side * scale)) for side in shape[::-1])
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        trimap = cv2.resize(trimap, size, interpolation=cv2.INTER_NEAREST)
    by_colour = True
    if min((trimap & 1).sum(), (~trimap & 1).sum()) > MIXTURE:
        by_colour = run_grabcut(cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2BGR), trimap, ITERATIONS)
    return cv2.resize(trimap & 1, shape[::-1], interpolation=cv2.INTER_NEAREST).astype(bool), by_colour
