"""What can be read off a Result: labels at another size, objects, boxes, areas, colours, the picture painted over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..conventions import UNKNOWN
from ..cues import Box
from ..imaging.io import colour_table
from ..imaging.resize import resize_nearest
from . import Result
from .result import pixel_area

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Object:
    """One 8-connected patch of a class.

    box: (x0, y0, x1, y1), half open. mask: bool (y1 - y0, x1 - x0), its pixels in the box. area: in pixels.
    """

    label: int
    box: tuple[int, int, int, int]
    mask: np.ndarray
    area: int


def colours(count: int) -> list[tuple[int, int, int]]:
    """The PASCAL VOC colours, (R, G, B), of labels 0..count - 1: the label's bits are spread over the channels.

    Label 0 is black. Source: VOClabelcolormap of the PASCAL VOC development kit.
    """
    table = []
    for label in range(count):
        rgb = [sum((label >> (3 * bit + channel) & 1) << (7 - bit) for bit in range(3)) for channel in range(3)]
        table.append((rgb[0], rgb[1], rgb[2]))
    return table


def resize_labels(result: Result, shape: tuple[int, int]) -> np.ndarray:
    """uint8 (H, W): the labels at another size, from linearly resized probabilities; 255 = ignored.

    One class is resized at a time, so memory does not grow with their number. Ignored pixels are resized to the nearest.
    At the Result's own shape these are `result.labels`.
    """
    if tuple(shape) == tuple(result.shape):
        return result.labels
    size = shape[1], shape[0]
    labels = np.full(shape, result.class_ids[0], np.uint8)
    best = cv2.resize(result.compact_probs[0], size, interpolation=cv2.INTER_LINEAR)
    for label, row in zip(result.class_ids[1:], result.compact_probs[1:], strict=True):
        plane = cv2.resize(row, size, interpolation=cv2.INTER_LINEAR)
        labels[plane > best] = label
        np.maximum(best, plane, out=best)
    if result.ignored is not None:
        labels[resize_nearest(result.ignored, shape)] = UNKNOWN
    return labels


def objects(labels: np.ndarray, min_area: int = 1) -> Iterator[Object]:
    """Yield every 8-connected patch of an object class with at least `min_area` pixels, by label, then top to bottom."""
    for label in np.unique(labels):
        if label in (0, UNKNOWN):
            continue
        _, numbers, stats, _ = cv2.connectedComponentsWithStats((labels == label).view(np.uint8), connectivity=8)
        for number, (x, y, width, height, area) in enumerate(stats.tolist()):
            if number and area >= min_area:
                mask = numbers[y : y + height, x : x + width] == number
                yield Object(int(label), (x, y, x + width, y + height), mask, area)


def boxes(result: Result, min_area: int = 1) -> list[Box]:
    """The tight box, half open, of every connected patch of an object class with at least `min_area` pixels."""
    return [Box(*patch.box, patch.label) for patch in objects(result.labels, min_area)]


def objects_table(
    result: Result, min_area: int = 1, spacing: float | tuple[float, float] | None = None
) -> pd.DataFrame:
    """A table with a row for each of `objects`: label, class, x0, y0, x1, y1, pixels, and area by `spacing`.

    Boxes are half open, in pixels. spacing: as for `Result.areas`; without it there is no column `area`.
    """
    import pandas as pd

    columns = ["label", "class", "x0", "y0", "x1", "y1", "pixels"]
    patches = objects(result.labels, min_area)
    rows = [(patch.label, result.classes[patch.label], *patch.box, patch.area) for patch in patches]
    table = pd.DataFrame(rows, columns=columns)
    if spacing is not None:
        table["area"] = table["pixels"] * pixel_area(spacing)
    return table


def areas(labels: np.ndarray, classes) -> dict[str, int]:
    """The number of pixels of every class by name, in the classes' order; ignored pixels count for none."""
    counts = np.bincount(labels.ravel(), minlength=256)
    return {name: int(counts[label]) for label, name in enumerate(classes)}


def overlay(image: np.ndarray, labels: np.ndarray, palette, strength: float = 0.45) -> np.ndarray:
    """uint8 (H, W, 3): the picture with every object class tinted by palette[label] and its contour in full colour.

    strength: weight of the colour, 0..1. Background stays as it is; ignored pixels get the colour of VOC's borders.
    """
    colour = colour_table(palette)[labels]
    blended = cv2.addWeighted(image, 1 - strength, colour, strength, 0)
    contours = _contours(labels)
    blended[contours] = colour[contours]
    return np.where((labels == 0)[..., None], image, blended)


def _contours(labels: np.ndarray) -> np.ndarray:
    """bool (H, W): pixels with a 4-neighbour of another label, a line that widens with the picture."""
    line = np.zeros(labels.shape, np.uint8)
    across, down = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    line[:, 1:] |= across
    line[:, :-1] |= across
    line[1:] |= down
    line[:-1] |= down
    side = 1 + 2 * (max(labels.shape) // 1500)
    return cv2.dilate(line, np.ones((side, side), np.uint8)).astype(bool)
