"""The settings of a training: TrainConfig, which decides its result, and RunOptions, which do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

STATE, LOG = "state.pt", "log.jsonl"
Progress = Callable[[int, int, dict[str, float]], None]


@dataclass(frozen=True)
class TrainConfig:
    """What decides the result of a training. Saved states hold these names; renaming one ends all stopped trainings."""

    steps: int
    "Steps of the optimizer, 1 or more."
    batch: int
    "Crops in a step from images with annotated pixels, and as many from all other images, if there are any."
    crop: int
    "Side of a crop in pixels."
    side: int
    "The longer side of an image in pixels; larger images are shrunk to it."
    channels: int
    "Channels of an image: 3, or 1 for greyscale."
    rate: float
    "Peak learning rate of new layers; pretrained encoders learn at `loop.PRETRAINED_RATE` of it."
    seed: int
    "Seed of all random choices."
    decay: float = 0.99
    "Share of its own weights that the teacher keeps in each step, 0..1."
    every: int = 250
    "Steps between two validations."
    patience: int = 0
    "Validations in a row without gain after which training stops; 0 = never."
    zoom: float = 1.4
    "A crop shows the image at up to this many times, or at least this fraction of, its size."
    turn: float = 15.0
    "The largest rotation of a crop in degrees, either way; images with boxes are not rotated."


@dataclass(frozen=True)
class RunOptions:
    """How a training is run: where its state is kept, on what device, who is informed. They do not change its result."""

    folder: Path | None = None
    "Where the training's state is saved; None = nowhere."
    resume: bool = False
    "Continue the stopped training that `folder` holds."
    save_every: float = 120.0
    "Seconds between two saves."
    device: str = "auto"
    'A device as PyTorch names it, or "auto": a GPU where there is one.'
    precision: str = "auto"
    '"float32", "bfloat16", "float16", or "auto": the fastest that the device supports.'
    progress: Progress | None = None
    "Called with (step, steps, {name: value}) after each step; whatever it raises stops the training, saved."
    quiet: bool = False
    "Show no progress bar."

    def stage(self, name: str, first: bool = False) -> RunOptions:
        """Return the options for one of several trainings in a row, each with a subfolder of its own.

        name: that of the subfolder; "" = there is only one training. Stages that have no state yet begin anew.
        """
        if self.folder is None or not name:
            return self
        folder = Path(self.folder) / name
        return replace(self, folder=folder, resume=self.resume and (first or (folder / STATE).exists()))


def with_progress(options: RunOptions | None, progress: Progress | None) -> RunOptions:
    """Return the options, or the default ones, with `progress` if that is given."""
    options = options or RunOptions()
    return options if progress is None else replace(options, progress=progress)
