"""Result against brute force."""

import numpy as np
import pytest

from wss_core.conventions import UNKNOWN, CueError, ImageError
from wss_core.results import Result


def random_probs(count: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(count), (5, 7)).transpose(2, 0, 1).astype(np.float32)


@pytest.mark.parametrize("class_ids", [(0,), (0, 2), (0, 1, 3), (0, 1, 2, 3)])
def test_result_is_the_same_with_and_without_absent_classes(class_ids):
    probs = random_probs(len(class_ids))
    result = Result(probs, "abcd", class_ids)
    full = np.zeros((4, 5, 7), np.float32)
    for row, label in zip(probs, class_ids, strict=True):
        full[label] = row
    assert result.shape == (5, 7)
    np.testing.assert_array_equal(result.probs, full)
    assert result.probs.dtype == np.float32
    np.testing.assert_array_equal(result.labels, full.argmax(axis=0))
    assert result.labels.dtype == np.uint8
    np.testing.assert_array_equal(Result(full, "abcd").labels, result.labels)


def test_ignored_pixels_are_unknown():
    ignored = np.zeros((5, 7), bool)
    ignored[2, 3] = True
    for class_ids in ((0, 1), (0, 1, 2)):
        labels = Result(random_probs(len(class_ids)), "abc", class_ids, ignored).labels
        assert labels[2, 3] == UNKNOWN
        assert (labels == UNKNOWN).sum() == 1


def test_ties_go_to_the_first_class():
    assert (Result(np.full((2, 3, 3), 0.5), "ab").labels == 0).all()
    assert (Result(np.full((3, 3, 3), 1 / 3), "abc").labels == 0).all()


@pytest.mark.parametrize("count", [2, 3, 4])
def test_uncertainty_is_0_when_sure_and_1_when_uniform(count):
    probs = random_probs(count)
    probs[:, 0, 0] = 1 / count
    probs[:, 0, 1] = 0
    probs[1, 0, 1] = 1
    uncertainty = Result(probs, "abcd", range(count)).uncertainty
    assert uncertainty[0, 0] == pytest.approx(1)
    assert uncertainty[0, 1] == 0
    for y, x in np.ndindex(5, 7):
        assert uncertainty[y, x] == pytest.approx((1 - max(probs[:, y, x])) * count / (count - 1), abs=1e-6)


def test_one_class_is_never_uncertain():
    assert not Result(np.ones((1, 2, 2)), "ab", (0,)).uncertainty.any()


def test_rows_must_match_labels():
    with pytest.raises(ValueError, match="3 labels for 2 rows of probabilities"):
        Result(np.ones((2, 1, 1)), "abc")


def test_instances_are_as_large_as_the_picture():
    ids = np.arange(35, dtype=np.uint16).reshape(5, 7)
    assert Result(random_probs(2), "ab", instances=ids).instances is ids
    assert Result(random_probs(2), "ab").instances is None
    with pytest.raises(
        ValueError, match=r"instances must be uint16 \(5, 7\) like the probabilities, got int64 \(5, 7\)"
    ):
        Result(random_probs(2), "ab", instances=ids.astype(np.int64))
    with pytest.raises(ValueError, match=r"got uint16 \(7, 5\)"):
        Result(random_probs(2), "ab", instances=ids.T)


def table_result() -> Result:
    """Two pixels of background, three of the last class, of which one is ignored; none of the class between."""
    labels = np.array([[0, 0, 1], [1, 1, 1]])
    probs = np.stack([labels == 0, labels == 1]).astype(np.float32)
    return Result(probs, ("background", "cat", "dog"), (0, 2), np.array([[0, 0, 0], [0, 0, 1]], bool))


def test_areas_are_a_table():
    table = table_result().areas()
    assert table.to_dict("list") == {
        "label": [0, 1, 2],
        "class": ["background", "cat", "dog"],
        "pixels": [2, 0, 3],
        "fraction": [2 / 6, 0, 3 / 6],
    }


@pytest.mark.parametrize(("spacing", "area"), [(2, 12), ((0.5, 3.0), 4.5), (np.array([2.0, 2.0]), 12)])
def test_areas_in_units_of_the_pixels(spacing, area):
    assert table_result().areas(spacing)["area"].tolist() == [area * 2 / 3, 0, area]


@pytest.mark.parametrize("spacing", [0, -1, (1, 0), (1, 2, 3), float("nan"), float("inf")])
def test_a_spacing_that_is_none_is_refused(spacing):
    with pytest.raises(ValueError, match="spacing is .* Give the side of a pixel"):
        table_result().areas(spacing)


def test_errors_are_value_errors():
    assert issubclass(CueError, ValueError)
    assert issubclass(ImageError, ValueError)
