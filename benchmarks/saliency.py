"""Baselines without learning, for `weak_training.py`: the best class for every pixel, and salient regions."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from leaderboard.benchmarks.benchmark import Benchmark
from wss_core import metrics
from wss_core.conventions import UNKNOWN
from wss_core.cues import Example
from wss_core.data import ExampleDataset

SIDE = 64  # pixels of a side that pictures are reduced to, as in the paper
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4)  # of a picture that are taken as salient; the training pictures choose


def baselines(benchmark: Benchmark, train: ExampleDataset, test: ExampleDataset) -> dict[str, np.ndarray]:
    """Score each baseline by name: int64 (N, C, 3), true positives, false positives and misses of each picture and class.

    best constant: the object class that scores best, everywhere. saliency: that class where a picture stands out. tags given:
    there the largest of the classes that the picture truly shows. Class and share are the best on the training pictures.
    """
    count, name = len(benchmark.classes), benchmark.source
    everywhere = [(None, label) for label in range(1, count)]
    outstanding = [(share, label) for share in SHARES for label in range(1, count)]
    tags_given = [(share, 0) for share in SHARES]
    scored = _scores(train, count, [*everywhere, *outstanding, *tags_given])
    rules = {"best constant": everywhere, "saliency": outstanding, "saliency, tags given": tags_given}
    chosen = [max(candidates, key=scored.get) for candidates in rules.values()]
    counts = np.stack([_counts(example, count, chosen) for example in test], axis=1)
    return {f"{name} {rule}": table for rule, table in zip(rules, counts, strict=True)}


def salient(image: np.ndarray) -> np.ndarray:
    """Compute the saliency of each pixel, float32 (H, W). Hou, Zhang, "Saliency detection: a spectral residual approach", 2007."""
    grey = cv2.resize(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    spectrum = np.fft.fft2(grey.astype(float))
    height = np.log(np.abs(spectrum) + 1e-9)
    residual = height - cv2.blur(height, (3, 3))
    back = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
    smooth = cv2.GaussianBlur(back.astype(np.float32), (0, 0), 2.5)
    return cv2.resize(smooth, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)


# (share of the picture that stands out, None = all of it; the label there, 0 = the largest class that the picture shows)
Rule = tuple[float | None, int]


def _counts(example: Example, count: int, rules: list[Rule]) -> np.ndarray:
    """Count one picture's pixels under each of W rules: int64 (W, C, 3)."""
    truth, saliency = example.truth, salient(example.image)
    sizes = np.bincount(truth[(truth > 0) & (truth < UNKNOWN)], minlength=1)
    answers = []
    for share, label in rules:
        is_salient = np.ones(truth.shape, bool) if share is None else saliency > np.quantile(saliency, 1 - share)
        answers.append(np.where(is_salient, label or sizes.argmax(), 0).astype(np.uint8))
    return np.stack([metrics.counts(truth, answer, count) for answer in answers])


def _scores(examples: Iterable[Example], count: int, rules: list[Rule]) -> dict[Rule, float]:
    """Compute the mean IoU of the object classes under each of the rules."""
    table = sum(_counts(example, count, rules) for example in examples)
    return dict(zip(rules, metrics.mean(metrics.iou(table)[:, 1:]).tolist(), strict=True))
