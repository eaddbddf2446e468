"""Random walks that respect edges: the prior is smoothed inside things and kept apart between them.

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
    """float32 (h, w - 1) to the right and (h - 1, w) downwards: LEAK over an edge .. 1 + LEAK inside a flat part."""
    steps = [(np.diff(colour, axis=axis) ** 2).sum(axis=0) for axis in (2, 1)]
    typical = np.concatenate([s.ravel() for s in steps]).mean() if steps[0].size + steps[1].size else 0
    right, down = (np.exp(-SHARPNESS * s / (2 * typical + 1e-5)) + LEAK for s in steps)
    return right.astype(np.float32), down.astype(np.float32)


def over_regions(contact, sizes: np.ndarray, prior: np.ndarray, told: np.ndarray, trust: float) -> np.ndarray:
    """float64 (K, S) probabilities. prior (K, S); told (K, S): columns with a sum > 0 are fixed to their shares."""
    fixed = told.any(axis=0)
    probs = told / np.maximum(told.sum(axis=0), 1e-12)
    if fixed.all():
        return probs
    pull = trust * sizes
    degree = np.asarray(contact.sum(axis=1)).ravel() + pull
    system = (sparse.diags(degree) - contact).tocsr()[~fixed]
    known = (pull * prior)[:, ~fixed].T - system[:, fixed] @ probs[:, fixed].T
    solver = splu(system[:, ~fixed].tocsc(), permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    probs[:, ~fixed] = np.clip(solver.solve(known).T, 0, 1)
    return probs


def over_grid(adjacent, prior: np.ndarray, told: np.ndarray, start: np.ndarray, trust: float) -> np.ndarray:
    """float32 (K, N) probabilities near the solution: STEPS of conjugate gradients from `start`, Jacobi preconditioned.

    adjacent: sparse (N, N) float32. prior, start: float32 (K, N). told: int (N,), the row each cell is fixed to,
    -1 where free. Background is what the other classes leave.
    """
    free = (told < 0).astype(np.float32)
    degree = adjacent @ np.ones(len(told), np.float32) + np.float32(trust)
    probs = np.where(told < 0, start[1:], told == np.arange(1, len(prior))[:, None]).astype(np.float32)
    scale = free / degree
    rest = (np.float32(trust) * prior[1:] - _system(adjacent, degree, probs)) * free
    step = scale * rest
    energy = _dots(rest, step)
    for _ in range(STEPS):
        image = _system(adjacent, degree, step)
        image *= free
        length = energy / np.maximum(_dots(step, image), 1e-20)
        probs += length * step
        image *= length
        rest -= image
        scaled = np.multiply(scale, rest, out=image)
        before, energy = energy, _dots(rest, scaled)
        step *= energy / np.maximum(before, 1e-20)
        step += scaled
    others = np.clip(probs, 0, 1)
    return np.concatenate([np.clip(1 - others.sum(axis=0, keepdims=True), 0, 1), others])


def _system(adjacent, degree: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """float32 (K, N): the walk's matrix times each row. Row by row, all else then runs along contiguous memory."""
    out = degree * rows
    for product, row in zip(out, rows, strict=True):
        product -= adjacent @ row
    return out


def adjacency(edges: tuple[np.ndarray, np.ndarray]) -> sparse.csr_matrix:
    """Sparse float32 (N, N) of `conductance` over the N = h * w cells."""
    shape = edges[0].shape[0], edges[1].shape[1]
    return contact(np.arange(shape[0] * shape[1], dtype=np.int32).reshape(shape), edges, np.float32)


def contact(labels: np.ndarray, edges: tuple[np.ndarray, np.ndarray], dtype=np.float64) -> sparse.csr_matrix:
    """Sparse (S, S): the `conductance` between neighbouring cells, added up over the borders between the S labels
    0 .. S - 1 of int `labels` (h, w)."""
    one = np.concatenate([labels[:, :-1].ravel(), labels[:-1].ravel()])
    other = np.concatenate([labels[:, 1:].ravel(), labels[1:].ravel()])
    weight = np.concatenate([edge.ravel() for edge in edges]).astype(dtype)
    across, count = one != other, int(labels.max()) + 1
    half = sparse.coo_matrix((weight[across], (one[across], other[across])), shape=(count, count)).tocsr()
    return (half + half.T).tocsr()


def _dots(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.einsum("kn,kn->k", one, other)[:, None]
