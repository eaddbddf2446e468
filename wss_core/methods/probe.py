"""probe: a pixel classifier on frozen features, fitted to the told pixels of many pictures within seconds."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .. import features
from ..conventions import UNKNOWN
from ..cues import Cues, Example
from ..imaging import guided_filter
from ..imaging.resize import grid_shape
from ..segmenter import Segmenter, check_state
from ..training import config
from ..training.annotation_stats import annotation_stats, default_class_names, summary
from ..training.config import Progress, RunOptions
from ..training.pseudo_labels import CONFIDENCE, OBJECTS, make_pseudo_labeller
from ..training.samples import PseudoLabeller, SoftLabels, has_spatial_cues, make_sample
from . import pixel_classifier

MOST = 200_000  # told cells that are looked at, of all pictures; each holds some 3 KB while the classifier is fitted
SURE = CONFIDENCE  # probability from which a soft label is taken for told: that of what was cut out of a box


@dataclass(frozen=True)
class Content:
    """Probabilities float32 (C, h, w) on the grid, and the guide for enlarging them."""

    probs: np.ndarray
    guide: guided_filter.Guide


@dataclass(kw_only=True)
class Probe(Segmenter):
    """Logistic regression on features that mean the same on every picture.

    features: one of FEATURES, or "timm:NAME". side: cells along the grid's longer side. spread: what makes told pixels
    of other cues: "objects", which are cut out of their boxes; one of SPREAD, where it is sure; "" = nothing. samples:
    told cells of a picture that are looked at, at most; fewer where those of all would be above MOST. waves: random
    features beside the linear ones. seed: of both.
    """

    name: ClassVar[str] = "probe"
    uses: ClassVar[frozenset[str]] = frozenset({"points", "boxes", "strokes", "labels"})
    learns: ClassVar[bool] = True

    features: str = "builtin"
    side: int = 160
    spread: str = OBJECTS
    samples: int = 2000
    waves: int = 256
    seed: int = 0

    def __post_init__(self):
        super().__post_init__()
        features.check(self.features)
        self._model: pixel_classifier.Model | None = None

    @property
    def fitted(self) -> bool:
        return self._model is not None

    def fit(
        self,
        examples: Sequence[Example],
        progress: Progress | None = None,
        validation: Sequence[Example] = (),
        run: RunOptions | None = None,
    ) -> Probe:
        """Learn from the examples with places told; the others are left out. Returns itself.

        progress(step, steps, {}) is called after each picture; there is nothing to choose by validation. Raises
        ValueError: fewer than two classes are told.
        """
        progress = config.with_progress(run, progress).progress
        start = time.monotonic()
        classes = self.classes or default_class_names(examples)
        told = annotation_stats(examples, classes)
        pseudo_labeller = make_pseudo_labeller(self.spread, "texture", self.side) if self.spread else None
        each = min(self.samples, max(1, MOST // max(1, sum(has_spatial_cues(one.kinds) for one in told))))
        rows, labels = [], []
        for i, example in enumerate(examples):
            x, y = self._told(example, classes, i, pseudo_labeller, each)
            if len(y):
                rows.append(x)
                labels.append(y)
            if progress is not None:
                progress(i + 1, len(examples), {})
        found = np.concatenate(labels) if labels else np.zeros(0, np.uint8)
        if len(np.unique(found)) < 2:
            raise ValueError("probe needs pixels told of at least two classes. Cue one more, or the background")
        self._model = pixel_classifier.fit(np.concatenate(rows), found, len(classes), self.waves, self.seed)
        self.classes = classes
        self.training = summary(told, classes, None) | {
            "seed": self.seed,
            "device": "cpu",
            "seconds": round(time.monotonic() - start, 1),
        }
        self._mark_weights()
        return self

    def state(self) -> dict[str, np.ndarray]:
        return {} if self._model is None else self._model.arrays()

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        count = np.size(state.get("mean", ()))  # whether it is that of the features is seen with the first picture
        check_state(self.name, pixel_classifier.blank(count, len(self.classes), self.waves).arrays(), state)
        self._model = pixel_classifier.Model(**state)
        self._mark_weights()

    def _features(self, image: np.ndarray) -> np.ndarray:
        return features.shared(self.features, image, grid_shape(image.shape[:2], self.side))

    def _told(
        self, example: Example, classes: tuple[str, ...], number: int, pseudo_labeller: PseudoLabeller | None, most: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """(n, D) features and (n,) labels of cells told on a picture; `most`, drawn by the seed, where they are more."""
        labels = make_sample(example, classes, self.side).labels
        if pseudo_labeller is not None:
            labels = _with_sure(labels, pseudo_labeller(example))
        ys, xs = np.nonzero(labels != UNKNOWN)
        if not len(ys):
            return np.zeros((0, 0), np.float32), np.zeros(0, np.uint8)
        random = np.random.default_rng((self.seed, number))
        chosen = random.permutation(len(ys))[:most]
        ys, xs = ys[chosen], xs[chosen]
        return np.ascontiguousarray(self._features(example.image)[:, ys, xs].T), labels[ys, xs]

    def _prepare(self, image: np.ndarray) -> Content:
        maps = self._features(image)
        if len(maps) != len(self._model.mean):
            raise ValueError(f"probe was fitted to {len(self._model.mean)} features, {self.features} has {len(maps)}")
        probs = self._model.probabilities(maps.reshape(len(maps), -1).T).T.reshape(-1, *maps.shape[1:])
        return Content(np.ascontiguousarray(probs), guided_filter.make_guide(image, maps.shape[1:]))

    def _probabilities(self, image: np.ndarray, cues: Cues, class_ids: list[int], cache: Any) -> np.ndarray:
        return guided_filter.upsample(cache.probs, cache.guide)


def _with_sure(labels: np.ndarray, soft: SoftLabels | None) -> np.ndarray:
    """uint8 (h, w): the labels told, and where none is, the class of which the soft labels on that grid are sure."""
    if soft is None:
        return labels
    sure = (labels == UNKNOWN) & (soft.planes.max(axis=0) >= SURE * 255)
    return np.where(sure, np.asarray(soft.labels, np.uint8)[soft.planes.argmax(axis=0)], labels)
