"""Outlines against cases counted by hand, and against the definitions written out with SciPy, after accumulation."""

import cv2
import numpy as np
import pytest
from scipy.ndimage import binary_erosion
from scipy.spatial.distance import cdist

from leaderboard.metrics import boundary as outlines
from leaderboard.metrics.boundary import BAND, TOLERANCE, boundary_counts, boundary_f, boundary_iou
from leaderboard.metrics.registry import class_values, values
from wss_core.conventions import UNKNOWN


def blobs(seed, shape=(70, 90), classes=4):
    """A pair of label maps of overlapping discs, the second one moved, with an ignored stripe."""
    random = np.random.default_rng(seed)
    truth, labels = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    ys, xs = np.mgrid[: shape[0], : shape[1]]
    for label in range(1, classes):
        y, x, r = random.uniform(5, 65), random.uniform(5, 85), random.uniform(6, 18)
        truth[(ys - y) ** 2 + (xs - x) ** 2 < r * r] = label
        y, x, r = y + random.normal(0, 3), x + random.normal(0, 3), r * random.uniform(0.8, 1.2)
        labels[(ys - y) ** 2 + (xs - x) ** 2 < r * r] = label
    truth[30:34] = UNKNOWN
    return truth, labels


def written_out(truth, labels, label):
    """(boundary IoU's two sums, boundary F's four, HD95 or None) of one class, from the definitions."""
    known = truth != UNKNOWN
    true, mine = (truth == label) & known, (labels == label) & known
    diagonal = np.hypot(*truth.shape)
    depth = max(1, round(BAND * diagonal))
    square = np.ones((3, 3), bool)
    bands = [m & ~binary_erosion(m, square, iterations=depth, border_value=0) for m in (true, mine)]
    lines = [np.argwhere(m & ~binary_erosion(m, border_value=0)) for m in (mine, true)]
    sums = [(bands[0] & bands[1]).sum(), (bands[0] | bands[1]).sum()]
    if not len(lines[0]) or not len(lines[1]):
        worst = round(diagonal, 2) if len(lines[0]) or len(lines[1]) else None
        return [*sums, 0, len(lines[0]), 0, len(lines[1])], worst
    apart = cdist(*lines)
    near = [(apart.min(axis=a) <= TOLERANCE * diagonal).sum() for a in (1, 0)]
    hd95 = max(np.percentile(apart.min(axis=a), 95) for a in (1, 0))
    return [*sums, near[0], len(lines[0]), near[1], len(lines[1])], round(hd95, 2)


@pytest.mark.parametrize("long", [1e-9, 1e9])  # by the tree of outline pixels, and by the distance transform
def test_the_rows_are_those_of_the_definitions_after_accumulation(long, monkeypatch):
    monkeypatch.setattr(outlines, "LONG", long)
    pairs = [blobs(seed) for seed in range(6)]
    ours = np.stack([boundary_counts(truth, labels, np.ones(5, bool)) for truth, labels in pairs])
    for row, (truth, labels) in zip(ours, pairs, strict=True):
        for label in range(5):
            sums, hd95 = written_out(truth, labels, label)
            assert row[label, :6].tolist() == sums
            assert row[label, 6] == pytest.approx(-1 if hd95 is None else 100 * hd95, abs=1.01)
    total = ours.sum(axis=0)
    np.testing.assert_allclose(boundary_iou(total)[:4], total[:4, 0] / total[:4, 1])
    precision, recall = total[:4, 2] / total[:4, 3], total[:4, 4] / total[:4, 5]
    np.testing.assert_allclose(boundary_f(total)[:4], 2 * precision * recall / (precision + recall))
    assert np.isnan([boundary_iou(total)[4], boundary_f(total)[4]]).all()
    means = [np.mean([r[c, 6] for r in ours if r[c, 6] >= 0]) / 100 for c in range(4)]
    np.testing.assert_allclose(class_values("hd95", {"boundaries": ours})[0, :4], means)


def test_a_square_that_moved_three_pixels():
    """100 x 75 (diagonal 125: 0.75 % is 0.94 pixels, 2 % is 2.5 -> 2): a 20 x 20 square, 3 to the right.

    Outlines of 76 pixels each; on both: the upper and lower sides, 17 pixels each. Bands 2 deep: 144 pixels each; they
    share 2 rows of 17 above and below, no column. The sides that moved, more than 5 % of the outline, are 3 away.
    """
    truth, labels = np.zeros((75, 100), np.uint8), np.zeros((75, 100), np.uint8)
    truth[30:50, 40:60], labels[30:50, 43:63] = 1, 1
    row = boundary_counts(truth, labels, np.ones(2, bool))[1]
    assert row[:2].tolist() == [2 * 17 * 2, 2 * 144 - 2 * 17 * 2]
    assert row[2:6].tolist() == [34, 76, 34, 76]
    assert row[6] == 300


def test_distances_as_long_as_the_tolerance_are_near_however_they_were_measured(monkeypatch):
    """OpenCV's distances differ by 2e-6 between runs; 3 pixels are 0.0075 of the diagonal of 240 x 320."""
    original, noise = cv2.distanceTransform, np.random.default_rng(0)
    monkeypatch.setattr(
        cv2,
        "distanceTransform",
        lambda mask, *more: original(mask, *more) + noise.uniform(0, 2e-6, mask.shape).astype(np.float32) * mask,
    )
    monkeypatch.setattr(outlines, "LONG", 10**9)
    truth, moved = np.zeros((240, 320), np.uint8), np.zeros((240, 320), np.uint8)
    truth[100:140, 100:160] = moved[103:143, 100:160] = 1
    row = boundary_counts(truth, moved, np.array([False, True]))[1]
    assert row[2] == row[3]


def test_a_perfect_map_and_a_missing_class():
    truth, _ = blobs(3)
    perfect = boundary_counts(truth, truth, np.ones(4, bool))
    assert (boundary_iou(perfect) == 1).all()
    assert (boundary_f(perfect) == 1).all()
    assert (perfect[:, 6] == 0).all()
    missed = boundary_counts(truth, np.zeros_like(truth), np.ones(4, bool))
    assert boundary_iou(missed)[1] == 0
    assert boundary_f(missed)[1] == 0
    assert missed[1, 6] == round(100 * np.hypot(*truth.shape))  # leaving a class out is the worst, not the best
    assert values("boundary_f", {"boundaries": perfect[None]}, background=False)[0] == 1


def test_the_pictures_border_is_an_edge():
    truth, labels = np.ones((20, 30), np.uint8), np.ones((20, 30), np.uint8)
    row = boundary_counts(truth, labels, np.ones(2, bool))[1]
    assert row[3] == row[5] == 2 * 30 + 2 * 18
