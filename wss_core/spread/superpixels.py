"""Superpixels of the grid and the graph of their neighbours: about 800 nodes in place of 50,000 cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from skimage import segmentation

from . import random_walk

COUNT = 800  # strokes reach a superpixel each few cells, and one solve over them takes about 5 ms
COMPACTNESS = 0.2  # on Lab scaled to about 1: low, so that thin parts keep superpixels of their own
COLOUR_WEIGHT = (
    0.1  # length of the picture's mean colour step between neighbours; a picture is about 1 long in plain space
)
SPACE_WEIGHT = 0.1  # price of plain distance, in sides of the picture, beside that of colour steps
MIN_STEP = 0.01  # Lab: mean steps smaller than this are noise, not edges


@dataclass(frozen=True)
class Regions:
    """The S superpixels of a grid of (h, w) cells, and the graph of their neighbours."""

    labels: np.ndarray
    """The number of the superpixel of each cell. int32 (h, w)."""
    sizes: np.ndarray
    """The number of cells of each superpixel. float32 (S,)."""
    border: np.ndarray
    """Whether each superpixel touches the border of the image. bool (S,)."""
    length: sparse.csr_matrix
    """The distance between neighbours, in colour and space. Sparse (S, S)."""
    contact: sparse.csr_matrix
    """How easily a random walk crosses between neighbours, see `random_walk.conductance`. Sparse (S, S)."""

    def count(self, mask: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        """Count the cells of bool `mask` (h, w) in each superpixel, or sum their `weights` (h, w). float64 (S,)."""
        chosen = None if weights is None else weights[mask]
        return np.bincount(self.labels[mask], weights=chosen, minlength=len(self.sizes)).astype(np.float64)


def build(colour: np.ndarray, conductance: tuple[np.ndarray, np.ndarray]) -> Regions:
    """Compute the superpixels of Lab `colour` (3, h, w). conductance: (right, down), see `random_walk.conductance`."""
    labels = _superpixels(colour)
    sizes = np.bincount(labels.ravel()).astype(np.float32)
    edge = np.zeros(len(sizes), bool)
    edge[np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])] = True
    contact = random_walk.label_contact(labels, conductance)
    return Regions(labels, sizes, edge, _length(labels, colour, contact), contact)


def region_means(labels: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Average cells, float32 (N, D), over each superpixel of `labels` (h, w). float32 (S, D)."""
    member = sparse.csr_matrix((np.ones(labels.size, np.float32), labels.ravel(), np.arange(labels.size + 1)))
    return (member.T @ cells) / np.bincount(labels.ravel())[:, None].astype(np.float32)


def _superpixels(colour: np.ndarray) -> np.ndarray:
    """Compute superpixels with SLIC, int32 (h, w). Achanta et al., "SLIC Superpixels", PAMI 2012."""
    labels = segmentation.slic(
        colour.transpose(1, 2, 0),
        n_segments=COUNT,
        compactness=COMPACTNESS,
        max_num_iter=5,
        convert2lab=False,
        channel_axis=-1,
        start_label=0,
    )
    return np.unique(labels, return_inverse=True)[1].reshape(colour.shape[1:]).astype(np.int32)


def _length(labels: np.ndarray, colour: np.ndarray, contact: sparse.csr_matrix) -> sparse.csr_matrix:
    height, width = labels.shape
    places = np.mgrid[:height, :width].reshape(2, -1).T.astype(np.float32) / max(height, width)
    shade, place = region_means(labels, colour.reshape(3, -1).T), region_means(labels, places)
    pairs = contact.tocoo()
    step = np.linalg.norm(shade[pairs.row] - shade[pairs.col], axis=1)
    space = np.linalg.norm(place[pairs.row] - place[pairs.col], axis=1)
    typical = step.mean() if step.size else 0
    length = COLOUR_WEIGHT * step / (typical + MIN_STEP) + SPACE_WEIGHT * space
    return sparse.csr_matrix((length, (pairs.row, pairs.col)), shape=contact.shape)
