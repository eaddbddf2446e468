"""network: learns to label every pixel from whatever labels there are, in any mix; then needs none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .. import losses, networks, training
from ..cues import Cues, Example
from ..features.timm_backbone import settled
from ..segmenter import Segmenter, check_state
from ..training import config
from ..training.annotation_stats import default_class_names, is_greyscale
from ..training.config import Progress, RunOptions, TrainConfig
from ..training.pseudo_labels import labels_from_predictions, make_pseudo_labeller, pseudo_labelled_kinds
from ..training.samples import PseudoLabeller

if TYPE_CHECKING:
    from ..networks import SegmentationNet

AGAIN = ("cross_entropy", "dice", "soft=2")  # labels found before have learned what other terms teach


@dataclass(kw_only=True)
class Network(Segmenter):
    """An encoder, a light decoder, and the TERMS that fit the cues.

    backbone: "builtin", "unet", or "timm:NAME"; padding: timm's pad_type for it, "" = its own. width: channels of the
    decoder at most. channels: 3, 1 for grey pictures, 0 = as the pictures are. side: pixels of a picture's longer side
    at most; crop: of the squares it learns from. steps, batch, rate, seed: of the training, where as many pictures
    without a place told come beside a batch, if there are any; patience: validations without a better one before it
    ends, 0 = never. terms: by name or as "name=weight", () = those that fit the cues.
    spread: what makes soft labels: "objects", which are cut out of their boxes; one of SPREAD; "" = nothing. rounds:
    trainings that share the steps, each but the first of AGAIN, with what the one before found; of many classes they lose
    the rare ones. complete: whoever cued a picture cued every class on it; apart: and gave every object a point of its
    own, so that midway between two is background, and others look like those at points or between them.
    """

    name: ClassVar[str] = "network"
    uses: ClassVar[frozenset[str]] = frozenset({"tags", "points", "boxes", "strokes", "labels"})
    learns: ClassVar[bool] = True

    backbone: str = "builtin"
    padding: str = ""
    width: int = 64
    channels: int = 0
    side: int = 384
    crop: int = 224
    steps: int = 1500
    batch: int = 8
    rate: float = 1e-3
    patience: int = 0
    terms: tuple[str, ...] = ()
    spread: str = "objects"
    rounds: int = 1
    complete: bool = False
    apart: bool = False
    seed: int = 0

    def __post_init__(self):
        super().__post_init__()
        self.terms = tuple(self.terms)
        if self.terms:
            losses.parse(self.terms)
        if self.rounds < 1:
            raise ValueError(f"rounds={self.rounds} is none. Give 1 or more")
        self._network: SegmentationNet | None = None

    @property
    def fitted(self) -> bool:
        return self._network is not None

    def fit(
        self,
        examples: Sequence[Example],
        progress: Progress | None = None,
        validation: Sequence[Example] = (),
        run: RunOptions | None = None,
    ) -> Network:
        """Learn from examples with any cues; those without are learned from too. Returns itself.

        validation: examples with a truth, by which the best weights are kept. progress(step, steps, figures) is called
        after each step. Raises ValueError: nothing is told, no such backbone, or the loss became no number.
        """
        classes = self.classes or default_class_names(examples)
        learner = replace(self, classes=classes, channels=self.channels or (1 if is_greyscale(examples) else 3))
        told = []
        for number in range(self.rounds):
            again, pupil = number > 0, replace(learner, seed=self.seed + number)  # it makes mistakes of its own
            network = pupil._made(pretrained=True)
            told.append(
                training.fit.fit_network(
                    network,
                    examples,
                    classes,
                    pupil._plan(),
                    config.with_progress(run, progress).stage(
                        f"round{number + 1}" if self.rounds > 1 else "", first=not again
                    ),
                    terms=AGAIN if again else self.terms,
                    complete=self.complete,
                    point_per_object=self.apart,
                    pseudo_labeller=partial(labels_from_predictions, segment=learner.segment)
                    if again
                    else learner._pseudo_labeller(),
                    pseudo_label_kinds=training.fit.ALL_KINDS if again else pseudo_labelled_kinds(self.spread),
                    validation=validation,
                    about={"settings": self.settings()},
                )
            )
            learner._network = network
        spent = {key: round(sum(one[key] for one in told), 1) for key in ("steps", "seconds")}
        learner.training = told[-1] | {key: told[0][key] for key in ("terms", "seed")} | spent
        learner.backbone, learner.padding = settled(self.backbone, self.padding)
        self.__dict__.update(learner.__dict__)  # all at once: what breaks off leaves it as it was
        self._mark_weights()
        return self

    def state(self) -> dict[str, np.ndarray]:
        return {} if self._network is None else networks.state_arrays(self._network)

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        check_state(self.name, networks.meta_state(lambda: self._made(pretrained=False)), state)
        network = self._made(pretrained=False)
        networks.load_state_arrays(network, state)
        self._network = network
        self._mark_weights()

    def _made(self, pretrained: bool) -> SegmentationNet:
        channels, count = self.channels or 3, len(self.classes)
        return networks.build(self.backbone, count, self.width, channels, self.seed, self.padding, pretrained)

    def _pseudo_labeller(self) -> PseudoLabeller | None:
        return make_pseudo_labeller(self.spread, "texture") if self.spread else None

    def _plan(self) -> TrainConfig:
        steps = max(1, self.steps // self.rounds)
        return TrainConfig(
            steps=steps,
            batch=self.batch,
            crop=self.crop,
            side=self.side,
            channels=self.channels or 3,
            rate=self.rate,
            seed=self.seed,
            every=max(1, steps // 10),
            patience=self.patience,
        )

    def _prepare(self, image: np.ndarray) -> Any:
        return networks.predict_probabilities(self._network, image, self.side, self.channels)

    def _probabilities(self, image: np.ndarray, cues: Cues, class_ids: list[int], cache: Any) -> np.ndarray:
        return networks.resize_probabilities(cache, image.shape[:2])
