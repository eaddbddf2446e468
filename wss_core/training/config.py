"""TrainConfig: the settings that decide the result of a training. How it is run is in `wss_core/run_options.py`."""

from __future__ import annotations

from dataclasses import dataclass

LOG = "log.jsonl"


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
    "Peak learning rate of new layers; pretrained encoders learn at `optimizer.PRETRAINED_RATE` of it."
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
