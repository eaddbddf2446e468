"""Training samples: examples at the size they are learned at, with the labels that follow from their cues.

Samples are made when first used, and kept while there is room.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from ..conventions import UNKNOWN
from ..cues import Example
from ..imaging.resize import grid_shape
from .cue_labels import add_point_pseudo_labels, certain_labels, class_presence, cue_kinds

MAX_CACHE_BYTES = 2_000_000_000  # of samples kept; those beyond are made again each time


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
    labels = certain_labels(cues, shape, grid, class_ids=np.flatnonzero(tags != 0).tolist())
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
