"""Labels from boxes by GrabCut: each object is cut out of its own box, so that a hundred small ones cause no trouble.

Rother, Kolmogorov, Blake, "GrabCut", 2004, in OpenCV's implementation. As labels to learn from: Khoreva et al., "Simple
Does It: Weakly Supervised Instance and Semantic Segmentation", CVPR 2017.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..conventions import UNKNOWN
from ..cues import Box, Cues, raster
from .graph_cut import run_grabcut

MARGIN = 0.5  # longer sides of a box: the background around it that is modelled
MIN_MARGIN = 4  # pixels of it, at least
MAX_SIDE = 256  # pixels of the longer side of an image that is cut; larger ones are reduced
MIN_FILL = 0.2  # share of its box that an object fills; where less was cut, its colours are the background's
CERTAIN = 0.98  # probability from which a pixel keeps its class
ITERATIONS = 5
MIXTURE = 5  # colours in OpenCV's model of each side; it fails on fewer pixels than that

Slices = tuple[slice, slice]


def labels_from_boxes(image: np.ndarray, cues: Cues) -> np.ndarray:
    """Cut the object of each box out: labels uint8 (H, W), 0 outside boxes, UNKNOWN in boxes whose cut failed.

    image: uint8 (H, W, 3). Smaller boxes win over larger ones, and seeds over boxes.
    """
    shape, seeds = image.shape[:2], raster.draw_seeds(cues, image.shape[:2])
    boxes = [box for box in cues.boxes if box.label not in (0, UNKNOWN)]
    slices = {box: raster.box_slices(box, shape, shape) for box in boxes}
    in_box = {label: np.zeros(shape, bool) for label in {0, *(box.label for box in boxes)}}  # 0: in any box
    for box in boxes:
        in_box[0][slices[box]] = in_box[box.label][slices[box]] = True
    labels = np.zeros(shape, np.uint8)
    for box in sorted(boxes, key=_area, reverse=True):
        box_labels = labels[slices[box]]
        mask = _cut_object(image, seeds, in_box[0], in_box[box.label], slices[box], box.label)
        if mask.mean() < MIN_FILL:
            box_labels[box_labels == 0] = UNKNOWN
        else:
            box_labels[mask] = box.label
    return np.where(seeds == UNKNOWN, labels, seeds)


def recut_predictions(image: np.ndarray, cues: Cues, probs: np.ndarray, class_ids: Sequence[int]) -> np.ndarray:
    """Cut each class out anew from where `probs` sees it: labels uint8 (H, W), UNKNOWN where several cuts or none claim
    a pixel.

    image: uint8 (H, W, 3). probs: float32 (K, H, W), with the cues applied; class_ids: the K labels, 0 among them. This
    mends the edges that colours show, as in Khoreva et al.; the cut begins with the network's answer, not the box.
    """
    seeds, predicted = raster.draw_seeds(cues, image.shape[:2]), np.asarray(class_ids, np.uint8)[probs.argmax(axis=0)]
    claims, claimed = np.zeros(predicted.shape, np.uint8), np.zeros(predicted.shape, np.uint8)
    agreed = np.zeros(predicted.shape, bool)
    for label, prob in zip(class_ids, probs, strict=True):
        if label == 0 or not (predicted == label).any():
            continue
        trimap = np.where(predicted == label, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
        trimap[prob < 1 - CERTAIN] = cv2.GC_BGD
        trimap[prob > CERTAIN] = cv2.GC_FGD
        mask, _ = _cut(image, trimap)
        claims += mask
        claimed[mask] = label
        agreed |= mask & (predicted == label)
    labels = np.where(claims == 1, claimed, np.where(agreed, predicted, UNKNOWN))
    labels[(claims == 0) & ((predicted == 0) | (len(class_ids) == 2))] = 0
    return np.where(seeds == UNKNOWN, labels, seeds).astype(np.uint8)


def _area(box: Box) -> float:
    return (box.x1 - box.x0) * (box.y1 - box.y0)


def _cut_object(
    image: np.ndarray, seeds: np.ndarray, in_any_box: np.ndarray, in_class_box: np.ndarray, box: Slices, label: int
) -> np.ndarray:
    """Cut the object in its box out: bool, of the box's size, empty where colours do not separate it.

    The cut begins with the boxes of its class as the object; what lies in no box is surely background.
    """
    window = _window(box, seeds.shape)
    trimap = np.where(in_any_box[window], cv2.GC_PR_BGD, cv2.GC_BGD).astype(np.uint8)
    trimap[in_class_box[window]] = cv2.GC_PR_FGD
    seeds = seeds[window]
    trimap[(seeds != UNKNOWN) & (seeds != label)] = cv2.GC_BGD
    trimap[seeds == label] = cv2.GC_FGD
    inside = tuple(slice(b.start - w.start, b.stop - w.start) for b, w in zip(box, window, strict=True))
    mask, by_colour = _cut(image[window], trimap)
    return mask[inside] & by_colour


def _window(box: Slices, shape: tuple[int, int]) -> Slices:
    """The slices of a box with its margin, within the image."""
    margin = max(MIN_MARGIN, round(MARGIN * max(side.stop - side.start for side in box)))
    return tuple(
        slice(max(0, side.start - margin), min(size, side.stop + margin)) for side, size in zip(box, shape, strict=True)
    )


def _cut(image: np.ndarray, trimap: np.ndarray) -> tuple[np.ndarray, bool]:
    """Cut by a trimap uint8 (h, w) of OpenCV's four values: the object's side bool (h, w), and whether colours decided.

    The trimap's own sides come back where either has too few pixels for a model of its colours (see `graph_cut`).
    """
    shape, scale = trimap.shape, MAX_SIDE / max(trimap.shape)
    if scale < 1:
        size = tuple(max(1, round(side * scale)) for side in shape[::-1])
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        trimap = cv2.resize(trimap, size, interpolation=cv2.INTER_NEAREST)
    by_colour = True
    if min((trimap & 1).sum(), (~trimap & 1).sum()) > MIXTURE:
        by_colour = run_grabcut(cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2BGR), trimap, ITERATIONS)
    return cv2.resize(trimap & 1, shape[::-1], interpolation=cv2.INTER_NEAREST).astype(bool), by_colour
