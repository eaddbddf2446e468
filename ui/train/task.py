"""What a training is given, a method and examples, and how these lie in a folder for the process that trains."""

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
from .training_set import TrainingSet

TASK_FILE = "task.json"


@dataclass(frozen=True)
class TrainImage:
    """The small copy of a picture that is kept for training.

    image: uint8 (h, w, 3), at most TRAIN_SIDE a side. full_size: (H, W) of the picture that was sent; cues are in its pixels.
    """

    image: np.ndarray
    full_size: tuple[int, int]
    name: str

    @classmethod
    def of(cls, image: np.ndarray, full_size: tuple[int, int], name: str) -> TrainImage:
        """Shrink an image that is still large."""
        return cls(resize_to_fit(image, limits.TRAIN_SIDE), full_size, name)

    @property
    def nbytes(self) -> int:
        """Bytes that it holds."""
        return self.image.nbytes


@dataclass(frozen=True)
class TrainTask:
    """One training.

    method, settings: as `wss_core.methods.settings.build` takes them. full_sizes: (H, W) of each example's picture as
    it was sent. seconds: that the steps may take; a method with `steps` takes fewer where it would take longer.
    """

    method: str
    settings: dict[str, Any]
    examples: tuple[Example, ...]
    full_sizes: tuple[tuple[int, int], ...]
    seconds: float

    @classmethod
    def of(
        cls,
        method: str,
        settings: dict[str, Any],
        training_set: TrainingSet,
        images: Sequence[TrainImage],
        seconds: float,
    ) -> TrainTask:
        """Make the task of a training set, whose cues are in pixels of the pictures that were sent."""
        examples = tuple(
            Example(image.image, raster.resize_cues(cues, image.full_size, image.image.shape[:2]), id=image.name)
            for image, cues in zip(images, training_set.cues, strict=True)
        )
        full_sizes = tuple(image.full_size for image in images)
        return cls(method, {**settings, "classes": list(training_set.classes)}, examples, full_sizes, seconds)

    def write(self, folder: Path) -> None:
        """Write the task into a folder, for `read`."""
        rows = []
        for number, (example, full_size) in enumerate(zip(self.examples, self.full_sizes, strict=True)):
            np.save(folder / f"{number}.npy", example.image)
            rows.append({"id": example.id, "full_size": full_size, "cues": example.cues.to_json()})
        form = {"method": self.method, "settings": self.settings, "seconds": self.seconds, "images": rows}
        (folder / TASK_FILE).write_text(json.dumps(form), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> TrainTask:
        """Read the task that `write` put into a folder."""
        form = json.loads((folder / TASK_FILE).read_text(encoding="utf-8"))
        examples = []
        for number, row in enumerate(form["images"]):
            image = np.load(folder / f"{number}.npy")
            examples.append(Example(image, Cues.from_json(row["cues"], image.shape[:2]), id=row["id"]))
        full_sizes = tuple(tuple(row["full_size"]) for row in form["images"])
        return cls(form["method"], form["settings"], tuple(examples), full_sizes, form["seconds"])
