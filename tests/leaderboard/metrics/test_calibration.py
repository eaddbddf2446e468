"""Calibration, tags and boxes against torchmetrics, scikit-learn and pycocotools, after accumulation."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from leaderboard.metrics import calibration, detection
from leaderboard.metrics.registry import class_values, values
from wss_core.conventions import UNKNOWN
from wss_core.results import Result

CLASSES = ("background", "cat", "dog")


def answer(seed, shape=(64, 96)):
    """(Result, truth, instances): rectangles, and an answer that knows most of them more or less."""
    random = np.random.default_rng(seed)
    truth, instances = np.zeros(shape, np.uint8), np.zeros(shape, np.int32)
    logits = random.normal(0, 0.05, (3, *shape))
    logits[0] += 1
    for number in range(1, 9):
        y, x, h, w = random.integers((0, 0, 6, 6), (50, 80, 20, 24))
        label = random.integers(1, 3)
        truth[y : y + h, x : x + w], instances[y : y + h, x : x + w] = label, number
        if random.random() < 0.85:
            dy, dx = random.integers(-2, 3, 2)
            guess = label if random.random() < 0.9 else 3 - label
            logits[guess, max(0, y + dy) : y + dy + h, max(0, x + dx) : x + dx + w] = random.uniform(1.2, 4)
    truth[:, 90:] = UNKNOWN
    probs = np.exp(logits) / np.exp(logits).sum(axis=0)
    return Result(probs.astype(np.float32), CLASSES), truth, instances


@pytest.fixture(scope="module")
def answers():
    return [answer(seed) for seed in range(6)]


def test_calibration_is_torchmetrics_after_accumulation(answers):
    torch = pytest.importorskip("torch")
    outside = pytest.importorskip("torchmetrics.classification").MulticlassCalibrationError(3, n_bins=15, norm="l1")
    rows = []
    for result, truth, _ in answers:
        rows.append(calibration.confidence_bins(result, truth))
        grid = truth[::4, ::4]
        probs = result.probs[:, ::4, ::4][:, grid != UNKNOWN].T
        outside.update(torch.tensor(probs), torch.tensor(grid[grid != UNKNOWN].astype(int)))
    assert values("ece", {"calibration": np.stack(rows)})[0] == pytest.approx(float(outside.compute()), abs=1e-6)


def test_calibration_by_hand():
    """Four pixels of the grid: sure 0.9 and right, 0.9 and wrong, 0.65 and right, and one unknown."""
    probs, truth = np.zeros((2, 8, 8), np.float32), np.zeros((8, 8), np.uint8)
    probs[1] = 1
    probs[:, 0, 0], probs[:, 0, 4], probs[:, 4, 0] = (0.9, 0.1), (0.1, 0.9), (0.65, 0.35)
    truth[4, 4] = UNKNOWN
    rows = calibration.confidence_bins(Result(probs, ("a", "b")), truth)
    assert {i: row for i, row in enumerate(rows.tolist()) if row[0]} == {9: [1, 1, 6500], 13: [2, 1, 18000]}
    assert calibration.calibration_error(rows) == pytest.approx((0.35 + abs(1 - 1.8)) / 3)
    assert np.isnan(calibration.calibration_error(np.zeros((15, 3))))


def test_tags_are_scikit_learns(answers):
    random = np.random.default_rng(0)
    scores, present = random.integers(0, 12, (40, 4)), random.random((40, 4)) < 0.4  # many ties
    present[:, 3] = False
    ours = calibration.tag_precision(scores, present, np.ones((1, 40)))[0]
    np.testing.assert_allclose(ours[:3], [average_precision_score(present[:, c], scores[:, c]) for c in range(3)])
    assert np.isnan(ours[3])
    weights = random.integers(0, 4, (2, 40)).astype(float)
    for row, w in zip(calibration.tag_precision(scores, present, weights), weights, strict=True):
        outside = [average_precision_score(present[:, c], scores[:, c], sample_weight=w) for c in range(3)]
        np.testing.assert_allclose(row[:3], outside)
    assert calibration.tag_scores(answers[0][0]).shape == (3,)


def test_tags_are_of_the_whole_data_set():
    counts = np.zeros((3, 2, 3), np.int64)
    counts[0, 1, 2] = counts[1, 1, 0] = 5  # the class is on the first picture, missed, and on the second
    parts = {"counts": counts, "tags": np.array([[0, 10], [0, 30], [0, 20]])}
    assert class_values("tag_map", parts)[0, 1] == pytest.approx((1 + 2 / 3) / 2)


def as_coco(answers, chosen):
    """The same boxes as a COCO data set and COCO results; a picture may be chosen twice."""
    images, true, found = [], [], []
    for place, i in enumerate(chosen, start=1):
        result, truth, instances = answers[i]
        images.append({"id": place, "width": truth.shape[1], "height": truth.shape[0]})
        for x0, y0, x1, y1, label in detection.true_boxes(truth, instances).tolist():
            box = {"bbox": [x0, y0, x1 - x0, y1 - y0], "area": (x1 - x0) * (y1 - y0), "category_id": label}
            true.append(box | {"id": len(true) + 1, "image_id": place, "iscrowd": 0})
        for x0, y0, x1, y1, label, score in detection.predicted_boxes(result, truth).tolist():
            box = {"bbox": [x0, y0, x1 - x0, y1 - y0], "category_id": label, "score": score / calibration.SCORE_UNIT}
            found.append(box | {"image_id": place})
    categories = [{"id": i, "name": name} for i, name in enumerate(CLASSES) if i]
    return {"images": images, "annotations": true, "categories": categories, "info": {}}, found


def coco_says(answers, chosen):
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    data, found = as_coco(answers, chosen)
    truth = COCO()
    truth.dataset = data
    truth.createIndex()
    judge = COCOeval(truth, truth.loadRes(found), "bbox")
    judge.params.maxDets = [detection.MAX_DETECTIONS]
    judge.params.areaRng, judge.params.areaRngLbl = [[0, 1e10]], ["all"]
    judge.evaluate()
    judge.accumulate()
    precision = judge.eval["precision"][..., 0, 0]  # (thresholds, recalls, classes)
    return precision.mean(axis=(0, 1))


def parts_of(answers):
    rows = [detection.match_detections(r, t, detection.true_boxes(t, i)) for r, t, i in answers]
    boxes = [np.bincount(detection.true_boxes(t, i)[:, 4], minlength=3) for _, t, i in answers]
    table = np.concatenate([np.column_stack([np.full(len(row), i), row]) for i, row in enumerate(rows)])
    return {"detections": table, "objects": np.stack(boxes)}


def test_boxes_are_pycocotools_after_accumulation(answers, capsys):
    ours = class_values("box_ap", parts_of(answers))[0]
    assert np.isnan(ours[0])
    np.testing.assert_allclose(ours[1:], coco_says(answers, range(6)), rtol=1e-12)
    assert 0.1 < ours[1] < 1


def test_a_resample_of_boxes_is_pycocotools_on_the_pictures_drawn(answers, capsys):
    weights = np.array([[2.0, 0, 1, 0, 3, 0], [1, 1, 0, 0, 0, 0]])
    ours = class_values("box_ap", parts_of(answers), weights)
    for row, chosen in zip(ours, ([0, 0, 2, 4, 4, 4], [0, 1]), strict=True):
        np.testing.assert_allclose(row[1:], coco_says(answers, chosen), rtol=1e-12)


def test_true_boxes_by_hand():
    truth = np.zeros((6, 8), np.uint8)
    truth[1:3, 1:5] = 1
    truth[5, 7] = 2
    assert detection.true_boxes(truth).tolist() == [[1, 1, 5, 3, 1], [7, 5, 8, 6, 2]]
    instances = np.zeros((6, 8), np.uint16)
    instances[1:3, 1:3], instances[1:3, 3:5], instances[4, 4] = 4, 9, 2  # touching ones keep their own box
    assert detection.true_boxes(truth, instances).tolist() == [[1, 1, 3, 3, 1], [3, 1, 5, 3, 1]]


def test_nothing_found_and_nothing_there():
    nothing = np.zeros((0, 4), np.int64)
    assert detection.average_precision(nothing, np.array([[0, 3]]), np.ones((1, 1)))[0, 1] == 0
    assert np.isnan(detection.average_precision(nothing, np.array([[0, 0]]), np.ones((1, 1)))).all()
