"""network: trains a segmentation network from whatever labels there are, in any mix; once fitted it needs none.

Partial labels with a regulariser: Tang et al., "On Regularized Losses for Weakly-supervised CNN Segmentation", ECCV 2018;
unlabelled pictures: Sohn et al., "FixMatch", NeurIPS 2020. Each loss names its source in `wss_core.losses`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .. import losses, networks, training
from ..cues import Cues, CueSpec, Example
from ..run_options import Progress, RunOptions, with_progress
from ..segmenter import PagePreset
from ..training.pseudo_labels import labels_from_predictions, make_pseudo_labeller, pseudo_labelled_kinds
from ..training.samples import PseudoLabeller
from .network_settings import NetworkSettings

if TYPE_CHECKING:
    from torch import nn

    from ..networks import SegmentationNet

LATER_TERMS = ("cross_entropy", "dice", "soft=2")  # in later rounds; pseudo-labels have learned what other terms teach


@dataclass(kw_only=True)
class Network(NetworkSettings):
    """Trains a segmentation network from any mix of labels: tags, points, boxes, strokes, masks, and pictures without any.

    An encoder, a light decoder, and the loss terms (TERMS) that fit the cues. Once fitted it needs no cue.
    Raises ValueError for an unknown term, and for less than one round.
    """

    name: ClassVar[str] = "network"
    uses: ClassVar[frozenset[str]] = frozenset({"tags", "points", "boxes", "strokes", "labels"})
    live: ClassVar[bool] = True
    uses_unlabelled: ClassVar[bool] = True
    fit_settings: ClassVar[frozenset[str]] = frozenset({"crop", "steps", "batch", "rate", "patience", "seed"})
    page_preset: ClassVar[PagePreset] = PagePreset(
        seconds=120,
        title="Small network",
        about="Minutes. Learns to look by itself, also on the pictures without cues. With few pictures often no better.",
        efforts={
            "quick": {"steps": 150, "batch": 4, "side": 256, "crop": 160, "spread": "learned"},
            "careful": {"steps": 500, "side": 384, "crop": 224, "spread": "learned"},
        },
        boxes_only={"spread": "learned"},
    )

    batch: int = 8
    """Labelled crops in one step, and as many of pictures without labels, if there are any. Unit: crops. Range: 1 or
    more."""
    rate: float = 1e-3
    """Learning rate of new layers; an encoder with pretrained weights learns at a tenth of it. Unit: none. Range: above
    0."""
    patience: int = 0
    """Validations in a row without a better one after which training ends. Unit: validations. Range: 0 (never) or
    more."""
    terms: tuple[str, ...] = ()
    """Loss terms, by name or as "name=weight". Values: names in TERMS (cross_entropy, dice, soft, tags, size, tightness,
    projection, potts, gated_crf, dual, agreement), or none, () in Python, for those that fit the cues."""
    spread: str = "objects"
    """What makes pseudo-labels for pixels that no cue labels. Values: "objects" (cut out of their boxes), a name in
    SPREAD (learned, live, random_walker, nearest), or "" for none."""
    rounds: int = 1
    """Trainings that share the steps; each but the first learns from what the one before it predicts. With many classes
    they lose the rare ones. Unit: trainings. Range: 1 or more."""
    complete: bool = False
    """Whether a picture with cues has cues of every class on it, so that a class without a cue is absent."""
    apart: bool = False
    """Whether every object has a point of its own: then midway between two points is background, and places that look
    like those at points or between them are labelled alike."""
    seed: int = 0
    """Seed of the random numbers: first weights, crops and their order. Unit: none. Range: any whole number."""

    def __post_init__(self):
        super().__post_init__()
        self.terms = tuple(self.terms)
        if self.terms:
            losses.parse(self.terms)
        if self.rounds < 1:
            raise ValueError(f"rounds is {self.rounds}. Give 1 or more")

    @classmethod
    def settings_for_cues(cls, spec: CueSpec) -> dict[str, Any]:
        """Sets `apart` where every object has a point of its own."""
        return {"apart": True} if spec.kind == "points" and spec.per == "object" else {}

    def fit(
        self,
        examples: Sequence[Example],
        progress: Progress | None = None,
        validation: Sequence[Example] = (),
        run: RunOptions | None = None,
    ) -> Network:
        """Learn from examples with any cues, and from examples without; returns itself.

        progress(step, steps, figures) is called after each step. validation: examples with a truth, by which the best
        weights are kept. run: device, precision, and the folder from which a stopped training resumes.

        Raises ValueError when no example has a cue, the backbone is unknown, or the loss is no longer finite. Whatever
        breaks it off, the segmenter stays as it was.
        """
        learner, summaries = self._for_examples(examples), []
        for number in range(self.rounds):
            later, seed = number > 0, self.seed + number  # with another seed it makes mistakes of its own
            network = learner._segmentation_net(seed, pretrained=True)
            train_config = learner._train_config(
                max(1, self.steps // self.rounds), batch=self.batch, rate=self.rate, seed=seed, patience=self.patience
            )
            stage = f"round{number + 1}" if self.rounds > 1 else ""
            summary = training.fit.fit_network(
                network,
                examples,
                classes=learner.classes,
                config=train_config,
                options=with_progress(run, progress).stage(stage, first=not later),
                terms=LATER_TERMS if later else self.terms,
                complete=self.complete,
                point_per_object=self.apart,
                pseudo_labeller=partial(labels_from_predictions, segment=learner.segment)
                if later
                else self._pseudo_labeller(),
                pseudo_label_kinds=training.fit.ALL_KINDS if later else pseudo_labelled_kinds(self.spread),
                validation=validation,
                about={"settings": self.settings()},
            )
            learner._networks = {"": network}
            summaries.append(summary)
        total = {key: round(sum(summary[key] for summary in summaries), 1) for key in ("steps", "seconds")}
        learner.training = summaries[-1] | {key: summaries[0][key] for key in ("terms", "seed")} | total
        self._take_over(learner)
        return self

    def _builders(self) -> dict[str, Callable[..., nn.Module]]:
        return {"": partial(self._segmentation_net, self.seed)}

    def _pseudo_labeller(self) -> PseudoLabeller | None:
        return make_pseudo_labeller(self.spread, "texture") if self.spread else None

    @property
    def _network(self) -> SegmentationNet:
        return self._networks[""]

    def _prepare(self, image: np.ndarray) -> Any:
        return networks.predict_probabilities(self._network, image, self.side, self.channels)

    def _probabilities(self, image: np.ndarray, cues: Cues, class_ids: list[int], cache: Any) -> np.ndarray:
        return networks.resize_probabilities(cache, image.shape[:2])
