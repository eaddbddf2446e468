"""probe: a pixel classifier on frozen features, fitted to the labelled pixels of many pictures within seconds.

Logistic regression on the features and random cosines of them: Rahimi, Recht, "Random Features for Large-Scale Kernel
Machines", NIPS 2007.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .. import features
from ..conventions import UNKNOWN
from ..cues import Cues, Example
from ..imaging import guided_filter
from ..imaging.resize import grid_shape
from ..run_options import Progress, RunOptions, with_progress
from ..segmenter import Download, PagePreset, Segmenter
from ..state_check import check_state
from ..training.annotation_stats import annotation_stats, default_class_names, summary
from ..training.cue_labels import has_spatial_cues
from ..training.pseudo_labels import CONFIDENCE, OBJECTS, make_pseudo_labeller
from ..training.samples import PseudoLabeller, SoftLabels, make_sample
from . import pixel_classifier

MAX_CELLS = 200_000  # of all pictures; each holds some 3 KB while the classifier is fitted
MIN_CONFIDENCE = CONFIDENCE  # from which a pseudo-label counts as a label: that of what was cut out of a box


@dataclass(frozen=True)
class ProbeCache:
    """Probabilities float32 (C, h, w) on the grid, and the guide for enlarging them."""

    probs: np.ndarray
    guide: guided_filter.Guide


@dataclass(kw_only=True)
class Probe(Segmenter):
    """Learns to classify pixels from the points, boxes, strokes or masks of several pictures, within seconds.

    Logistic regression on frozen features that mean the same on every picture. Once fitted it needs no cue.
    """

    name: ClassVar[str] = "probe"
    uses: ClassVar[frozenset[str]] = frozenset({"points", "boxes", "strokes", "labels"})
    learns: ClassVar[bool] = True
    live: ClassVar[bool] = True
    fit_settings: ClassVar[frozenset[str]] = frozenset({"samples", "seed"})
    cost_settings: ClassVar[Mapping[str, tuple[int, int]]] = {"side": (1, 1024), "waves": (0, 4096)}
    page_preset: ClassVar[PagePreset] = PagePreset(
        seconds=10,
        title="Pixel classifier",
        about="Seconds. Looks at colours, textures and what the built-in model sees at each place.",
        efforts={"quick": {}, "careful": {"spread": "learned"}},
        boxes_only={"spread": "learned"},
    )

    features: str = "builtin"
    """What is classified at each place. Values: a name in FEATURES (colour, texture, builtin), or "timm:NAME" for any
    network of timm's."""
    side: int = 160
    """Longer side of the grid whose cells are classified; the guided filter brings the edges back. Unit: cells. Range: 1
    or more."""
    spread: str = OBJECTS
    """What labels more cells than the cues do, where it is sure. Values: "objects" (cut out of their boxes), a name in
    SPREAD (learned, live, random_walker, nearest), or "" for none."""
    samples: int = 2000
    """Labelled cells of one picture that it learns from, drawn at random; fewer where all pictures together would give
    more than 200,000. Unit: cells. Range: 1 or more."""
    waves: int = 256
    """Random cosines of the features, beside the features themselves, which let the borders between classes bend. Unit:
    cosines. Range: 0 (straight borders) or more."""
    seed: int = 0
    """Seed of the cosines and of the cells that are drawn. Unit: none. Range: any whole number."""

    def __post_init__(self):
        super().__post_init__()
        features.check(self.features)
        self._model: pixel_classifier.PixelClassifier | None = None

    @property
    def downloads(self) -> tuple[Download, ...]:
        """The pretrained weights of features "timm:NAME"."""
        return features.downloads(self.features)

    @property
    def fitted(self) -> bool:
        """Whether the classifier has learned, so that `segment` can be called."""
        return self._model is not None

    def fit(
        self,
        examples: Sequence[Example],
        progress: Progress | None = None,
        validation: Sequence[Example] = (),
        run: RunOptions | None = None,
    ) -> Probe:
        """Learn from the examples whose cues label places; the others are left out. Returns itself.

        progress(step, steps, {}) is called after each picture. validation: not used, as there is nothing to choose.
        run: only its progress is used.

        Raises ValueError when the cues label pixels of fewer than two classes. The segmenter then stays as it was.
        """
        progress = with_progress(run, progress).progress
        start = time.monotonic()
        classes = self.classes or default_class_names(examples)
        statistics = annotation_stats(examples, classes)
        pseudo_labeller = make_pseudo_labeller(self.spread, "texture", self.side) if self.spread else None
        labelled = sum(has_spatial_cues(each.kinds) for each in statistics)
        samples = min(self.samples, max(1, MAX_CELLS // max(1, labelled)))
        rows, labels = [], []
        for i, example in enumerate(examples):
            x, y = self._labelled_cells(example, classes, i, pseudo_labeller, samples)
            if len(y):
                rows.append(x)
                labels.append(y)
            if progress is not None:
                progress(i + 1, len(examples), {})
        all_labels = np.concatenate(labels) if labels else np.zeros(0, np.uint8)
        if len(np.unique(all_labels)) < 2:
            raise ValueError("probe needs labelled pixels of at least two classes. Cue one more, or the background")
        self._model = pixel_classifier.fit(np.concatenate(rows), all_labels, len(classes), self.waves, self.seed)
        self.classes = classes
        self.training = summary(statistics, classes, None) | {
            "seed": self.seed,
            "device": "cpu",
            "seconds": round(time.monotonic() - start, 1),
        }
        self._mark_weights()
        return self

    def state(self) -> dict[str, np.ndarray]:
        """The numbers of the classifier by name (see `pixel_classifier.PixelClassifier`); {} before `fit`."""
        return {} if self._model is None else self._model.arrays()

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        """Take weights as `state` gave them. Raises ValueError, naming what is missing, too much or of another shape."""
        count = np.size(state.get("mean", ()))  # whether it is that of the features is seen with the first picture
        check_state(self.name, pixel_classifier.untrained(count, len(self.classes), self.waves).arrays(), state)
        self._model = pixel_classifier.PixelClassifier(**state)
        self._mark_weights()

    def _features(self, image: np.ndarray) -> np.ndarray:
        return features.extract_shared(self.features, image, grid_shape(image.shape[:2], self.side))

    def _labelled_cells(
        self,
        example: Example,
        classes: tuple[str, ...],
        number: int,
        pseudo_labeller: PseudoLabeller | None,
        samples: int,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Features (n, D) and labels (n,) of the labelled cells of a picture, `samples` of them where there are more."""
        labels = make_sample(example, classes, self.side).labels
        if pseudo_labeller is not None:
            labels = _add_confident(labels, pseudo_labeller(example))
        ys, xs = np.nonzero(labels != UNKNOWN)
        if not len(ys):
            return np.zeros((0, 0), np.float32), np.zeros(0, np.uint8)
        random = np.random.default_rng((self.seed, number))
        chosen = random.permutation(len(ys))[:samples]
        ys, xs = ys[chosen], xs[chosen]
        return np.ascontiguousarray(self._features(example.image)[:, ys, xs].T), labels[ys, xs]

    def _prepare(self, image: np.ndarray) -> ProbeCache:
        maps = self._features(image)
        if len(maps) != len(self._model.mean):
            raise ValueError(f"probe was fitted to {len(self._model.mean)} features, {self.features} has {len(maps)}")
        probs = self._model.probabilities(maps.reshape(len(maps), -1).T).T.reshape(-1, *maps.shape[1:])
        return ProbeCache(np.ascontiguousarray(probs), guided_filter.make_guide(image, maps.shape[1:]))

    def _probabilities(self, image: np.ndarray, cues: Cues, class_ids: list[int], cache: ProbeCache) -> np.ndarray:
        return guided_filter.upsample(cache.probs, cache.guide)


def _add_confident(labels: np.ndarray, soft_labels: SoftLabels | None) -> np.ndarray:
    """The labels uint8 (h, w), and where there is none, the class of which the soft labels on that grid are confident."""
    if soft_labels is None:
        return labels
    confident = (labels == UNKNOWN) & (soft_labels.planes.max(axis=0) >= MIN_CONFIDENCE * 255)
    return np.where(confident, np.asarray(soft_labels.labels, np.uint8)[soft_labels.planes.argmax(axis=0)], labels)
