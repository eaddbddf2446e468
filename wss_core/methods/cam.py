"""cam: from image tags alone. A network learns the tags; where it sees a class most clearly are seeds, which spread
over the picture; and a network may learn from the masks so made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .. import networks, training
from ..cues import Cues, Example
from ..features.timm_backbone import settled
from ..imaging import guided_filter
from ..imaging.resize import grid_shape
from ..segmenter import Segmenter, check_state
from ..spread import find
from ..training import config
from ..training.annotation_stats import annotation_stats, default_class_names, is_greyscale, summary
from ..training.config import Progress, RunOptions, TrainConfig
from ..training.samples import SoftLabels, class_presence

if TYPE_CHECKING:
    from torch import nn

    from ..networks import ClassificationNet, SegmentationNet
    from ..training.cam import ActivationMaps


@dataclass(kw_only=True)
class Cam(Segmenter):
    """Classify, activate, keep the sure cells as seeds, spread them; then a network that learns from the result.

    backbone, padding, width, channels, side, crop, batch, rate, seed: as those of `network`. steps: of learning the
    tags; refine: of the network that learns from the masks, 0 = none: then pictures are answered by activations.
    foreground, background: where between a class's lowest activation, 0, and its highest, 1, a cell begins to be sure.
    spread: one of SPREAD.
    """

    name: ClassVar[str] = "cam"
    uses: ClassVar[frozenset[str]] = frozenset({"tags"})
    learns: ClassVar[bool] = True

    backbone: str = "builtin"
    padding: str = ""
    width: int = 64
    channels: int = 0
    side: int = 256
    crop: int = 256
    steps: int = 1000
    refine: int = 1000
    batch: int = 8
    rate: float = 1e-3
    foreground: float = 0.8
    background: float = 0.3
    spread: str = "live"
    seed: int = 0

    def __post_init__(self):
        super().__post_init__()
        find(self.spread)
        self._tagger: ClassificationNet | None = None
        self._network: SegmentationNet | None = None

    @property
    def fitted(self) -> bool:
        return self._tagger is not None

    def fit(
        self,
        examples: Sequence[Example],
        progress: Progress | None = None,
        validation: Sequence[Example] = (),
        run: RunOptions | None = None,
    ) -> Cam:
        """Learn from examples with tags, or with any cue of every class on them. Returns itself; see `Network.fit`."""
        run = config.with_progress(run, progress)
        classes = self.classes or default_class_names(examples)
        learner = replace(self, classes=classes, channels=self.channels or (1 if is_greyscale(examples) else 3))
        about, told = {"settings": self.settings()}, annotation_stats(examples, classes)
        learner._tagger = learner._new_tagger(pretrained=True)
        first = learner._plan(self.steps, zoom=1.05, turn=0.0)  # what shows less than all of a picture is not tagged
        outcome = training.cam.fit_classifier(
            learner._tagger, examples, told, classes, first, run.stage("tagger", first=True), about
        )
        learner.training = summary(told, classes, outcome) | {"seed": self.seed}
        if self.refine:
            learner._network = learner._new_network(pretrained=True)
            learner.training = (
                training.fit.fit_network(
                    learner._network,
                    [replace(example, cues=learner._tags(example)) for example in examples],
                    classes,
                    learner._plan(self.refine),
                    run.stage("network"),
                    terms=("soft=1", "tags"),
                    pseudo_labeller=learner._pseudo,
                    validation=validation,
                    about=about,
                )
                | learner.training
            )
        learner.backbone, learner.padding = settled(self.backbone, self.padding)
        self.__dict__.update(learner.__dict__)
        self._mark_weights()
        return self

    def state(self) -> dict[str, np.ndarray]:
        states = {name: networks.state_arrays(part) for name, part in self._parts().items()}
        return {f"{name}.{key}": value for name, found in states.items() for key, value in found.items()}

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        makers = {"tagger": self._new_tagger} | ({"network": self._new_network} if self.refine else {})
        layouts = {name: networks.meta_state(partial(make, pretrained=False)) for name, make in makers.items()}
        wanted = {f"{name}.{key}": array for name, found in layouts.items() for key, array in found.items()}
        check_state(self.name, wanted, state)
        parts = {name: make(pretrained=False) for name, make in makers.items()}
        for name, part in parts.items():
            networks.load_state_arrays(part, {key: state[f"{name}.{key}"] for key in layouts[name]})
        self._tagger, self._network = parts["tagger"], parts.get("network")
        self._mark_weights()

    def _parts(self) -> dict[str, nn.Module]:
        parts = {"tagger": self._tagger, "network": self._network}
        return {name: part for name, part in parts.items() if part is not None}

    def _new_tagger(self, pretrained: bool) -> ClassificationNet:
        channels, count = self.channels or 3, len(self.classes)
        return networks.classification_net.build(self.backbone, count, channels, self.seed, self.padding, pretrained)

    def _new_network(self, pretrained: bool) -> SegmentationNet:
        channels, count = self.channels or 3, len(self.classes)
        return networks.build(self.backbone, count, self.width, channels, self.seed, self.padding, pretrained)

    def _plan(self, steps: int, zoom: float = TrainConfig.zoom, turn: float = TrainConfig.turn) -> TrainConfig:
        return TrainConfig(
            steps=steps,
            batch=self.batch,
            crop=self.crop,
            side=self.side,
            channels=self.channels or 3,
            rate=self.rate,
            seed=self.seed,
            every=max(1, steps // 10),
            zoom=zoom,
            turn=turn,
        )

    def _tags(self, example: Example) -> Cues:
        """The tags alone, also where other cues tell them."""
        told = class_presence(example.cues, self.classes, complete=True)
        names = tuple(name for name, there in zip(self.classes[1:], told[1:], strict=True) if there == 1)
        return Cues(tags=names) if example.cues.kinds else Cues()

    def _pseudo(self, example: Example) -> SoftLabels | None:
        """The spread seeds of the tagged classes; None where none is tagged."""
        class_ids = [self.classes.index(name) for name in self._tags(example).tags or ()]
        if not class_ids:
            return None
        probs = self._spread(self._activate(example.image), class_ids)
        return SoftLabels([0, *class_ids], np.rint(255 * probs).astype(np.uint8))

    def _activate(self, image: np.ndarray) -> ActivationMaps:
        return training.cam.activation_maps(self._tagger, image, self._plan(self.steps), self.spread)

    def _spread(self, activated: ActivationMaps, class_ids: list[int]) -> np.ndarray:
        return training.cam.spread_confident(activated, class_ids, self.foreground, self.background, self.spread)

    def _prepare(self, image: np.ndarray) -> Any:
        if self._network is not None:
            return networks.predict_probabilities(self._network, image, self.side, self.channels)
        return self._activate(image), guided_filter.make_guide(image, grid_shape(image.shape[:2], training.cam.GRID))

    def _probabilities(self, image: np.ndarray, cues: Cues, class_ids: list[int], cache: Any) -> np.ndarray:
        if self._network is not None:
            return networks.resize_probabilities(cache, image.shape[:2])
        activated, guide = cache
        told = class_presence(cues, self.classes)[1:]
        there = np.where(np.isnan(told), activated.scores > 0.5, told == 1)
        found = [0, *(np.flatnonzero(there) + 1).tolist()]
        probs = np.zeros((len(self.classes), *image.shape[:2]), np.float32)
        probs[found] = guided_filter.upsample(self._spread(activated, found[1:]), guide) if len(found) > 1 else 1
        return probs
