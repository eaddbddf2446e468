"""A pixel classifier: logistic regression on features and on random cosines of them, fitted in seconds.

The cosines bend the borders between classes: Rahimi, Recht, "Random Features for Large-Scale Kernel Machines", NIPS 2007.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

KERNEL_WIDTH = 1.5  # standard deviations of the features within which two rows count as similar
L2_PENALTY = 1e-3  # factor of the squared weights in the loss
MAX_ITERATIONS = 100  # at most; the problem is convex
CLASS_BALANCE = (
    0.5  # 0: every row counts the same, 1: every class does; sparse cues say little of how frequent classes are
)
BLOCK = 512  # rows expanded at a time: more of them leave the processor's cache, and take twice as long
MIN_STD = 1e-4  # added to standard deviations: features that vary less than this carry nothing


@dataclass(frozen=True)
class PixelClassifier:
    """The numbers of a fitted classifier of C classes on D features and W random cosines, all float32.

    mean, std: of the features, (D,). waves, shift: directions (D, W) and phases (W,) of the cosines. weights, bias: of the
    logistic regression, (D + W, C) and (C,).
    """

    mean: np.ndarray
    std: np.ndarray
    waves: np.ndarray
    shift: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays by name, as a checkpoint holds them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def probabilities(self, rows: np.ndarray) -> np.ndarray:
        """Class probabilities float32 (n, C), which sum to 1, of the features float32 (n, D)."""
        blocks = [rows[start : start + BLOCK] for start in range(0, max(1, len(rows)), BLOCK)]
        scores = np.concatenate([self.expand(block) @ self.weights for block in blocks]) + self.bias
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)

    def expand(self, rows: np.ndarray) -> np.ndarray:
        """The features float32 (n, D), normalised, and their cosines: float32 (n, D + W)."""
        rows = (rows - self.mean) / self.std
        scale = np.float32(np.sqrt(2 / max(1, len(self.shift))))
        return np.hstack([rows / np.float32(np.sqrt(rows.shape[1])), scale * np.cos(rows @ self.waves + self.shift)])


def untrained(features: int, classes: int, waves: int, seed: int = 0) -> PixelClassifier:
    """A classifier with weights 0, its cosines drawn by `seed`."""
    random = np.random.default_rng(seed)
    directions = random.normal(size=(features, waves)) / (KERNEL_WIDTH * np.sqrt(features))
    mean, std = np.zeros(features, np.float32), np.ones(features, np.float32)
    shift = random.uniform(0, 2 * np.pi, waves).astype(np.float32)
    weights = np.zeros((features + waves, classes), np.float32)
    return PixelClassifier(mean, std, directions.astype(np.float32), shift, weights, np.zeros(classes, np.float32))


def fit(rows: np.ndarray, labels: np.ndarray, classes: int, waves: int, seed: int) -> PixelClassifier:
    """Fit a classifier of `classes` classes to features float32 (n, D) and labels (n,)."""
    import torch

    start = untrained(rows.shape[1], classes, waves, seed)
    parts = start.arrays() | {"mean": rows.mean(axis=0), "std": rows.std(axis=0) + np.float32(MIN_STD)}
    expanded = torch.from_numpy(PixelClassifier(**parts).expand(rows))
    weights, bias = _fit_logistic(expanded, torch.from_numpy(labels.astype(np.int64)), classes)
    return PixelClassifier(**(parts | {"weights": weights, "bias": bias}))


def _fit_logistic(expanded: torch.Tensor, labels: torch.Tensor, classes: int) -> tuple[np.ndarray, np.ndarray]:
    import torch
    from torch.nn import functional

    counts = torch.bincount(labels, minlength=classes).float()
    weight = counts.clamp(min=1) ** -CLASS_BALANCE
    weights = torch.zeros(expanded.shape[1], classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=MAX_ITERATIONS, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = functional.cross_entropy(expanded @ weights + bias, labels, weight=weight)
        loss = loss + L2_PENALTY / 2 * (weights**2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return weights.detach().numpy(), bias.detach().numpy()
