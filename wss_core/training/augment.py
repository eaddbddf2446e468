"""A random part of a picture, turned, resized and recoloured, with all that is told of it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..conventions import UNKNOWN
from .config import TrainConfig
from .samples import TrainSample

FOCUS = 0.5  # share of the crops that are laid around a told pixel of some object: rare classes are seen too
LIGHT, CONTRAST, GAMMA = 0.1, 0.25, 0.25  # how much a picture's light is varied; `strong` does so twice as much
WHOLE = 0.9  # share of a picture, from which on a crop shows all that is on it
GREY, BLUR = 0.2, 0.5  # chances that a strong change takes away colour, sharpness


@dataclass(frozen=True)
class Crop:
    """image: uint8 (S, S, 3). labels: uint8 (S, S), UNKNOWN outside the picture too. tags: float32 (C,). boxes: float32
    (N, 6), x0, y0, x1, y1, label, share in the crop. soft: float32 (C, S, S) or None."""

    image: np.ndarray
    labels: np.ndarray
    tags: np.ndarray
    boxes: np.ndarray
    soft: np.ndarray | None


def cut(picture: TrainSample, plan: TrainConfig, random: np.random.Generator) -> Crop:
    """A random crop of the picture, its light varied a little."""
    matrix = _placed(picture, plan, random)
    size, flags = (plan.crop, plan.crop), {"flags": cv2.INTER_NEAREST, "borderValue": UNKNOWN}
    image = cv2.warpAffine(picture.image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    labels = cv2.warpAffine(picture.labels, matrix, size, borderMode=cv2.BORDER_CONSTANT, **flags)
    boxes = _moved(picture.boxes, matrix, plan.crop)
    tags = _seen(picture, labels, boxes, matrix, plan.crop)
    soft = None if picture.soft is None else _warped(picture, matrix, size)
    return Crop(relit(image, random), labels, tags, boxes, soft)


def relit(image: np.ndarray, random: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """The image with its light, contrast and gamma changed at random, `strength` times as much as usual."""
    light, contrast, gamma = strength * random.uniform(-1, 1, 3) * (LIGHT, CONTRAST, GAMMA)
    levels = np.linspace(0, 1, 256) ** np.exp(gamma)
    levels = (levels - 0.5) * np.exp(contrast) + 0.5 + light
    return cv2.LUT(image, np.rint(np.clip(levels, 0, 1) * 255).astype(np.uint8))


def strong(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The image changed more: each channel's light by itself, sometimes grey, sometimes blurred."""
    grey = bool((image == image[..., :1]).all())
    image = relit(image, random, 2.0)
    if not grey:
        gains = np.exp(random.uniform(-0.3, 0.3, 3)).astype(np.float32)
        image = np.clip(image * gains, 0, 255).astype(np.uint8)
        if random.random() < GREY:
            image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return cv2.GaussianBlur(image, (0, 0), random.uniform(0.3, 2.0)) if random.random() < BLUR else image


def _placed(picture: TrainSample, plan: TrainConfig, random: np.random.Generator) -> np.ndarray:
    """float64 (2, 3): pixels of the picture -> pixels of the crop."""
    shape = np.array(picture.image.shape[:2])
    zoom = plan.zoom ** random.uniform(-1, 1)
    angle = 0.0 if len(picture.boxes) else np.deg2rad(random.uniform(-plan.turn, plan.turn))
    flip = random.choice((-1, 1))
    linear = zoom * np.array([[flip * np.cos(angle), -flip * np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    span = plan.crop / zoom
    centre = np.array([_between(side, span, random) for side in shape])[::-1]
    anchor = _told_pixel(picture, random) if random.random() < FOCUS else None
    if anchor is not None:
        low, high = np.minimum(span, shape[::-1]) / 2, shape[::-1] - np.minimum(span, shape[::-1]) / 2
        centre = np.clip(anchor + random.uniform(-0.3, 0.3, 2) * span, low, high)
    return np.column_stack([linear, (plan.crop - 1) / 2 - linear @ (centre - 0.5)])


def _between(side: int, span: float, random: np.random.Generator) -> float:
    """The middle of a stretch `span` long on a side; that of the side where it is shorter."""
    return random.uniform(span / 2, side - span / 2) if span < side else side / 2


def _told_pixel(picture: TrainSample, random: np.random.Generator) -> np.ndarray | None:
    """float (2,), (x, y) of a told pixel of an object, each class as likely; None where none is told."""
    found = np.setdiff1d(picture.labels, (0, UNKNOWN))
    if not len(found):
        return None
    ys, xs = np.nonzero(picture.labels == random.choice(found))
    i = int(random.integers(len(ys)))
    return np.array([xs[i], ys[i]], float)


def _moved(boxes: np.ndarray, matrix: np.ndarray, side: int) -> np.ndarray:
    """float32 (N, 6): the boxes (x0, y0, x1, y1, label) in the crop, cut at its border, those outside left out, and the
    share of each that is in it."""
    corners = boxes[:, [[0, 1], [2, 3]]] - 0.5  # a half-open end lies on a pixel's edge, half a pixel before its centre
    ends = corners @ matrix[:, :2].T + matrix[:, 2] + 0.5
    low, high = ends.min(axis=1), ends.max(axis=1)
    inside = np.clip(low, 0, side), np.clip(high, 0, side)
    share = np.prod(inside[1] - inside[0], axis=1) / np.maximum(np.prod(high - low, axis=1), 1e-6)
    found = np.column_stack([*inside, boxes[:, 4], share]).astype(np.float32)
    return found[(inside[1] - inside[0] >= 1).all(axis=1)]


def _seen(picture: TrainSample, labels: np.ndarray, boxes: np.ndarray, matrix: np.ndarray, side: int) -> np.ndarray:
    """float32 (C,): the picture's tags; a class present there is only known to be here when a cue of it is, or when
    most of the picture is."""
    height, width = picture.image.shape[:2]
    middles = (np.arange(12) + 0.5) / 12
    spots = np.stack(np.meshgrid(middles * width, middles * height), axis=-1).reshape(-1, 2) - 0.5
    moved = spots @ matrix[:, :2].T + matrix[:, 2]
    if ((moved > -0.5) & (moved < side - 0.5)).all(axis=1).mean() >= WHOLE:
        return picture.tags
    here = np.union1d(labels, boxes[:, 4])
    known = (picture.tags != 1) | np.isin(np.arange(len(picture.tags)), here)
    return np.where(known, picture.tags, np.nan).astype(np.float32)


def _warped(picture: TrainSample, matrix: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """float32 (C, S, S): the picture's soft labels in the crop, sums to 1; 0 outside the picture."""
    grid, shape = picture.soft.planes.shape[1:], picture.image.shape[:2]
    scale = np.diag([shape[1] / grid[1], shape[0] / grid[0]])
    linear = matrix[:, :2] @ scale
    own = np.column_stack([linear, matrix[:, 2] + linear @ [0.5, 0.5] - matrix[:, :2] @ [0.5, 0.5]])
    found = np.zeros((len(picture.tags), *size), np.float32)
    for label, plane in zip(*picture.soft, strict=True):
        found[label] = cv2.warpAffine(plane, own, size, flags=cv2.INTER_LINEAR)
    total = found.sum(axis=0)
    return np.where(total > 127, found / np.maximum(total, 1), 0)
