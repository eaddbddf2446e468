"""live: our solver, some 20 ms for a few classes. A stroke fits a model of what each class looks like, and claims
the places it reaches over small colour steps; a random walk settles the edges.

The distances are geodesic as in Criminisi, Sharp, Blake, "GeoS", ECCV 2008, taken between superpixels. Whatever no
cue reaches better than the picture's border does is background (Wei et al., "Geodesic Saliency Using Background
Priors", ECCV 2012). Where a class is only implied (background beside a lone stroke, an object in a box) fit and
walk take turns, as in Rother, Kolmogorov, Blake, "GrabCut", 2004.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from . import appearance, random_walk
from . import seed_maps as cues
from . import superpixels as regions

LOOK = 2.0  # weight of the appearance's log odds
PLACE = 20.0  # weight of geodesic distance
FRAME = 0.2  # geodesic distance of the border from background: a cue must reach a place better than that
DOUBT = 0.03  # background's score where a look is unlike every seed
RING = 0.05  # sides of the picture: what lies so near outside a box tells most about the background inside it
FAR = 5.0
TRUST = 0.01  # pull of the prior beside that of one neighbour
TRUST_UNSEEN = 0.03  # the same where an object has no seeds: a weaker prior would shrink to nothing
ROUNDS = 4  # fits of the appearance where a class is only implied


@dataclass(frozen=True)
class Field:
    """What does not depend on the seeds. basis float32 (N, M) of the cells, region_basis (S, M) of the superpixels."""

    basis: np.ndarray
    region_basis: np.ndarray
    regions: regions.Regions
    adjacent: sparse.csr_matrix


@dataclass(frozen=True)
class Known:
    """The cues, by superpixel, (K, S) each. sure: cells told. near: the same, far from any box weighted down; weak:
    cells that may be of a class that is only implied."""

    sure: np.ndarray
    near: np.ndarray
    weak: np.ndarray


def prepare(features: np.ndarray, colour: np.ndarray, image: np.ndarray | None = None) -> Field:
    """The Field of features float32 (D, h, w) and Lab colour float32 (3, h, w); the image itself is not used."""
    edges = random_walk.conductance(colour)
    areas = regions.build(colour, edges)
    basis = appearance.basis(features)
    return Field(basis, regions.means(areas.labels, basis), areas, random_walk.adjacency(edges))


@dataclass(frozen=True)
class Evidence:
    """What the cues say of each superpixel, float32 (K, S) each. looks: the appearance's score, about 1 for a class a
    superpixel looks like; place: geodesic distance to the class; probs: both settled by a walk. weights (K, M): the
    appearance's own; trust: the pull of the prior in the walk."""

    looks: np.ndarray
    place: np.ndarray
    probs: np.ndarray
    weights: np.ndarray
    trust: float


def evidence(field: Field, seeds: np.ndarray, allowed: np.ndarray | None, class_ids: list[int]) -> Evidence:
    """What the cues say of each superpixel. Arguments as those of `solve`."""
    drawn = cues.rows_drawn(seeds, class_ids)
    known = _known(field.regions, drawn, cues.with_outside(drawn, allowed), allowed, len(class_ids))
    place = _distances(field.regions, known.sure)
    trust = TRUST if known.sure[1:].any(axis=1).all() else TRUST_UNSEEN
    weights, looks, probs = _fit_and_walk(field, known, place, trust)
    return Evidence(looks, place, probs.astype(np.float32), weights, trust)


def solve(field: Field, seeds: np.ndarray, allowed: np.ndarray | None, class_ids: list[int]) -> np.ndarray:
    """float32 (K, h, w), sums to 1: a row for each label of `class_ids`.

    seeds: uint8 (h, w), UNKNOWN where nothing is told. allowed: bool (K, h, w) or None, see `seeds.allowed`.
    """
    found = evidence(field, seeds, allowed, class_ids)
    told = cues.with_outside(cues.rows_drawn(seeds, class_ids), allowed)
    cells = field.regions.labels.ravel()
    prior = _posterior(appearance.score(field.basis, found.weights), found.place[:, cells])
    probs = random_walk.over_grid(field.adjacent, prior, told.ravel(), found.probs[:, cells], found.trust)
    return cues.share_out(probs.reshape(len(class_ids), *seeds.shape), allowed)


def _fit_and_walk(field: Field, known: Known, place: np.ndarray, trust: float):
    """The weights of the appearance, its scores and probabilities float64 (K, S) over the superpixels."""
    weak = known.weak
    for _ in range(ROUNDS if weak.any() else 1):
        weights = appearance.fit(field.region_basis, _shares(known.near) + _shares(weak))
        looks = appearance.score(field.region_basis, weights)
        prior = _posterior(looks, place)
        probs = random_walk.over_regions(field.regions.contact, field.regions.sizes, prior, known.sure, trust)
        if weak.any():
            weak = np.clip(2 * probs - 1, 0, 1) * field.regions.sizes
    return weights, looks, probs


def _known(areas, drawn: np.ndarray, told: np.ndarray, allowed: np.ndarray | None, count: int) -> Known:
    rows = range(count)
    sure = np.stack([areas.count(drawn == row) for row in rows])
    near = sure.copy()
    if allowed is not None:
        closeness = _closeness(told < 0)
        for row in rows:
            outside = (told == row) & (drawn < 0)
            cells = areas.count(outside)
            mostly = cells > areas.sizes / 2
            sure[row] += cells * mostly
            near[row] += areas.count(outside, closeness) * mostly
    return Known(sure, near, _weak(areas, sure, told, allowed))


def _closeness(open_cells: np.ndarray) -> np.ndarray:
    """float32 (h, w): 1 at the open cells, falling off around them."""
    away = cues.distance(open_cells)
    return np.exp(-away / (RING * max(open_cells.shape))) + np.float32(1e-6)


def _weak(areas, sure: np.ndarray, told: np.ndarray, allowed: np.ndarray | None) -> np.ndarray:
    """float (K, S): weak examples of classes without seeds: the border for background, the boxes' inside for others."""
    weak = np.zeros_like(sure)
    if not sure[0].any():
        weak[0] = areas.border & ~sure.any(axis=0)
    for row in range(1, len(sure)):
        if not sure[row].any() and allowed is not None:
            weak[row] = areas.count(allowed[row] & (told < 0))
    return weak


def _distances(areas, sure: np.ndarray) -> np.ndarray:
    """float32 (K, S): geodesic distance to each class's seeds; for an object without any, no farther than others."""
    place = np.stack([_distance(areas, row > 0) for row in sure])
    frame = areas.border & ~sure[1:].any(axis=0)
    place[0] = np.minimum(place[0], FRAME + _distance(areas, frame))
    unseen = ~sure.any(axis=1)
    unseen[0] = False
    place[unseen] = place.min(axis=0)
    return place.astype(np.float32)


def _distance(areas, sources: np.ndarray) -> np.ndarray:
    """float64 (S,): geodesic distance to the nearest of bool (S,) `sources`, at most FAR."""
    return np.minimum(dijkstra(areas.length, indices=np.flatnonzero(sources), min_only=True), FAR)


def _posterior(scores: np.ndarray, place: np.ndarray) -> np.ndarray:
    """float32 (K, n), sums to 1, of the appearance's scores (K, n) and the distances (K, n)."""
    logits = LOOK * appearance.log_probs(scores, DOUBT) - PLACE * place
    logits -= logits.max(axis=0)
    np.exp(logits, out=logits)
    return logits / logits.sum(axis=0)


def _shares(mass: np.ndarray) -> np.ndarray:
    return mass / np.maximum(mass.sum(axis=1, keepdims=True), 1e-12)
