"""The training pictures: every `train` split (and clothing's tagged photographs), held in memory; voc99 is never read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from datasets import load_dataset
from tqdm import tqdm

# data set -> the splits read, and the column with its regions (None: pictures only)
SOURCES: dict[str, tuple[tuple[str, ...], str | None]] = {
    "photos": (("train",), None),
    "clothing": (("train", "tagged"), "mask"),
    "segments": (("train",), "segments"),
    "camvid": (("train",), "mask"),
    "horses": (("train",), "mask"),
    "nuclei": (("train",), "mask"),
    "acdc": (("train",), "mask"),
    "tiles": (("train",), "mask"),
}
HELD_OUT = 8  # of the masked pictures every eighth group is kept for model selection, and never trained on
MAX_SIDE = 480  # pixels; nothing here gains from more, and memory stays near 1 GB


@dataclass(frozen=True)
class TrainImage:
    """An image of a training data set with its annotations."""

    source: str
    """Name of the data set."""
    id: str
    """Identifier in the data set."""
    image: np.ndarray
    """RGB, uint8 (H, W, 3)."""
    maps: tuple[np.ndarray, ...]
    """Label maps uint8 (H, W), 255 = ignored; a training task takes one of them."""
    held_out: bool
    """Whether the image is kept for model selection and not trained on."""
    drawn: np.ndarray | None = None
    """Scribbles of a person, uint8 (H, W), 255 = none; None if the data set has no scribbles."""


def load_images(root: Path, sources=tuple(SOURCES)) -> list[TrainImage]:
    """Load all images of the data sets `sources` in the folder `root`."""
    images = []
    for name in sources:
        splits, column = SOURCES[name]
        for split in splits:
            rows = load_dataset(str(root / name), split=split)
            groups: dict[str, int] = {}
            for row in tqdm(rows, desc=f"{name} {split}", unit="picture", leave=False):
                number = groups.setdefault(str(row.get("group") or row["id"]), len(groups))
                images.append(_train_image(name, row, column, number))
    return images


def _train_image(source: str, row: dict, column: str | None, number: int) -> TrainImage:
    image = np.asarray(row["image"].convert("RGB"))
    scale = min(1, MAX_SIDE / max(image.shape[:2]))
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    values = row.get(column) if column else None
    values = values if isinstance(values, list) else [values] if values is not None else []
    maps = tuple(cv2.resize(np.asarray(v, np.uint8), size, interpolation=cv2.INTER_NEAREST) for v in values)
    drawn = row.get("scribble")
    if drawn is not None:
        drawn = cv2.resize(np.asarray(drawn, np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return TrainImage(source, str(row["id"]), image, maps, bool(maps) and number % HELD_OUT == 0, drawn)


def crop(source_image: TrainImage, side: int, random: np.random.Generator, *maps: np.ndarray | None):
    """Cut a random square of `side` pixels, at a random zoom, flipped half of the time, a little lighter or darker.

    Returns image uint8 (side, side, 3), then the same crop of each of `maps` (H, W), with 255 outside, or None.
    """
    height, width = source_image.image.shape[:2]
    zoom = side / (min(height, width) * random.uniform(0.6, 1.4))
    span = side / zoom
    left, top = (_start(size, span, random) for size in (width, height))
    matrix = np.array([[zoom, 0, -left * zoom], [0, zoom, -top * zoom]])
    if random.random() < 0.5:
        matrix[0] = -matrix[0]
        matrix[0, 2] += side - 1
    interpolation = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
    image = cv2.warpAffine(source_image.image, matrix, (side, side), flags=interpolation, borderMode=cv2.BORDER_REFLECT)
    gain, lift = random.uniform(0.8, 1.2), random.uniform(-20, 20)
    image = np.clip(image * np.float32(gain) + np.float32(lift), 0, 255).astype(np.uint8)
    flags = {"flags": cv2.INTER_NEAREST, "borderMode": cv2.BORDER_CONSTANT, "borderValue": 255}
    return image, *(None if m is None else cv2.warpAffine(m, matrix, (side, side), **flags) for m in maps)


def _start(size: int, span: float, random: np.random.Generator) -> float:
    return random.uniform(0, size - span) if span < size else (size - span) / 2
