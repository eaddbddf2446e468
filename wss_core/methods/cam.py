"""cam: learns masks from image tags alone, by class activation maps whose most confident cells are seeds.

A network learns the tags; the cells where it sees a class most clearly are seeds, which spread over the picture; and a
segmentation network may learn from the masks that this gives.

Class activation maps: Zhou, Khosla, Lapedriza, Oliva, Torralba, "Learning Deep Features for Discriminative
Localization", CVPR 2016.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .. import networks, training
from ..cues import Cues, Example
from ..imaging import guided_filter
from ..imaging.resize import grid_shape
from ..run_options import Progress, RunOptions, with_progress
from ..spread import find_spread
from ..training.annotation_stats import annotation_stats, summary
from ..training.config import TrainConfig
from ..training.cue_labels import class_presence
from ..training.samples import SoftLabels
from ..training.validation import check_has_truth
from .network_settings import NetworkSettings

if TYPE_CHECKING:
    from torch import nn

    from ..networks import ClassificationNet, SegmentationNet
    from ..training.class_activation import ActivationMaps


@dataclass(kw_only=True)
class Cam(NetworkSettings):
    """Learns masks from image tags alone: classify, see where each class activates, keep the sure places as seeds, spread.

    Then a segmentation network may learn from these masks (`refine`). Once fitted it needs no cue.
    """

    name: ClassVar[str] = "cam"
    uses: ClassVar[frozenset[str]] = frozenset({"tags"})
    live: ClassVar[bool] = True
    fit_settings: ClassVar[frozenset[str]] = frozenset({"crop", "steps", "refine", "batch", "rate", "seed"})

    side: int = 256
    """Longer side to which larger pictures are shrunk, when learning and when segmenting; less than for `network`, as a
    tag is of the whole picture. Unit: pixels. Range: 1 or more."""
    crop: int = 256
    """Side of the squares that it learns from: as large as `side`, since what a crop leaves out may be what the tag
    names. Unit: pixels. Range: 1 or more."""
    steps: int = 1000
    """Steps of the optimizer in which the tags are learned. Unit: steps. Range: 1 or more."""
    refine: int = 1000
    """Steps in which a segmentation network learns from the masks that the activations give. Unit: steps. Range: 1 or more, or 0 for no
    such network: then pictures are segmented by the activations."""
    batch: int = 8
    """Crops in one step. Unit: crops. Range: 1 or more."""
    rate: float = 1e-3
    """Learning rate of new layers; an encoder with pretrained weights learns at a tenth of it. Unit: none. Range: above
    0."""
    foreground: float = 0.8
    """Activation from which a cell is a sure seed of its class. Unit: fraction of the way from the class's lowest
    activation on the picture to its highest. Range: 0 to 1."""
    background: float = 0.3
    """Activation up to which, for all classes, a cell is a sure seed of the background. Unit: fraction, as `foreground`.
    Range: 0 to 1, below `foreground`."""
    spread: str = "live"
    """Solver that carries the seeds over the picture. Values: a name in SPREAD (learned, live, random_walker,
    nearest)."""
    seed: int = 0
    """Seed of the random numbers: first weights, crops and their order. Unit: none. Range: any whole number."""

    def __post_init__(self):
        super().__post_init__()
        find_spread(self.spread)

    def fit(
        self,
        examples: Sequence[Example],
        progress: Progress | None = None,
        validation: Sequence[Example] = (),
        run: RunOptions | None = None,
    ) -> Cam:
        """Learn from examples with tags, or with any cue of every class on them; returns itself.

        The arguments are those of `Network.fit`; `validation` chooses among the weights of the second network alone.

        Raises ValueError when no example has a cue, the backbone is unknown, or the loss is no longer finite. Whatever
        breaks it off, the segmenter stays as it was.
        """
        run, learner = with_progress(run, progress), self._for_examples(examples)
        classes, about = learner.classes, {"settings": self.settings()}
        statistics = annotation_stats(examples, classes)
        check_has_truth(validation)
        learner._networks["tagger."] = tagger = learner._classification_net(pretrained=True)
        whole = learner._cam_config(self.steps, zoom=1.05, turn=0.0)  # what a crop leaves out may be what the tag names
        outcome = training.class_activation.fit_classifier(
            tagger,
            examples,
            stats=statistics,
            classes=classes,
            config=whole,
            options=run.stage("tagger", first=True),
            about=about,
        )
        learner.training = summary(statistics, classes, outcome) | {"seed": self.seed}
        if self.refine:
            network = learner._segmentation_net(self.seed, pretrained=True)
            refined = training.fit.fit_network(
                network,
                [replace(example, cues=learner._tags(example)) for example in examples],
                classes=classes,
                config=learner._cam_config(self.refine),
                options=run.stage("network"),
                terms=("soft=1", "tags"),
                pseudo_labeller=learner._pseudo_labels,
                validation=validation,
                about=about,
            )
            learner._networks["network."] = network
            learner.training = refined | learner.training
        self._take_over(learner)
        return self

    def _builders(self) -> dict[str, Callable[..., nn.Module]]:
        network = {"network.": partial(self._segmentation_net, self.seed)} if self.refine else {}
        return {"tagger.": self._classification_net, **network}

    def _classification_net(self, pretrained: bool) -> ClassificationNet:
        return networks.classification_net.build(
            self.backbone,
            classes=len(self.classes),
            channels=self.channels or 3,
            seed=self.seed,
            padding=self.padding,
            pretrained=pretrained,
        )

    def _cam_config(self, steps: int, **others) -> TrainConfig:
        return self._train_config(steps, batch=self.batch, rate=self.rate, seed=self.seed, **others)

    @property
    def _tagger(self) -> ClassificationNet:
        return self._networks["tagger."]

    @property
    def _network(self) -> SegmentationNet | None:
        return self._networks.get("network.")

    def _tags(self, example: Example) -> Cues:
        """The tags alone, also where it is other cues that show which classes are present."""
        present = class_presence(example.cues, self.classes, complete=True)
        names = tuple(name for name, is_there in zip(self.classes[1:], present[1:], strict=True) if is_there == 1)
        return Cues(tags=names) if example.cues.kinds else Cues()

    def _pseudo_labels(self, example: Example) -> SoftLabels | None:
        """The spread seeds of the tagged classes; None where none is tagged."""
        class_ids = [self.classes.index(name) for name in self._tags(example).tags or ()]
        if not class_ids:
            return None
        probs = self._spread(self._activate(example.image), class_ids)
        return SoftLabels([0, *class_ids], np.rint(255 * probs).astype(np.uint8))

    def _activate(self, image: np.ndarray) -> ActivationMaps:
        return training.class_activation.activation_maps(self._tagger, image, self._cam_config(self.steps), self.spread)

    def _spread(self, activated: ActivationMaps, class_ids: list[int]) -> np.ndarray:
        return training.class_activation.spread_confident(
            activated, class_ids, self.foreground, self.background, self.spread
        )

    def _prepare(self, image: np.ndarray) -> Any:
        if self._network is not None:
            return networks.predict_probabilities(self._network, image, self.side, self.channels)
        return self._activate(image), guided_filter.make_guide(
            image, grid_shape(image.shape[:2], training.class_activation.GRID)
        )

    def _probabilities(self, image: np.ndarray, cues: Cues, class_ids: list[int], cache: Any) -> np.ndarray:
        if self._network is not None:
            return networks.resize_probabilities(cache, image.shape[:2])
        activated, guide = cache
        tags = class_presence(cues, self.classes)[1:]
        is_present = np.where(np.isnan(tags), activated.scores > 0.5, tags == 1)
        objects = (np.flatnonzero(is_present) + 1).tolist()
        probs = np.zeros((len(self.classes), *image.shape[:2]), np.float32)
        probs[[0, *objects]] = guided_filter.upsample(self._spread(activated, objects), guide) if objects else 1
        return probs
