"""The board's measures against cases counted by hand and outside implementations, after accumulation."""

from fractions import Fraction

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, jaccard_score

from leaderboard.metrics.interactive import (
    InteractiveSession,
    clicks_needed,
    count_drops,
    session_row,
    summarize_sessions,
)
from leaderboard.metrics.registry import METRICS, class_values, values
from wss_core import metrics
from wss_core.conventions import UNKNOWN


def drawn(count, seed, shape=(60, 80), classes=5, ignored=True):
    """`count` pairs of label maps that agree in most places."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        truth = np.kron(random.integers(0, classes, (6, 8)), np.ones((10, 10))).astype(np.uint8)
        truth = truth[: shape[0], : shape[1]]
        labels = np.where(random.random(truth.shape) < 0.7, truth, random.integers(0, classes, truth.shape))
        if ignored:
            truth[random.random(truth.shape) < 0.1] = UNKNOWN
        yield truth, labels.astype(np.uint8)


# Three known cases: pairs of maps, the number of classes, and the IoU of each class; None = in neither map.
BY_HAND = (
    [([[0, 0, 1, 1], [0, 2, 2, 255]], [[0, 1, 1, 1], [0, 2, 0, 3]])],
    5,
    # class 0: 2 found, 1 invented, 1 missed; 1: 2 found, 1 invented; 2: 1 found, 1 missed; 3 only where ignored
    [Fraction(2, 4), Fraction(2, 3), Fraction(1, 2), None, None],
)
SUMS = (  # IoU of the sums is 4 / 7; the mean of the pictures' own IoU would be (3/4 + 1/3) / 2
    [([[1, 1, 1, 0]], [[1, 1, 1, 1]]), ([[1, 1, 0, 0]], [[1, 0, 1, 0]])],
    2,
    [Fraction(1, 4), Fraction(4, 7)],
)
PUBLISHED = (  # the example in the documentation of Hugging Face evaluate's mean_iou: 0.4775
    [
        ([[0, 3], [5, 4], [6, 255]], [[1, 2], [3, 4], [5, 255]]),
        ([[1, 7], [9, 2], [3, 6]], [[2, 7], [9, 2], [3, 6]]),
        ([[1, 2, 2], [8, 2, 1], [3, 255, 1]], [[2, 2, 3], [8, 2, 4], [3, 255, 2]]),
    ],
    10,
    [Fraction(n, 1000) for n in (0, 0, 375, 400, 500, 0, 500, 1000, 1000, 1000)],
)


def independent_iou(pairs, count):
    """Pixel by pixel in whole numbers and fractions, without NumPy and without the project."""
    found, either = [0] * count, [0] * count
    for truth, labels in pairs:
        for true_row, row in zip(truth, labels, strict=True):
            for true, label in zip(true_row, row, strict=True):
                if true == 255:
                    continue
                if true == label:
                    found[true] += 1
                    either[true] += 1
                else:
                    either[true] += 1
                    either[label] += 1
    return [Fraction(f, e) if e else None for f, e in zip(found, either, strict=True)]


@pytest.mark.parametrize(("pairs", "count", "expected"), [BY_HAND, SUMS, PUBLISHED])
def test_known_cases_are_reproduced(pairs, count, expected):
    assert independent_iou(pairs, count) == expected
    rows = [metrics.counts(np.array(t, np.uint8), np.array(p, np.uint8), count) for t, p in pairs]
    ours = class_values("miou", {"counts": np.stack(rows)})[0]
    assert [None if np.isnan(v) else v for v in ours] == [None if e is None else float(e) for e in expected]
    present = [e for e in expected if e is not None]
    assert values("miou", {"counts": np.stack(rows)})[0] == pytest.approx(float(sum(present) / len(present)), abs=1e-15)


def test_counts_are_scikit_learns_after_accumulation():
    pairs = list(drawn(7, seed=1))
    ours = sum(metrics.counts(truth, labels, 5) for truth, labels in pairs)
    truth, labels = (np.concatenate([pair[i].ravel() for pair in pairs]) for i in (0, 1))
    known = truth != UNKNOWN
    table = sum(metrics.confusion(t, p, 5) for t, p in pairs)
    np.testing.assert_array_equal(table, confusion_matrix(truth[known], labels[known], labels=range(5)))
    np.testing.assert_allclose(metrics.iou(ours), jaccard_score(truth[known], labels[known], average=None))
    assert metrics.pixel_accuracy(ours) == pytest.approx((truth == labels)[known].mean())


def test_miou_and_dice_are_torchmetrics_after_accumulation():
    torch = pytest.importorskip("torch")
    outside = pytest.importorskip("torchmetrics.classification")
    iou = outside.MulticlassJaccardIndex(6, average=None, ignore_index=UNKNOWN)
    dice = outside.MulticlassF1Score(6, average=None, ignore_index=UNKNOWN)
    rows = []
    for truth, labels in drawn(5, seed=2):  # class 5 is nowhere
        rows.append(metrics.counts(truth, labels, 6))
        for each in (iou, dice):
            each.update(torch.tensor(labels.astype(int)), torch.tensor(truth.astype(int)))
    parts = {"counts": np.stack(rows)}
    for name, each in (("miou", iou), ("dice", dice)):
        ours = class_values(name, parts)[0]
        np.testing.assert_allclose(ours[:5], each.compute()[:5], rtol=1e-6)
        assert np.isnan(ours[5])  # absent, not 0 and not 1
        assert values(name, parts)[0] == pytest.approx(np.mean(ours[:5]))
        assert values(name, parts, background=False)[0] == pytest.approx(np.mean(ours[1:5]))


def test_more_pixels_than_float32_can_count_are_counted():
    truth = np.zeros((4100, 4100), np.uint8)  # 16.81 million, above 2 ** 24
    truth[-1, -1] = 1
    assert metrics.confusion(truth, truth, 2).tolist() == [[4100 * 4100 - 1, 0], [0, 1]]


def refused(words, truth, labels, count=3):
    with pytest.raises(ValueError, match=words):
        metrics.counts(np.asarray(truth), np.asarray(labels), count)


def test_what_is_no_prediction_for_this_picture_is_refused():
    truth = np.zeros((4, 5), np.uint8)
    refused("prediction is 4 x 5 pixels and the truth 5 x 4", truth, truth.T)
    refused("prediction must be uint8", truth, truth.astype(float))
    refused("prediction must be uint8", truth, np.zeros((4, 5, 1), np.uint8))
    refused("prediction holds label 3 at 20 known pixels, but there are 3 classes", truth, truth + 3)
    refused("prediction holds label 255", truth, np.full((4, 5), 255, np.uint8))
    refused("truth holds label 7", truth + 7, truth)
    refused("1 to 254 classes", truth, truth, 255)


def test_strange_labels_where_the_truth_is_unknown_do_not_matter():
    truth, labels = np.array([[0, 255]], np.uint8), np.array([[0, 9]], np.uint8)
    assert metrics.counts(truth, labels, 2).tolist() == [[1, 0, 0], [0, 0, 0]]


def test_weights_count_pictures_more_than_once():
    rows = np.stack([metrics.counts(t, p, 5) for t, p in drawn(3, seed=3)])
    weights = np.array([[2.0, 0, 1]])
    np.testing.assert_allclose(
        class_values("miou", {"counts": rows}, weights), class_values("miou", {"counts": rows[[0, 0, 2]]})
    )


def test_clicks_are_those_of_the_sessions():
    sessions = [
        InteractiveSession((0.5, 0.9, 0.82), 20),
        InteractiveSession((0.3, 0.84999), 20),
        InteractiveSession((0.7,) * 20, 20),
    ]
    rows = np.stack([session_row(session) for session in sessions])
    without = np.full((1, 20), -1)  # a picture that holds no object
    row = summarize_sessions(sessions)
    assert clicks_needed(rows, 0.85).tolist() == [s.number_of_clicks(0.85) for s in sessions] == [2, 20, 20]
    assert [part.sum() for part in count_drops(rows)] == [1, 22]
    for name in ("noc80", "noc85", "noc90", "iou_at_1", "iou_at_3", "iou_at_10", "drops"):
        assert values(name, {"clicks": np.concatenate([without, rows])})[0] == pytest.approx(row[name], abs=1e-4)


def test_every_metric_says_what_it_is_and_a_strange_one_is_refused():
    assert all(metric.description and metric.needs for metric in METRICS.values())
    with pytest.raises(ValueError, match="no metric 'mIoU'. Choose one of: miou"):
        class_values("mIoU", {})
    with pytest.raises(ValueError, match="hd95 needs boundaries, which were not kept"):
        class_values("hd95", {"counts": np.zeros((1, 2, 3))})
