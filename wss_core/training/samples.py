"""Examples at the size they are learned at, made when first wanted and kept while there is room."""

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

MAX_CACHE_BYTES = 2_000_000_000  # bytes of pictures; those beyond are made again each time
FULL_MASK_SHARE = (
    0.5  # share of a mask's pixels, above which it is a full one with some left out, as 255 in data sets is
)


class SoftLabels(NamedTuple):
    """Soft labels on a grid: planes uint8 (K, h, w), chances times 255, a plane for each of the K `labels`."""

    labels: list[int]
    planes: np.ndarray


PseudoLabeller = Callable[[Example], SoftLabels | None]


@dataclass(frozen=True)
class TrainSample:
    """What is learned from one example, at most `side` pixels a side, C classes.

    image: uint8 (h, w, 3). labels: uint8 (h, w), what is told, also that only one class may be somewhere; UNKNOWN = not
    told. tags: float32 (C,), 1 present, 0 absent, NaN not told. boxes: float32 (N, 5), x0, y0, x1, y1, label, in pixels.
    cued: some place is told, but not every pixel, nor by a full mask.
    """

    id: str
    image: np.ndarray
    labels: np.ndarray
    tags: np.ndarray
    boxes: np.ndarray
    cued: bool
    soft: SoftLabels | None = None

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""
        return self.image.nbytes + self.labels.nbytes + (0 if self.soft is None else self.soft.planes.nbytes)


class TrainSamples:
    """A sequence of Pictures over a sequence of Examples. point_per_object: every object has a point of its own, see `alike`."""

    def __init__(
        self,
        examples: Sequence[Example],
        classes,
        side: int,
        complete: bool = False,
        pseudo_labeller: PseudoLabeller | None = None,
        point_per_object: bool = False,
    ):
        self.examples, self.classes, self.side = examples, classes, side
        self.complete, self.pseudo_labeller, self.point_per_object = complete, pseudo_labeller, point_per_object
        self._kept: dict[int, TrainSample] = {}
        self._room = MAX_CACHE_BYTES

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, i: int) -> TrainSample:
        if i not in self._kept:
            example = self.examples[i]
            if self.point_per_object:
                example = add_point_pseudo_labels(example)
            picture = make_sample(example, self.classes, self.side, self.complete, self.pseudo_labeller)
            if picture.nbytes > self._room:
                return picture
            self._room -= picture.nbytes
            self._kept[i] = picture
        return self._kept[i]


def make_sample(
    example: Example, classes, side: int, complete: bool = False, pseudo_labeller: PseudoLabeller | None = None
) -> TrainSample:
    """The Picture of an example. complete: every class on a picture with cues has one; the others are absent."""
    image, cues = example.image, example.cues
    shape = image.shape[:2]
    grid = grid_shape(shape, side)
    told = class_presence(cues, classes, complete)
    labels = _surely(cues, shape, grid, np.flatnonzero(told != 0).tolist())
    soft = None if pseudo_labeller is None else pseudo_labeller(example)
    scale = np.array([grid[1] / shape[1], grid[0] / shape[0]])
    places = [(b.x0, b.y0, b.x1, b.y1, b.label) for b in cues.boxes if b.label != UNKNOWN]
    boxes = np.array(places, np.float32).reshape(-1, 5)
    boxes[:, :4] *= np.tile(scale, 2)
    small = image if grid == shape else cv2.resize(image, grid[::-1], interpolation=cv2.INTER_AREA)
    cued = bool(cues.labelled_classes) and bool((labels == UNKNOWN).any()) and "full" not in cue_kinds(cues)
    return TrainSample(example.id, small, labels, told, boxes, cued, soft)


def class_presence(cues: Cues, classes, complete: bool = False) -> np.ndarray:
    """float32 (C,): 1 for classes told to be on the picture, 0 for those told not to be, NaN for the rest.

    Tags name all that is there. Background may always be. Boxes are drawn round every object, so a class without
    one, or another cue, is absent; so it is with any cue where they are `complete`.
    """
    told = np.full(len(classes), np.nan, np.float32)
    if cues.tags is not None or cues.boxes or (complete and cues.labelled_classes):
        told[1:] = 0
    told[[classes.index(name) for name in cues.tags or () if name in classes[1:]]] = 1
    told[list(cues.labelled_classes)] = 1
    return told


def add_point_pseudo_labels(example: Example) -> Example:
    """The example with what points, one in each object, tell of all pixels: the lines between them are background, see
    `ridged`; others are what they look like, see `spread.clusters`, where that is clear."""
    cues = background_ridges(example.cues, example.image.shape[:2])
    found = point_clusters.labels(example.image, cues)
    labels = found if cues.labels is None else np.where(cues.labels == UNKNOWN, found, cues.labels)
    return example if (labels == UNKNOWN).all() else replace(example, cues=replace(cues, labels=labels))


def background_ridges(cues: Cues, shape: tuple[int, int]) -> Cues:
    """The cues, and background on the lines midway between the points of objects, where there are two or more.

    Qu et al., "Weakly Supervised Deep Nuclei Segmentation using Points Annotation in Histopathology Images", MIDL 2019.
    Objects that touch lose a line of pixels.
    """
    centres = [point for point in cues.points if point.label not in (0, UNKNOWN)]
    if len(centres) < 2:
        return cues
    away = np.ones(shape, np.uint8)
    for point in centres:
        away[min(shape[0] - 1, max(0, round(point.y))), min(shape[1] - 1, max(0, round(point.x)))] = 0
    _, nearest = cv2.distanceTransformWithLabels(away, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    labels = np.full(shape, UNKNOWN, np.uint8) if cues.labels is None else cues.labels.copy()
    across, down = nearest[:, 1:] != nearest[:, :-1], nearest[1:] != nearest[:-1]
    for part, ridge in ((labels[:, 1:], across), (labels[1:], down)):
        part[ridge & (part == UNKNOWN)] = 0
    return replace(cues, labels=labels)


def cue_kinds(cues: Cues) -> frozenset[str]:
    """The kinds of cue as `losses.choose` names them: as of `Cues.kinds`, but "partial" or "full" for labels; a mask of
    which more than FULL_MASK_SHARE is told is full."""
    if not cues.kinds:
        return frozenset({"none"})
    whole = cues.labels is not None and float((cues.labels != UNKNOWN).mean()) > FULL_MASK_SHARE
    return cues.kinds - {"labels"} | ({"full" if whole else "partial"} if "labels" in cues.kinds else set())


def has_spatial_cues(kinds: frozenset[str]) -> bool:
    """Whether cues of these kinds tell a place, not only what is on the picture."""
    return not kinds <= {"tags", "none"}


def _surely(cues: Cues, shape, grid, class_ids: list[int]) -> np.ndarray:
    """uint8 (h, w): the class drawn, or where none is, the only one that may be there; UNKNOWN elsewhere."""
    drawn = raster.draw_seeds(cues, shape, grid)
    allowed = raster.allowed_regions(cues, shape, class_ids, grid)
    if allowed is None:
        allowed = np.ones((len(class_ids), *grid), bool)
    alone = (allowed.sum(axis=0) == 1) & (drawn == UNKNOWN)
    ignored = raster.ignored_pixels(cues, shape)
    if ignored is not None:
        alone &= ~resize_nearest(ignored, grid)
    return np.where(alone, np.asarray(class_ids, np.uint8)[allowed.argmax(axis=0)], drawn)
