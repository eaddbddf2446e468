"""The settings that methods with trained networks share, and how such a method is built, saved and trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar

import numpy as np

from .. import features as feature_maps
from .. import networks
from ..cues import Example
from ..features.timm_backbone import resolve_architecture
from ..segmenter import Download, Segmenter
from ..state_check import check_state
from ..training.annotation_stats import default_class_names, is_greyscale
from ..training.config import TrainConfig

if TYPE_CHECKING:
    from torch import nn

    from ..networks import SegmentationNet

Method = TypeVar("Method", bound="NetworkSettings")


@dataclass(kw_only=True)
class NetworkSettings(Segmenter):
    """Settings of methods that train one or several networks, and what these methods do alike."""

    learns: ClassVar[bool] = True
    cost_settings: ClassVar[Mapping[str, tuple[int, int]]] = {
        "side": (1, 1024),
        "width": (1, 4096),
        "channels": (0, 4096),
    }

    backbone: str = "builtin"
    """The encoder. "builtin" starts from the encoder of the built-in model, "unet" from random weights.
    Values: "builtin", "unet", or "timm:NAME" for pretrained weights of timm ("timm:hf-hub:USER/REPO" for others)."""
    padding: str = ""
    """How convolutions of a timm encoder pad their input. A checkpoint keeps it, so that it can be built again.
    Values: "" for the encoder's own way, "same", "symmetric", as timm's pad_type."""
    width: int = 64
    """Channels of the decoder, at most. Unit: channels. Range: 1 or more."""
    channels: int = 0
    """Channels of the pictures. Unit: channels. Range: 3 (colour), 1 (grey), or 0, which `fit` replaces by what the
    pictures have."""
    side: int = 384
    """Longer side to which larger pictures are shrunk, when learning and when segmenting. Unit: pixels. Range: 1 or
    more."""
    crop: int = 224
    """Side of the squares that it learns from, cut at random. Unit: pixels. Range: 1 or more."""
    steps: int = 1500
    """Steps of the optimizer. Unit: steps. Range: 1 or more."""

    def __post_init__(self):
        super().__post_init__()
        self._networks: dict[str, nn.Module] = {}

    @property
    def fitted(self) -> bool:
        """Whether the networks have learned, so that `segment` can be called."""
        return bool(self._networks)

    @property
    def downloads(self) -> tuple[Download, ...]:
        """The pretrained weights of a backbone "timm:NAME", until it has been fitted."""
        return () if self.fitted else feature_maps.downloads(self.backbone)

    def state(self) -> dict[str, np.ndarray]:
        """The weights by name, each network's with its prefix; {} before `fit`."""
        return {
            prefix + key: array
            for prefix, network in self._networks.items()
            for key, array in networks.state_arrays(network).items()
        }

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        """Take weights as `state` gave them. Raises ValueError, naming what is missing, too much or of another shape."""
        builders = {prefix: partial(build, pretrained=False) for prefix, build in self._builders().items()}
        expected = {prefix: networks.meta_state(build) for prefix, build in builders.items()}
        check_state(
            self.name, {p + key: array for p, arrays in expected.items() for key, array in arrays.items()}, state
        )
        loaded = {prefix: build() for prefix, build in builders.items()}
        for prefix, network in loaded.items():
            networks.load_state_arrays(network, {key: state[prefix + key] for key in expected[prefix]})
        self._networks = loaded
        self._mark_weights()

    def _builders(self) -> dict[str, Callable[..., nn.Module]]:
        """{prefix of the weights' names: function of `pretrained` that builds the network}."""
        raise NotImplementedError

    def _segmentation_net(self, seed: int, pretrained: bool) -> SegmentationNet:
        return networks.build(
            self.backbone,
            classes=len(self.classes),
            width=self.width,
            channels=self.channels or 3,
            seed=seed,
            padding=self.padding,
            pretrained=pretrained,
        )

    def _for_examples(self: Method, examples: Sequence[Example]) -> Method:
        """A copy with the classes and channels of the examples where the settings leave them open: it learns."""
        classes = self.classes or default_class_names(examples)
        return replace(self, classes=classes, channels=self.channels or (1 if is_greyscale(examples) else 3))

    def _take_over(self, learner: NetworkSettings) -> None:
        """Become what `learner` has become. Called last: a `fit` that breaks off leaves everything as it was."""
        backbone, padding = resolve_architecture(learner.backbone, learner.padding)
        self.classes, self.channels, self.training = learner.classes, learner.channels, learner.training
        self.backbone, self.padding, self._networks = backbone, padding, learner._networks
        self._mark_weights()

    def _train_config(self, steps: int, *, batch: int, rate: float, seed: int, **others) -> TrainConfig:
        return TrainConfig(
            steps=steps,
            batch=batch,
            crop=self.crop,
            side=self.side,
            channels=self.channels or 3,
            rate=rate,
            seed=seed,
            every=max(1, steps // 10),
            **others,
        )
