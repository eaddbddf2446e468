"""What a training is given: a method and examples; and how they lie in a folder for the process that trains."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wss_core.cues import Cues, Example, raster
from wss_core.imaging.resize import resize_to_fit

from ..server import limits
from ..server.lru import LruCache
from .training_set import TrainingSet

TOLD = "task.json"


@dataclass(frozen=True)
class TrainImage:
    """image: uint8 (h, w, 3), at most TRAIN_SIDE a side; full: (H, W) as it was sent, which cues are in pixels of."""

    image: np.ndarray
    full: tuple[int, int]
    name: str

    @classmethod
    def of(cls, image: np.ndarray, full: tuple[int, int], name: str) -> TrainImage:
        """The small copy of a picture that is still large."""
        return cls(resize_to_fit(image, limits.TRAIN_SIDE), full, name)

    @property
    def nbytes(self) -> int:
        """Bytes held for it."""
        return self.image.nbytes


@dataclass(frozen=True)
class TrainTask:
    """method, settings: as `wss_core.methods.settings.build` takes them. full: (H, W) of each example's picture as it was sent.

    seconds: that learning may take; a method with `steps` takes fewer where it would take longer.
    """

    method: str
    settings: dict[str, Any]
    examples: tuple[Example, ...]
    full: tuple[tuple[int, int], ...]
    seconds: float

    @classmethod
    def of(
        cls, method: str, settings: dict[str, Any], lesson: TrainingSet, pictures: Sequence[TrainImage], seconds: float
    ) -> TrainTask:
        """The task of learning the lesson, whose cues are in pixels of the pictures as they were sent."""
        examples = tuple(
            Example(picture.image, raster.resize_cues(cues, picture.full, picture.image.shape[:2]), id=picture.name)
            for picture, cues in zip(pictures, lesson.cues, strict=True)
        )
        full = tuple(picture.full for picture in pictures)
        return cls(method, {**settings, "classes": list(lesson.classes)}, examples, full, seconds)

    def write(self, folder: Path) -> None:
        """Put all of it into a folder, which `read` takes it from."""
        rows = []
        for number, (example, full) in enumerate(zip(self.examples, self.full, strict=True)):
            np.save(folder / f"{number}.npy", example.image)
            rows.append({"id": example.id, "full": full, "cues": example.cues.to_json()})
        form = {"method": self.method, "settings": self.settings, "seconds": self.seconds, "pictures": rows}
        (folder / TOLD).write_text(json.dumps(form), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> TrainTask:
        """The task that `write` put there."""
        form = json.loads((folder / TOLD).read_text(encoding="utf-8"))
        examples = []
        for number, row in enumerate(form["pictures"]):
            image = np.load(folder / f"{number}.npy")
            examples.append(Example(image, Cues.from_json(row["cues"], image.shape[:2]), id=row["id"]))
        full = tuple(tuple(row["full"]) for row in form["pictures"])
        return cls(form["method"], form["settings"], tuple(examples), full, form["seconds"])


pictures = LruCache(limits.TRAIN_KEPT, limits.TRAIN_KEPT_BYTES)
