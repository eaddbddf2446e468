"""Random walks that respect edges: class probabilities are smoothed inside objects, not across their edges.

Grady, "Multilabel Random Walker Image Segmentation Using Prior Models", CVPR 2005. All classes are columns of one
linear system: first solved exactly over superpixels, then improved on the grid by conjugate gradients.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

SHARPNESS = 2.0  # how fast a colour step stops the walk
LEAK = 0.002  # the walk is never quite stopped: the system stays regular, and specks are filled
STEPS = 12  # of conjugate gradients; the superpixels' solution is already near


def conductance(colour: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute how easily the walk steps to the right, float32 (h, w - 1), and down, float32 (h - 1, w).

    From LEAK over an edge to 1 + LEAK inside a flat part. colour: float32 (3, h, w).
    """
    steps = [(np.diff(colour, axis=axis) ** 2).sum(axis=0) for axis in (2, 1)]
    typical = np.concatenate([s.ravel() for s in steps]).mean() if steps[0].size + steps[1].size else 0
    right, down = (np.exp(-SHARPNESS * s / (2 * typical + 1e-5)) + LEAK for s in steps)
    return right.astype(np.float32), down.astype(np.float32)


def solve_regions(contact, sizes: np.ndarray, prior: np.ndarray, seed_mass: np.ndarray, trust: float) -> np.ndarray:
    """Solve the walk exactly over superpixels; returns probabilities float64 (K, S).

    prior: (K, S). seed_mass: (K, S), columns with a sum > 0 are fixed to their shares. trust: weight of the prior.
    """
    fixed = seed_mass.any(axis=0)
    probs = seed_mass / np.maximum(seed_mass.sum(axis=0), 1e-12)
    if fixed.all():
        return probs
    pull = trust * sizes
    degree = np.asarray(contact.sum(axis=1)).ravel() + pull
    system = (sparse.diags(degree) - contact).tocsr()[~fixed]
    known = (pull * prior)[:, ~fixed].T - system[:, fixed] @ probs[:, fixed].T
    solver = splu(system[:, ~fixed].tocsc(), permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    probs[:, ~fixed] = np.clip(solver.solve(known).T, 0, 1)
    return probs


def solve_grid(adjacent, prior: np.ndarray, fixed_rows: np.ndarray, start: np.ndarray, trust: float) -> np.ndarray:
    """Improve probabilities, float32 (K, N), by STEPS of conjugate gradients from `start`, Jacobi preconditioned.

    adjacent: sparse (N, N) float32. prior, start: float32 (K, N). fixed_rows: int (N,), the row each cell is fixed to,
    -1 where free. Background is what the other classes leave.
    """
    free = (fixed_rows < 0).astype(np.float32)
    degree = adjacent @ np.ones(len(fixed_rows), np.float32) + np.float32(trust)
    probs = np.where(fixed_rows < 0, start[1:], fixed_rows == np.arange(1, len(prior))[:, None]).astype(np.float32)
    scale = free / degree
    rest = (np.float32(trust) * prior[1:] - _system(adjacent, degree, probs)) * free
    step = scale * rest
    energy = _dots(rest, step)
    for _ in range(STEPS):
        product = _system(adjacent, degree, step)
        product *= free
        length = energy / np.maximum(_dots(step, product), 1e-20)
        probs += length * step
        product *= length
        rest -= product
        scaled = np.multiply(scale, rest, out=product)
        before, energy = energy, _dots(rest, scaled)
        step *= energy / np.maximum(before, 1e-20)
        step += scaled
    others = np.clip(probs, 0, 1)
    return np.concatenate([np.clip(1 - others.sum(axis=0, keepdims=True), 0, 1), others])


def _system(adjacent, degree: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Multiply the matrix of the walk with each row, float32 (K, N); row by row, which keeps memory contiguous."""
    out = degree * rows
    for result, row in zip(out, rows, strict=True):
        result -= adjacent @ row
    return out


def grid_adjacency(edges: tuple[np.ndarray, np.ndarray]) -> sparse.csr_matrix:
    """Return the conductances between the N = h * w cells as a sparse matrix, float32 (N, N)."""
    shape = edges[0].shape[0], edges[1].shape[1]
    return label_contact(np.arange(shape[0] * shape[1], dtype=np.int32).reshape(shape), edges, np.float32)


def label_contact(labels: np.ndarray, edges: tuple[np.ndarray, np.ndarray], dtype=np.float64) -> sparse.csr_matrix:
    """Sum the conductances over the borders between the labels 0 .. S - 1 of int `labels` (h, w). Sparse (S, S)."""
    first = np.concatenate([labels[:, :-1].ravel(), labels[:-1].ravel()])
    second = np.concatenate([labels[:, 1:].ravel(), labels[1:].ravel()])
    weight = np.concatenate([edge.ravel() for edge in edges]).astype(dtype)
    across, count = first != second, int(labels.max()) + 1
    half = sparse.coo_matrix((weight[across], (first[across], second[across])), shape=(count, count)).tocsr()
    return (half + half.T).tocsr()


def _dots(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.einsum("kn,kn->k", first, second)[:, None]
