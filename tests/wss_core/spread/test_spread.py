import numpy as np
import pytest
from scipy import sparse
from skimage import data

from wss_core import features
from wss_core.conventions import UNKNOWN
from wss_core.cues.raster import SeedMap
from wss_core.imaging import guided_filter
from wss_core.spread import SPREAD, appearance, find_spread, random_walk, seed_maps, superpixels


def picture(shape=(48, 64)):
    """(image, truth): three vertical bands of different colours, a little noisy."""
    truth = np.repeat(np.arange(shape[1]) * 3 // shape[1], shape[0]).reshape(shape[1], shape[0]).T.astype(np.uint8)
    colours = np.array([(40, 90, 160), (200, 80, 60), (230, 220, 200)])
    noise = np.random.default_rng(0).normal(0, 4, (*shape, 3))
    return np.clip(colours[truth] + noise, 0, 255).astype(np.uint8), truth


def prepared(name, image):
    grid = image.shape[:2]
    return find_spread(name).prepare(features.extract("texture", image, grid), features.lab(image, grid), image)


@pytest.fixture(params=SPREAD)
def name(request):
    return request.param


def test_three_bands(name):
    image, truth = picture()
    seeds = np.full(truth.shape, UNKNOWN, np.uint8)
    seeds[24, 8], seeds[24, 32], seeds[24, 56] = 0, 5, 9
    probs = find_spread(name).solve(prepared(name, image), [SeedMap(seeds, None, [0, 5, 9])])
    assert probs.dtype == np.float32
    np.testing.assert_allclose(probs.sum(axis=0), 1, atol=1e-5)
    assert (probs.argmax(axis=0) == truth).mean() > 0.95


def test_every_cell_labelled(name):
    image, truth = picture()
    probs = find_spread(name).solve(prepared(name, image), [SeedMap(truth, None, [0, 1, 2])])
    np.testing.assert_array_equal(probs.argmax(axis=0), truth)


def test_a_flat_field(name):
    image = np.full((20, 30, 3), 77, np.uint8)
    seeds = np.full((20, 30), UNKNOWN, np.uint8)
    seeds[10, 3], seeds[10, 26] = 0, 1
    probs = find_spread(name).solve(prepared(name, image), [SeedMap(seeds, None, [0, 1])])
    assert np.isfinite(probs).all()
    assert probs[0, 10, 3] > 0.5
    assert probs[1, 10, 26] > 0.5


def test_a_class_without_a_seed_stays_away(name):
    image, truth = picture()
    seeds = np.full(truth.shape, UNKNOWN, np.uint8)
    seeds[24, 8], seeds[24, 32] = 0, 1
    probs = find_spread(name).solve(prepared(name, image), [SeedMap(seeds, None, [0, 1, 2])])
    assert np.isfinite(probs).all()
    assert (probs.argmax(axis=0) == 2).mean() < 0.4


def test_not_where_it_is_not_allowed(name):
    image, truth = picture()
    allowed = np.ones((2, *truth.shape), bool)
    allowed[1, :, :21] = allowed[1, :, 43:] = False
    probs = find_spread(name).solve(
        prepared(name, image), [SeedMap(np.full(truth.shape, UNKNOWN, np.uint8), allowed, [0, 1])]
    )
    assert not probs[1][~allowed[1]].any()
    assert probs[1].any()


def test_only_background(name):
    image, truth = picture()
    probs = find_spread(name).solve(
        prepared(name, image), [SeedMap(np.where(truth, UNKNOWN, 0).astype(np.uint8), None, [0])]
    )
    np.testing.assert_array_equal(probs, 1)


def test_unknown_solvers_name_the_known():
    with pytest.raises(ValueError, match="no spread 'crf'. Choose one of: learned, live, random_walker, nearest"):
        find_spread("crf")


def test_the_walk_is_the_dense_solution():
    """Both solvers against numpy on a small grid: (L + trust) x = trust prior, labelled cells fixed."""
    rng = np.random.default_rng(0)
    edges = random_walk.conductance(rng.random((3, 6, 7), np.float32))
    adjacent = random_walk.grid_adjacency(edges)
    prior = rng.dirichlet((1, 1, 1), 42).T.astype(np.float32)
    fixed = np.full(42, -1)
    fixed[[0, 20, 41]] = 0, 1, 2
    free, trust = fixed < 0, 0.05
    system = np.diag(adjacent.toarray().sum(axis=1) + trust) - adjacent.toarray()
    expected = (fixed == np.arange(3)[:, None]).astype(float)
    known = trust * prior[:, free].T - system[free][:, ~free] @ expected[:, ~free].T
    expected[:, free] = np.linalg.solve(system[free][:, free], known).T
    one_hot = (fixed == np.arange(3)[:, None]).astype(float)
    exact = random_walk.solve_regions(adjacent.astype(float), np.ones(42), prior, one_hot, trust)
    np.testing.assert_allclose(exact, expected, atol=1e-5)
    near = random_walk.solve_grid(adjacent, prior, fixed, exact.astype(np.float32), trust)
    np.testing.assert_allclose(near, expected, atol=1e-4)
    far = random_walk.solve_grid(adjacent, prior, fixed, prior, trust)
    assert abs(far - expected).max() < 0.3 * abs(prior - expected).max()


def test_regions_cover_the_grid_and_touch():
    image, _ = picture()
    colour = features.lab(image, image.shape[:2])
    areas = superpixels.build(colour, random_walk.conductance(colour))
    assert areas.sizes.sum() == 48 * 64
    assert areas.sizes.min() > 0
    assert areas.border[areas.labels[0]].all()
    assert sparse.csgraph.connected_components(areas.length)[0] == 1
    np.testing.assert_allclose(areas.length.toarray(), areas.length.T.toarray(), rtol=1e-5)


def test_appearance_tells_colours_apart_and_doubts_what_it_never_saw():
    maps = np.zeros((1, 1, 300), np.float32)
    maps[0, 0, :100], maps[0, 0, 100:200], maps[0, 0, 200:] = -1, 0, 1
    rows = appearance.basis(maps)
    mass = np.zeros((2, 300))
    mass[0, :5] = mass[1, 200:205] = 1
    scores = appearance.score(rows, appearance.fit(rows, mass))
    np.testing.assert_allclose(scores[:, 50], (1, 0), atol=0.15)
    np.testing.assert_allclose(scores[:, 250], (0, 1), atol=0.15)
    odds = appearance.log_probs(scores, 0.03)
    assert odds[1, 250] - odds[0, 250] > 1.5


def test_enlarging_moves_edges_onto_the_pictures():
    """A circle: closer to the truth than plain enlarging, and its numbers are probabilities."""
    ys, xs = np.mgrid[:256, :256]
    truth = (ys - 120) ** 2 + (xs - 140) ** 2 < 80**2
    image = np.where(truth[..., None], (200, 60, 60), (40, 120, 160)).astype(np.uint8)
    grid = (32, 32)
    inside = truth.reshape(32, 8, 32, 8).mean(axis=(1, 3)) > 0.5
    probs = np.stack([~inside, inside]).astype(np.float32)
    full = guided_filter.upsample(probs, guided_filter.make_guide(image, grid))
    np.testing.assert_allclose(full.sum(axis=0), 1, atol=1e-5)
    wrong = ((full[1] > 0.5) != truth).mean()
    assert wrong < 0.4 * (np.kron(inside, np.ones((8, 8), bool)) != truth).mean()


def test_enlarging_three_classes_keeps_them_apart():
    image = data.astronaut()[:90, :120]
    probs = np.random.default_rng(0).dirichlet((1, 1, 1), 30 * 40).T.reshape(3, 30, 40).astype(np.float32)
    full = guided_filter.upsample(probs, guided_filter.make_guide(image, (30, 40)))
    assert full.shape == (3, 90, 120)
    np.testing.assert_allclose(full.sum(axis=0), 1, atol=1e-5)


def test_missing_seeds_are_made_up_for_solvers_that_need_them():
    seeds = np.full((20, 30), UNKNOWN, np.uint8)
    allowed = np.zeros((2, 20, 30), bool)
    allowed[0], allowed[1, 5:15, 5:25] = True, True
    rows = seed_maps.complete_seeds(seeds, allowed, [0, 3])
    assert rows[10, 15] == 1
    assert rows[5, 5] == -1
    assert rows[0, 0] == 0
    seeds[10, 10] = 3
    rows = seed_maps.complete_seeds(seeds, None, [0, 3])
    assert (rows[0] == 0).all()
    assert (rows[1:-1, 1:-1] >= 0).sum() == 1


def test_distance_to_nothing_is_finite():
    np.testing.assert_array_equal(seed_maps.distance_to(np.zeros((3, 4), bool)), 7)
    np.testing.assert_allclose(seed_maps.distance_to(np.eye(1, 5, dtype=bool)), [[0, 1, 2, 3, 4]], atol=0.2)


def test_what_no_class_may_have_is_background():
    probs = seed_maps.normalize_allowed(
        np.array([[[0.0, 0.2]], [[1.0, 0.2]]]), np.array([[[True, True]], [[False, True]]])
    )
    np.testing.assert_allclose(probs, [[[1, 0.5]], [[0, 0.5]]])
