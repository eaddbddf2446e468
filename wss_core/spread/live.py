"""The solver "live", which takes about 20 ms for a few classes. A model of what each class looks like is fitted to the
seeds and combined with geodesic distances over small colour steps; a random walk then places the edges.

The distances are geodesic as in Criminisi, Sharp, Blake, "GeoS", ECCV 2008, taken between superpixels. What is nearer
to the border of the image than to any cue is background (Wei et al., "Geodesic Saliency Using Background
Priors", ECCV 2012). Where a class is only implied (background beside a lone stroke, an object in a box) fit and
walk alternate, as in Rother, Kolmogorov, Blake, "GrabCut", 2004.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from . import appearance, random_walk, seed_maps, superpixels

APPEARANCE_WEIGHT = 2.0  # weight of the appearance's log odds
DISTANCE_WEIGHT = 20.0  # weight of geodesic distance
BORDER_DISTANCE = 0.2  # geodesic distance of the border from background: a cue must be nearer than that
DOUBT = 0.03  # added score of background, which wins where the appearance is unlike every seed
RING = 0.05  # of the longer side: how far outside a box pixels count most as background
MAX_DISTANCE = 5.0  # larger geodesic distances are cut to this
TRUST = 0.01  # pull of the prior beside that of one neighbour
TRUST_UNSEEN = 0.03  # the same where an object has no seeds: a weaker prior would shrink to nothing
ROUNDS = 4  # fits of the appearance where a class is only implied


@dataclass(frozen=True)
class Field:
    """What the solver prepares once for an image, before any seeds."""

    basis: np.ndarray
    """Random features of the N cells, see `appearance.basis`. float32 (N, M)."""
    region_basis: np.ndarray
    """Their averages over the S superpixels. float32 (S, M)."""
    regions: superpixels.Regions
    """The superpixels and their graph."""
    adjacent: sparse.csr_matrix
    """Conductances between neighbouring cells, see `random_walk.grid_adjacency`. Sparse (N, N)."""


@dataclass(frozen=True)
class RegionSeeds:
    """The cells that cues label, counted by class and superpixel, float (K, S) each."""

    sure: np.ndarray
    """Labelled cells, by seeds or because only one class is allowed."""
    near: np.ndarray
    """The same, but those outside boxes weigh less the farther they are from a box."""
    weak: np.ndarray
    """Cells that may be of a class without seeds: the border for background, the inside of boxes for objects."""


def prepare(features: np.ndarray, colour: np.ndarray, image: np.ndarray | None = None) -> Field:
    """Prepare features float32 (D, h, w) and Lab colour float32 (3, h, w); the image itself is not used."""
    edges = random_walk.conductance(colour)
    regions = superpixels.build(colour, edges)
    basis = appearance.basis(features)
    return Field(basis, superpixels.region_means(regions.labels, basis), regions, random_walk.grid_adjacency(edges))


@dataclass(frozen=True)
class RegionEvidence:
    """What the cues say about each of the S superpixels and K classes."""

    appearance: np.ndarray
    """Score of the appearance model, about 1 for the class a superpixel looks like. float32 (K, S)."""
    distances: np.ndarray
    """Geodesic distance to the seeds of each class. float32 (K, S)."""
    probs: np.ndarray
    """Probabilities after a random walk over superpixels, from both. float32 (K, S)."""
    weights: np.ndarray
    """Weights of the appearance model. float32 (K, M)."""
    trust: float
    """Weight of the prior in the walk."""


def region_evidence(
    field: Field, seeds: np.ndarray, allowed: np.ndarray | None, class_ids: list[int]
) -> RegionEvidence:
    """Compute what the cues say about each superpixel. The arguments are those of `solve`."""
    drawn = seed_maps.seed_rows(seeds, class_ids)
    seeded = _region_seeds(
        field.regions, drawn, seed_maps.add_single_class_cells(drawn, allowed), allowed, len(class_ids)
    )
    distances = _distances(field.regions, seeded.sure)
    trust = TRUST if seeded.sure[1:].any(axis=1).all() else TRUST_UNSEEN
    weights, scores, probs = _fit_and_walk(field, seeded, distances, trust)
    return RegionEvidence(scores, distances, probs.astype(np.float32), weights, trust)


def solve(field: Field, seeds: np.ndarray, allowed: np.ndarray | None, class_ids: list[int]) -> np.ndarray:
    """Solve for probabilities, float32 (K, h, w), sum 1, with a row for each label of `class_ids`.

    seeds: uint8 (h, w), UNKNOWN where no cue is. allowed: bool (K, h, w) or None, see `cues.raster.allowed_regions`.
    """
    evidence = region_evidence(field, seeds, allowed, class_ids)
    rows_with_boxes = seed_maps.add_single_class_cells(seed_maps.seed_rows(seeds, class_ids), allowed)
    cells = field.regions.labels.ravel()
    prior = _posterior(appearance.score(field.basis, evidence.weights), evidence.distances[:, cells])
    probs = random_walk.solve_grid(
        field.adjacent, prior, rows_with_boxes.ravel(), evidence.probs[:, cells], evidence.trust
    )
    return seed_maps.normalize_allowed(probs.reshape(len(class_ids), *seeds.shape), allowed)


def _fit_and_walk(field: Field, seeded: RegionSeeds, distances: np.ndarray, trust: float):
    """Return weights (K, M) and scores (K, S) of the appearance, and probabilities float64 (K, S) over superpixels."""
    weak = seeded.weak
    for _ in range(ROUNDS if weak.any() else 1):
        weights = appearance.fit(field.region_basis, _shares(seeded.near) + _shares(weak))
        scores = appearance.score(field.region_basis, weights)
        prior = _posterior(scores, distances)
        probs = random_walk.solve_regions(field.regions.contact, field.regions.sizes, prior, seeded.sure, trust)
        if weak.any():
            weak = np.clip(2 * probs - 1, 0, 1) * field.regions.sizes
    return weights, scores, probs


def _region_seeds(
    regions, drawn: np.ndarray, rows_with_boxes: np.ndarray, allowed: np.ndarray | None, count: int
) -> RegionSeeds:
    rows = range(count)
    sure = np.stack([regions.count(drawn == row) for row in rows])
    near = sure.copy()
    if allowed is not None:
        closeness = _closeness(rows_with_boxes < 0)
        for row in rows:
            outside = (rows_with_boxes == row) & (drawn < 0)
            cells = regions.count(outside)
            mostly = cells > regions.sizes / 2
            sure[row] += cells * mostly
            near[row] += regions.count(outside, closeness) * mostly
    return RegionSeeds(sure, near, _weak(regions, sure, rows_with_boxes, allowed))


def _closeness(open_cells: np.ndarray) -> np.ndarray:
    """Return weights, float32 (h, w), that are 1 at the open cells and fall off around them."""
    distances = seed_maps.distance_to(open_cells)
    return np.exp(-distances / (RING * max(open_cells.shape))) + np.float32(1e-6)


def _weak(regions, sure: np.ndarray, rows_with_boxes: np.ndarray, allowed: np.ndarray | None) -> np.ndarray:
    """Return weak examples of classes without seeds, float (K, S): the border for background, the inside of boxes else."""
    weak = np.zeros_like(sure)
    if not sure[0].any():
        weak[0] = regions.border & ~sure.any(axis=0)
    for row in range(1, len(sure)):
        if not sure[row].any() and allowed is not None:
            weak[row] = regions.count(allowed[row] & (rows_with_boxes < 0))
    return weak


def _distances(regions, sure: np.ndarray) -> np.ndarray:
    """Return geodesic distances to each class's seeds, float32 (K, S); an object without seeds gets the smallest other."""
    distances = np.stack([_distance(regions, row > 0) for row in sure])
    border = regions.border & ~sure[1:].any(axis=0)
    distances[0] = np.minimum(distances[0], BORDER_DISTANCE + _distance(regions, border))
    unseen = ~sure.any(axis=1)
    unseen[0] = False
    distances[unseen] = distances.min(axis=0)
    return distances.astype(np.float32)


def _distance(regions, sources: np.ndarray) -> np.ndarray:
    """Return the geodesic distance to the nearest of bool (S,) `sources`, float64 (S,), at most MAX_DISTANCE."""
    return np.minimum(dijkstra(regions.length, indices=np.flatnonzero(sources), min_only=True), MAX_DISTANCE)


def _posterior(scores: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """Combine scores of the appearance (K, n) and distances (K, n) into probabilities, float32 (K, n), sum 1."""
    logits = APPEARANCE_WEIGHT * appearance.log_probs(scores, DOUBT) - DISTANCE_WEIGHT * distances
    logits -= logits.max(axis=0)
    np.exp(logits, out=logits)
    return logits / logits.sum(axis=0)


def _shares(mass: np.ndarray) -> np.ndarray:
    return mass / np.maximum(mass.sum(axis=1, keepdims=True), 1e-12)
