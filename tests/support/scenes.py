"""Segmenters that have learned, for tests of what becomes of them afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wss_core.cues import Cues, Example, Stroke
from wss_core.segmenter import Segmenter

CLASSES = ("background", "disc")


@dataclass(kw_only=True)
class Learned(Segmenter):
    """The smallest method that learns: a pixel is an object if its red value is above the mean of the examples."""

    name: ClassVar[str] = "learned"
    uses: ClassVar[frozenset[str]] = frozenset({"strokes", "labels"})
    learns: ClassVar[bool] = True
    width: int = 3

    def __post_init__(self):
        super().__post_init__()
        self.weights = np.zeros(self.width, np.float32)
        self.count = np.zeros((), np.int64)

    def fit(self, examples, progress=None):
        self.weights[:] = np.mean([example.image[..., 0].mean() for example in examples])
        self.count[()] = len(examples)
        self.training = {"images": len(examples), "cues": {"strokes": len(examples)}, "label_seconds": 21.8}
        return self

    @property
    def fitted(self):
        return bool(self.count)

    def state(self):
        return {"weights": self.weights, "count": self.count}

    def load_state(self, state):
        super().load_state(state)
        self.weights, self.count = state["weights"], state["count"]

    def _probabilities(self, image, cues, class_ids, cache):
        high = image[..., 0] > self.weights[0]
        return np.stack([~high, high]).astype(np.float32)


def learned() -> Learned:
    return Learned(classes=CLASSES).fit(discs())


def discs(count: int = 2, side: int = 48) -> list[Example]:
    """Red discs on green, with a stroke on each side and the truth."""
    ys, xs = np.mgrid[:side, :side]
    made = []
    for number in range(count):
        middle = side // 2 + 4 * number
        truth = ((xs - middle) ** 2 + (ys - middle) ** 2 < (side // 4) ** 2).astype(np.uint8)
        image = np.where(truth[..., None] == 1, (190, 60, 50), (60, 140, 70)).astype(np.uint8)
        strokes = (Stroke(1, 5, ((middle - 6, middle), (middle + 6, middle))), Stroke(0, 5, ((2, 2), (side - 4, 2))))
        made.append(Example(image, Cues(strokes=strokes), truth, id=str(number)))
    return made


# Settings with which a method that learns is fitted within seconds.
TINY: dict[str, dict] = {
    "network": {"backbone": "unet", "width": 16, "crop": 32, "side": 64, "steps": 2, "batch": 2},
    "probe": {"features": "texture", "waves": 64},
    "cam": {"backbone": "unet", "width": 16, "crop": 32, "side": 64, "steps": 2, "refine": 2, "batch": 2},
}


def fitted(method: type[Segmenter]) -> Segmenter:
    """A segmenter of `method` that can segment: fitted on two pictures if it has to learn."""
    segmenter = method(classes=CLASSES, **TINY.get(method.name, {}))
    if method.learns:
        segmenter.fit(discs())
    return segmenter
