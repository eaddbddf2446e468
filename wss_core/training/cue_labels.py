"""What the cues of an image say: their kinds, which classes are present, and the labels that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from ..conventions import UNKNOWN
from ..cues import Cues, Example, raster
from ..imaging.resize import resize_nearest
from ..spread import point_clusters

FULL_MASK_SHARE = 0.5  # share of pixels from which a mask counts as full; data sets leave out some, as 255


def cue_kinds(cues: Cues) -> frozenset[str]:
    """Return the kinds of cue by the names of `losses.default_terms`; {"none"} for an image without cues.

    Those of `Cues.kinds`, with "partial" or "full" in place of "labels": a mask of which more than FULL_MASK_SHARE is
    labelled is full.
    """
    if not cues.kinds:
        return frozenset({"none"})
    full = cues.labels is not None and float((cues.labels != UNKNOWN).mean()) > FULL_MASK_SHARE
    return cues.kinds - {"labels"} | ({"full" if full else "partial"} if "labels" in cues.kinds else set())


def has_spatial_cues(kinds: frozenset[str]) -> bool:
    """Return whether cues of these kinds mark places, and not only say what is on the image."""
    return not kinds <= {"tags", "none"}


def class_presence(cues: Cues, classes: Sequence[str], complete: bool = False) -> np.ndarray:
    """Return which classes the cues show to be on the image: float32 (C,), 1 present, 0 absent, NaN unknown.

    Tags name all classes on an image. Background may always be there. Boxes are drawn round every object, so a class
    without a box or another cue is absent; with `complete` the same holds for any cue.
    """
    presence = np.full(len(classes), np.nan, np.float32)
    if cues.tags is not None or cues.boxes or (complete and cues.labelled_classes):
        presence[1:] = 0
    presence[[classes.index(name) for name in cues.tags or () if name in classes[1:]]] = 1
    presence[list(cues.labelled_classes)] = 1
    return presence


def certain_labels(cues: Cues, shape: tuple[int, int], grid: tuple[int, int], class_ids: list[int]) -> np.ndarray:
    """Return the labels that the cues leave no doubt about, uint8 (h, w) on a grid; UNKNOWN elsewhere.

    The class drawn on a pixel or, where none is, the only one of `class_ids` that is possible there. shape: (H, W) of
    the image. grid: (h, w).
    """
    drawn = raster.draw_seeds(cues, shape, grid)
    allowed = raster.allowed_regions(cues, shape, class_ids, grid)
    if allowed is None:
        allowed = np.ones((len(class_ids), *grid), bool)
    only_one = (allowed.sum(axis=0) == 1) & (drawn == UNKNOWN)
    ignored = raster.ignored_pixels(cues, shape)
    if ignored is not None:
        only_one &= ~resize_nearest(ignored, grid)
    return np.where(only_one, np.asarray(class_ids, np.uint8)[allowed.argmax(axis=0)], drawn)


def add_point_pseudo_labels(example: Example) -> Example:
    """Add the labels that follow from points, one in each object, to the example's cues.

    The lines midway between points are background, see `background_ridges`; other pixels get the class they look like
    where that is clear, see `spread.point_clusters`.
    """
    cues = background_ridges(example.cues, example.image.shape[:2])
    clusters = point_clusters.labels_from_points(example.image, cues)
    labels = clusters if cues.labels is None else np.where(cues.labels == UNKNOWN, clusters, cues.labels)
    return example if (labels == UNKNOWN).all() else replace(example, cues=replace(cues, labels=labels))


def background_ridges(cues: Cues, shape: tuple[int, int]) -> Cues:
    """Add background on the lines midway between the points of objects, where there are two or more.

    Qu et al., "Weakly Supervised Deep Nuclei Segmentation using Points Annotation in Histopathology Images", MIDL 2019.
    Objects that touch lose a line of pixels.
    """
    centres = [point for point in cues.points if point.label not in (0, UNKNOWN)]
    if len(centres) < 2:
        return cues
    not_centre = np.ones(shape, np.uint8)
    for point in centres:
        not_centre[min(shape[0] - 1, max(0, round(point.y))), min(shape[1] - 1, max(0, round(point.x)))] = 0
    _, nearest = cv2.distanceTransformWithLabels(not_centre, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    labels = np.full(shape, UNKNOWN, np.uint8) if cues.labels is None else cues.labels.copy()
    across, down = nearest[:, 1:] != nearest[:, :-1], nearest[1:] != nearest[:-1]
    for view, ridge in ((labels[:, 1:], across), (labels[1:], down)):
        view[ridge & (view == UNKNOWN)] = 0
    return replace(cues, labels=labels)
