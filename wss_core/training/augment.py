"""Augmentation: a random crop of a training sample, rotated, scaled and recoloured, together with its labels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..conventions import UNKNOWN
from .config import TrainConfig
from .samples import TrainSample

FOCUS = 0.5  # share of the crops that are placed around an annotated pixel of an object, so that rare classes are seen
LIGHT, CONTRAST, GAMMA = 0.1, 0.25, 0.25  # the largest changes of light, 0..1, and of the logarithms of the other two
WHOLE_IMAGE = 0.9  # share of an image from which a crop counts as showing all that is on it
TO_GREY, TO_BLUR = 0.2, 0.5  # probabilities that strong augmentation removes colour, sharpness
SPOTS = 12  # places along each side of an image by which the share that a crop shows is measured


@dataclass(frozen=True)
class Crop:
    """A crop of S x S pixels; C classes.

    image: uint8 (S, S, 3). labels: uint8 (S, S), UNKNOWN outside the image too. tags: float32 (C,), as in TrainSample.
    boxes: float32 (N, 6), x0, y0, x1, y1, label, share inside the crop. pseudo_labels: float32 (C, S, S) or None.
    """

    image: np.ndarray
    labels: np.ndarray
    tags: np.ndarray
    boxes: np.ndarray
    pseudo_labels: np.ndarray | None


def random_crop(sample: TrainSample, config: TrainConfig, random: np.random.Generator) -> Crop:
    """Cut a random crop out of a sample, with slightly varied light."""
    matrix = _random_matrix(sample, config, random)
    size, nearest = (config.crop, config.crop), {"flags": cv2.INTER_NEAREST, "borderValue": UNKNOWN}
    image = cv2.warpAffine(sample.image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    labels = cv2.warpAffine(sample.labels, matrix, size, borderMode=cv2.BORDER_CONSTANT, **nearest)
    boxes = _crop_boxes(sample.boxes, matrix, config.crop)
    tags = _crop_tags(sample, labels, boxes, matrix, config.crop)
    pseudo_labels = None if sample.pseudo_labels is None else _crop_pseudo_labels(sample, matrix, size)
    return Crop(jitter_light(image, random), labels, tags, boxes, pseudo_labels)


def jitter_light(image: np.ndarray, random: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Change the light, contrast and gamma of an image at random, `strength` times as much as in other crops."""
    light, contrast, gamma = strength * random.uniform(-1, 1, 3) * (LIGHT, CONTRAST, GAMMA)
    levels = np.linspace(0, 1, 256) ** np.exp(gamma)
    levels = (levels - 0.5) * np.exp(contrast) + 0.5 + light
    return cv2.LUT(image, np.rint(np.clip(levels, 0, 1) * 255).astype(np.uint8))


def strong_augment(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Change an image more: twice the jitter of light, each channel by itself, sometimes grey, sometimes blurred."""
    is_grey = bool((image == image[..., :1]).all())
    image = jitter_light(image, random, strength=2.0)
    if not is_grey:
        gains = np.exp(random.uniform(-0.3, 0.3, 3)).astype(np.float32)
        image = np.clip(image * gains, 0, 255).astype(np.uint8)
        if random.random() < TO_GREY:
            image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return cv2.GaussianBlur(image, (0, 0), random.uniform(0.3, 2.0)) if random.random() < TO_BLUR else image


def _random_matrix(sample: TrainSample, config: TrainConfig, random: np.random.Generator) -> np.ndarray:
    """float64 (2, 3): a random affine map from pixels of the sample to pixels of the crop."""
    shape = np.array(sample.image.shape[:2])
    zoom = config.zoom ** random.uniform(-1, 1)
    angle = 0.0 if len(sample.boxes) else np.deg2rad(random.uniform(-config.turn, config.turn))
    flip = random.choice((-1, 1))
    linear = zoom * np.array([[flip * np.cos(angle), -flip * np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    span = config.crop / zoom
    centre = np.array([_random_centre(side, span, random) for side in shape])[::-1]
    anchor = _random_object_pixel(sample, random) if random.random() < FOCUS else None
    if anchor is not None:
        low, high = np.minimum(span, shape[::-1]) / 2, shape[::-1] - np.minimum(span, shape[::-1]) / 2
        centre = np.clip(anchor + random.uniform(-0.3, 0.3, 2) * span, low, high)
    return np.column_stack([linear, (config.crop - 1) / 2 - linear @ (centre - 0.5)])


def _random_centre(side: int, span: float, random: np.random.Generator) -> float:
    """The middle of a random stretch of length `span` on a side; the side's middle where it is shorter than that."""
    return random.uniform(span / 2, side - span / 2) if span < side else side / 2


def _random_object_pixel(sample: TrainSample, random: np.random.Generator) -> np.ndarray | None:
    """float (2,): (x, y) of an annotated pixel of an object, each class equally likely; None where there is none."""
    classes = np.setdiff1d(sample.labels, (0, UNKNOWN))
    if not len(classes):
        return None
    ys, xs = np.nonzero(sample.labels == random.choice(classes))
    i = int(random.integers(len(ys)))
    return np.array([xs[i], ys[i]], float)


def _crop_boxes(boxes: np.ndarray, matrix: np.ndarray, side: int) -> np.ndarray:
    """float32 (N, 6): boxes (x0, y0, x1, y1, label) clipped to the crop, and the share of each inside it.

    Boxes that are outside are left out.
    """
    corners = boxes[:, [[0, 1], [2, 3]]] - 0.5  # a half-open end lies on a pixel's edge, half a pixel before its centre
    ends = corners @ matrix[:, :2].T + matrix[:, 2] + 0.5
    low, high = ends.min(axis=1), ends.max(axis=1)
    clipped = np.clip(low, 0, side), np.clip(high, 0, side)
    share = np.prod(clipped[1] - clipped[0], axis=1) / np.maximum(np.prod(high - low, axis=1), 1e-6)
    rows = np.column_stack([*clipped, boxes[:, 4], share]).astype(np.float32)
    return rows[(clipped[1] - clipped[0] >= 1).all(axis=1)]


def _crop_tags(sample: TrainSample, labels: np.ndarray, boxes: np.ndarray, matrix: np.ndarray, side: int) -> np.ndarray:
    """float32 (C,): the sample's tags as far as they hold for the crop.

    A class present on the image is only known to be in the crop when one of its cues is, or most of the image is.
    """
    height, width = sample.image.shape[:2]
    middles = (np.arange(SPOTS) + 0.5) / SPOTS
    spots = np.stack(np.meshgrid(middles * width, middles * height), axis=-1).reshape(-1, 2) - 0.5
    spots = spots @ matrix[:, :2].T + matrix[:, 2]
    if ((spots > -0.5) & (spots < side - 0.5)).all(axis=1).mean() >= WHOLE_IMAGE:
        return sample.tags
    cued = np.union1d(labels, boxes[:, 4])
    known = (sample.tags != 1) | np.isin(np.arange(len(sample.tags)), cued)
    return np.where(known, sample.tags, np.nan).astype(np.float32)


def _crop_pseudo_labels(sample: TrainSample, matrix: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """float32 (C, S, S): the sample's pseudo-labels in the crop, which sum to 1, or to 0 outside the image."""
    grid, shape = sample.pseudo_labels.planes.shape[1:], sample.image.shape[:2]
    scale = np.diag([shape[1] / grid[1], shape[0] / grid[0]])
    linear = matrix[:, :2] @ scale
    from_grid = np.column_stack([linear, matrix[:, 2] + linear @ [0.5, 0.5] - matrix[:, :2] @ [0.5, 0.5]])
    planes = np.zeros((len(sample.tags), *size), np.float32)
    for label, plane in zip(*sample.pseudo_labels, strict=True):
        planes[label] = cv2.warpAffine(plane, from_grid, size, flags=cv2.INTER_LINEAR)
    total = planes.sum(axis=0)
    return np.where(total > 127, planes / np.maximum(total, 1), 0)
