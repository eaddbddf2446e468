"""Training samples: examples at the size they are learned at, with the labels that follow from their cues.

Samples are made when first used, and kept while there is room.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np

from ..conventions import UNKNOWN
from ..cues import Cues, Example, raster
from ..imaging.resize import grid_shape, resize_nearest
from ..spread import point_clusters

MAX_CACHE_BYTES = 2_000_000_000  # of samples kept; those beyond are made again each time
FULL_MASK_SHARE = 0.5  # share of pixels from which a mask counts as full; data sets leave out some, as 255


class SoftLabels(NamedTuple):
    """Soft labels on a grid: planes uint8 (K, h, w), probabilities times 255, one plane for each of the K `labels`."""

    labels: list[int]
    planes: np.ndarray


PseudoLabeller = Callable[[Example], SoftLabels | None]


@dataclass(frozen=True)
class TrainSample:
    """What is learned from one example, at most `side` pixels a side; C classes.

    image: uint8 (h, w, 3). labels: uint8 (h, w), the annotated pixels and those where the cues leave only one class
    possible, UNKNOWN elsewhere. tags: float32 (C,), 1 present, 0 absent, NaN unknown. boxes: float32 (N, 5), x0, y0,
    x1, y1, label, in pixels. has_partial_labels: some pixels are annotated, but not all, and by no full mask.
    """

    id: str
    image: np.ndarray
    labels: np.ndarray
    tags: np.ndarray
    boxes: np.ndarray
    has_partial_labels: bool
    pseudo_labels: SoftLabels | None = None

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        pseudo_labels = 0 if self.pseudo_labels is None else self.pseudo_labels.planes.nbytes
        return self.image.nbytes + self.labels.nbytes + pseudo_labels


class TrainSamples:
    """A sequence of TrainSamples over a sequence of Examples; see `make_sample`.

    point_per_object: every object has a point of its own, see `add_point_pseudo_labels`.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        classes: Sequence[str],
        side: int,
        *,
        complete: bool = False,
        pseudo_labeller: PseudoLabeller | None = None,
        point_per_object: bool = False,
    ):
        self.examples, self.classes, self.side = examples, classes, side
        self.complete, self.pseudo_labeller, self.point_per_object = complete, pseudo_labeller, point_per_object
        self._cache: dict[int, TrainSample] = {}
        self._room = MAX_CACHE_BYTES

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, i: int) -> TrainSample:
        if i not in self._cache:
            example = self.examples[i]
            if self.point_per_object:
                example = add_point_pseudo_labels(example)
            sample = make_sample(
                example, self.classes, self.side, complete=self.complete, pseudo_labeller=self.pseudo_labeller
            )
            if sample.nbytes > self._room:
                return sample
            self._room -= sample.nbytes
            self._cache[i] = sample
        return self._cache[i]


def make_sample(
    example: Example,
    classes: Sequence[str],
    side: int,
    *,
    complete: bool = False,
    pseudo_labeller: PseudoLabeller | None = None,
) -> TrainSample:
    """Make the TrainSample of an example, its longer side at most `side` pixels.

    complete: every class on an image with cues has a cue, so that the other classes are absent.
    """
    image, cues = example.image, example.cues
    shape = image.shape[:2]
    grid = grid_shape(shape, side)
    tags = class_presence(cues, classes, complete)
    labels = _certain_labels(cues, shape, grid, class_ids=np.flatnonzero(tags != 0).tolist())
    boxes = np.array([(b.x0, b.y0, b.x1, b.y1, b.label) for b in cues.boxes if b.label != UNKNOWN], np.float32)
    boxes = boxes.reshape(-1, 5)
    boxes[:, :4] *= np.tile([grid[1] / shape[1], grid[0] / shape[0]], 2)
    some_labelled = bool(cues.labelled_classes) and "full" not in cue_kinds(cues)
    return TrainSample(
        id=example.id,
        image=image if grid == shape else cv2.resize(image, grid[::-1], interpolation=cv2.INTER_AREA),
        labels=labels,
        tags=tags,
        boxes=boxes,
        has_partial_labels=some_labelled and bool((labels == UNKNOWN).any()),
        pseudo_labels=None if pseudo_labeller is None else pseudo_labeller(example),
    )


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


def add_point_pseudo_labels(example: Example) -> Example:
    """Add the labels that follow from points, one in each object, to the example's cues.

    The lines midway between points are background, see `background_ridges`; other pixels get the class they look like
    where that is clear, see `spread.point_clusters`.
    """
    cues = background_ridges(example.cues, example.image.shape[:2])
    clusters = point_clusters.labels(example.image, cues)
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


def _certain_labels(cues: Cues, shape, grid, class_ids: list[int]) -> np.ndarray:
    """uint8 (h, w): the class drawn on a pixel or, where none is, the only one possible there; UNKNOWN elsewhere."""
    drawn = raster.draw_seeds(cues, shape, grid)
    allowed = raster.allowed_regions(cues, shape, class_ids, grid)
    if allowed is None:
        allowed = np.ones((len(class_ids), *grid), bool)
    only_one = (allowed.sum(axis=0) == 1) & (drawn == UNKNOWN)
    ignored = raster.ignored_pixels(cues, shape)
    if ignored is not None:
        only_one &= ~resize_nearest(ignored, grid)
    return np.where(only_one, np.asarray(class_ids, np.uint8)[allowed.argmax(axis=0)], drawn)
