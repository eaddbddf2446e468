"""A pixel classifier: logistic regression on features and on random cosines of them, fitted in seconds.

The cosines bend the borders between classes: Rahimi, Recht, "Random Features for Large-Scale Kernel Machines", NIPS 2007.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

REACH = 1.5  # standard deviations of the features over which two rows count as alike
RIDGE = 1e-3  # pull of the weights to 0
ITERATIONS = 100  # at most; the problem is convex
BALANCE = 0.5  # 0: every row counts alike, 1: every class does; sparse cues tell little of how frequent classes are
BLOCK = 512  # rows lifted at a time: more of them leave the processor's cache, and take twice as long
NOISE = 1e-4  # features that vary less than this tell nothing


@dataclass(frozen=True)
class Model:
    """mean, std: float32 (D,) of the features. waves (D, W), shift (W,): of the cosines. weights (D + W, C), bias (C,)."""

    mean: np.ndarray
    std: np.ndarray
    waves: np.ndarray
    shift: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    def arrays(self) -> dict[str, np.ndarray]:
        """All of it by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def probabilities(self, rows: np.ndarray) -> np.ndarray:
        """float32 (n, C), sums to 1, of features float32 (n, D)."""
        blocks = [rows[start : start + BLOCK] for start in range(0, max(1, len(rows)), BLOCK)]
        scores = np.concatenate([self.lifted(block) @ self.weights for block in blocks]) + self.bias
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)

    def lifted(self, rows: np.ndarray) -> np.ndarray:
        """float32 (n, D + W): the features, normalised, and their cosines."""
        rows = (rows - self.mean) / self.std
        scale = np.float32(np.sqrt(2 / max(1, len(self.shift))))
        return np.hstack([rows / np.float32(np.sqrt(rows.shape[1])), scale * np.cos(rows @ self.waves + self.shift)])


def blank(features: int, classes: int, waves: int, seed: int = 0) -> Model:
    """A Model that knows nothing, its waves drawn by `seed`."""
    random = np.random.default_rng(seed)
    directions = random.normal(size=(features, waves)) / (REACH * np.sqrt(features))
    zero, one = np.zeros(features, np.float32), np.ones(features, np.float32)
    shift = random.uniform(0, 2 * np.pi, waves).astype(np.float32)
    weights = np.zeros((features + waves, classes), np.float32)
    return Model(zero, one, directions.astype(np.float32), shift, weights, np.zeros(classes, np.float32))


def fit(rows: np.ndarray, labels: np.ndarray, classes: int, waves: int, seed: int) -> Model:
    """The Model of features float32 (n, D) and labels (n,), of `classes` classes."""
    import torch

    start = blank(rows.shape[1], classes, waves, seed)
    parts = start.arrays() | {"mean": rows.mean(axis=0), "std": rows.std(axis=0) + np.float32(NOISE)}
    lifted = torch.from_numpy(Model(**parts).lifted(rows))
    weights, bias = _regressed(lifted, torch.from_numpy(labels.astype(np.int64)), classes)
    return Model(**(parts | {"weights": weights, "bias": bias}))


def _regressed(lifted: torch.Tensor, labels: torch.Tensor, classes: int) -> tuple[np.ndarray, np.ndarray]:
    import torch
    from torch.nn import functional

    counts = torch.bincount(labels, minlength=classes).float()
    weight = counts.clamp(min=1) ** -BALANCE
    weights = torch.zeros(lifted.shape[1], classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    rule = torch.optim.LBFGS([weights, bias], max_iter=ITERATIONS, line_search_fn="strong_wolfe")

    def closure():
        rule.zero_grad()
        loss = functional.cross_entropy(lifted @ weights + bias, labels, weight=weight)
        loss = loss + RIDGE / 2 * (weights**2).sum()
        loss.backward()
        return loss

    rule.step(closure)
    return weights.detach().numpy(), bias.detach().numpy()
