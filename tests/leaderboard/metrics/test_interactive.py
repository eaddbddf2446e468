"""The robot user against sessions counted by hand."""

from typing import ClassVar

import numpy as np
import pytest

from leaderboard.metrics import interactive
from leaderboard.metrics.interactive import InteractiveSession
from wss_core import create
from wss_core.segmenter import Segmenter


class Rows(Segmenter):
    """Fills the object row by row: a click more, ten rows more. Counted by hand below."""

    name: ClassVar[str] = "rows"
    uses: ClassVar[frozenset[str]] = frozenset({"points", "strokes"})

    def _probabilities(self, image, cues, class_ids, cache):
        probs = np.zeros((len(class_ids), *image.shape[:2]), np.float32)
        filled = 10 * len(cues.points)
        probs[0] = 1
        probs[1, :filled], probs[0, :filled] = 1, 0
        return probs


@pytest.fixture
def column():
    """100 rows, all object but for the last ten."""
    truth = np.ones((100, 3), np.uint8)
    truth[90:] = 0
    return np.zeros((100, 3, 3), np.uint8), truth


def test_clicks_are_counted_as_by_hand(column):
    """The k-th click is honoured at its own pixel and fills 10 k rows: IoU is 10 k / 90 and one pixel where it lies
    outside the filled rows. NoC@80 = 8 (80 of 90 rows; 7 make 70 / 90 = 0.78), NoC@90 = 9, then nothing is left."""
    session = interactive.run_session(Rows(), *column, limit=20)
    assert len(session.ious) == 9
    assert session.ious[-1] == 1
    for k, iou in enumerate(session.ious, start=1):
        assert 10 * k / 90 <= iou <= (30 * k + k) / 270
    assert [session.number_of_clicks(t) for t in (0.8, 0.85, 0.9)] == [8, 8, 9]
    assert not session.fails(0.9)


def test_a_session_stops_at_the_limit(column):
    session = interactive.run_session(Rows(), *column, limit=5)
    assert len(session.ious) == 5
    assert session.number_of_clicks(0.85) == 5
    assert session.fails(0.85)


def test_ignored_pixels_do_not_count(column):
    image, truth = column
    truth = truth.copy()
    truth[50:90] = 255
    session = interactive.run_session(Rows(), image, truth)
    assert session.ious[4] == pytest.approx(1.0)
    assert len(session.ious) == 5


def test_the_summary_is_the_mean_over_sessions():
    sessions = [
        InteractiveSession((0.5, 0.9, 0.82), 20),
        InteractiveSession((0.3, 0.84), 20),
        InteractiveSession((0.7,) * 20, 20),
    ]
    row = interactive.summarize_sessions(sessions)
    assert row["noc80"] == pytest.approx((2 + 2 + 20) / 3)
    assert row["noc85"] == pytest.approx((2 + 20 + 20) / 3)
    assert row["fail85"] == pytest.approx(2 / 3)
    assert row["fail80"] == pytest.approx(1 / 3)
    assert row["iou_at_1"] == pytest.approx(0.5)
    assert row["iou_at_3"] == pytest.approx((0.82 + 0.84 + 0.7) / 3)
    assert row["drops"] == pytest.approx(1 / 22)  # 0.9 -> 0.82, of 2 + 1 + 19 steps


def test_several_classes_are_averaged_without_background():
    truth, labels = np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.uint8)
    truth[0], truth[1], truth[3] = 1, 2, 255
    labels[0], labels[3] = 1, 2  # class 1 found, class 2 missed; row 3 is ignored
    assert interactive.mean_iou(truth, labels) == pytest.approx(0.5)


def test_a_picture_without_an_object_is_refused(column):
    image, truth = column
    with pytest.raises(ValueError, match="holds no object"):
        interactive.run_session(Rows(), image, np.zeros_like(truth))


@pytest.mark.parametrize("robot", [interactive.click_robot, interactive.stroke_robot])
def test_a_real_method_gets_better_and_repeats_itself(robot):
    random = np.random.default_rng(0)
    truth = np.zeros((80, 100), np.uint8)
    truth[20:60, 10:50], truth[30:70, 60:90] = 1, 2
    colours = np.array([(60, 140, 70), (190, 60, 50), (60, 60, 190)])
    image = np.clip(colours[truth] + random.normal(0, 12, (80, 100, 3)), 0, 255).astype(np.uint8)
    one, two = (interactive.run_session(create("propagate"), image, truth, robot, limit=4, seed=3) for _ in range(2))
    assert one == two
    assert one.ious[-1] > 0.9


class Narrow(Rows):
    """Answers at a size that is not the picture's."""

    name: ClassVar[str] = "narrow"

    def segment(self, image, cues, prepared=None):
        return super().segment(image[:, :-1], cues)


def test_an_answer_of_another_size_is_refused(column):
    with pytest.raises(ValueError, match=r"the prediction is \(100, 2\) and the truth \(100, 3\)"):
        interactive.run_session(Narrow(), *column)
