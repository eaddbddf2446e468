import cv2
import numpy as np
import pytest

from wss_core import Cues, Point
from wss_core.conventions import UNKNOWN
from wss_core.cues import simulated_user


def blob(shape=(60, 80), box=(20, 10, 50, 60)):
    truth = np.zeros(shape, np.uint8)
    truth[box[0] : box[2], box[1] : box[3]] = 1
    return truth


def test_the_first_click_is_the_centre_of_the_object():
    truth = np.zeros((11, 11), np.uint8)
    truth[2:9, 3:8] = 1  # rows 2..8, columns 3..7: the centre is row 5 (of 4, 5, 6 as deep), column 5
    click = simulated_user.next_click(truth, np.zeros_like(truth))
    assert (click.x, click.label) == (5, 1)
    assert 4 <= click.y <= 6


def test_the_click_goes_where_most_is_wrong():
    truth = blob()
    labels = truth.copy()
    labels[20:30, 10:20] = 0  # a hole of 10 x 10
    labels[0:15, 65:80] = 1  # a false patch of 15 x 15: larger, so it is corrected first, as background
    click = simulated_user.next_click(truth, labels)
    assert click.label == 0
    assert 65 <= click.x < 80
    assert 0 <= click.y < 15
    labels[0:15, 65:80] = 0
    click = simulated_user.next_click(truth, labels)
    assert click.label == 1
    assert 10 <= click.x < 20


def test_the_pictures_border_is_an_edge():
    """Half a disc at the border is clicked in its middle, not at the border."""
    truth = np.zeros((40, 40), np.uint8)
    truth[10:30, 0:20] = 1
    click = simulated_user.next_click(truth, np.zeros_like(truth))
    assert click.x in (9, 10)


def test_nothing_is_clicked_when_all_is_right_or_ignored():
    truth = blob()
    assert simulated_user.next_click(truth, truth) is None
    assert simulated_user.next_stroke(truth, truth, np.random.default_rng(0)) is None
    unknown = np.where(truth == 1, UNKNOWN, truth).astype(np.uint8)
    assert simulated_user.next_click(unknown, truth) is None


def test_several_classes_are_split_by_the_true_class():
    truth = np.zeros((30, 60), np.uint8)
    truth[:, 20:40], truth[:, 40:] = 1, 2
    labels = np.zeros_like(truth)
    labels[:, 40:] = 1  # class 2 is called 1; class 1 is called background: as deep, and the lower label comes first
    assert simulated_user.next_click(truth, labels).label == 1
    labels[:, 20:40] = 1
    assert (
        simulated_user.next_click(truth, labels) == Point(49, 9, 2)
        or simulated_user.next_click(truth, labels).label == 2
    )


@pytest.mark.parametrize("seed", range(20))
def test_a_stroke_stays_inside_its_region(seed):
    random = np.random.default_rng(seed)
    region = np.zeros((150, 200), bool)
    region[40:60, 20:180] = region[20:120, 90:100] = True
    stroke = simulated_user.random_stroke(region, 3, random)
    assert stroke.label == 3
    assert stroke.width >= 1
    for x, y in stroke.path:
        assert region[round(y), round(x)]


@pytest.mark.parametrize("seed", range(40))
def test_a_stroke_along_the_border_stays_in_the_picture(seed):
    region = np.zeros((320, 320), bool)
    region[:, 300:] = region[310:] = True
    stroke = simulated_user.random_stroke(region, 1, np.random.default_rng(seed))
    assert all(0 <= x <= 319 and 0 <= y <= 319 for x, y in stroke.path)


def test_strokes_are_the_same_by_seed_and_differ_between_seeds():
    truth = blob()
    first, again, other = (
        simulated_user.strokes_per_class(truth, 2, np.random.default_rng(seed)) for seed in (5, 5, 6)
    )
    assert first == again
    assert first != other
    assert [stroke.label for stroke in first] == [0, 1, 0, 1]


@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (30, 1), (2, 2)])
def test_a_stroke_in_a_picture_of_few_pixels(shape):
    region = np.zeros(shape, bool)
    region[-1, -1] = True
    stroke = simulated_user.random_stroke(region, 1, np.random.default_rng(0))
    assert stroke.path == ((shape[1] - 1, shape[0] - 1),)


def test_thin_lines_far_below_a_cell_get_a_stroke():
    region = np.zeros((1000, 1000), bool)
    region[500, 100:900] = True
    stroke = simulated_user.random_stroke(region, 1, np.random.default_rng(0))
    assert all(round(y) == 500 for _, y in stroke.path)


def test_the_box_is_tight_and_half_open():
    box = simulated_user.tight_box(blob() == 1, 1)
    assert (box.x0, box.y0, box.x1, box.y1) == (10, 20, 60, 50)


def test_a_cue_is_added_and_nothing_else_changes():
    cues = Cues(points=(Point(1, 1, 0),))
    more = simulated_user.add_cue(cues, Point(2, 2, 1))
    assert more.points == (Point(1, 1, 0), Point(2, 2, 1))
    assert cues.points == (Point(1, 1, 0),)
    assert simulated_user.add_cue(cues, simulated_user.tight_box(blob() == 1, 1)).boxes


def rings() -> np.ndarray:
    """Two classes with many pixels that are equally deep: a bar, two squares, and a disc with a hole."""
    truth = np.zeros((90, 120), np.uint8)
    truth[8:28, 5:100], truth[40:61, 5:26], truth[65:86, 5:26] = 1, 1, 1
    away = np.hypot(*(np.indices(truth.shape) - np.array([60, 80])[:, None, None]))
    truth[(away > 8) & (away < 27)] = 2
    return truth


def test_cues_do_not_hang_on_the_last_digits_of_a_distance(monkeypatch):
    """OpenCV's distances differ by 2e-6 between two runs on the same mask."""
    truth, original, noise = rings(), cv2.distanceTransform, np.random.default_rng(5)

    def cued(seed):
        random, wrong = np.random.default_rng(seed), np.where(truth == 0, 0, 3 - truth).astype(np.uint8)
        regions = [truth == label for label in range(3)]
        points = [simulated_user.random_point(region, 1, random) for region in regions for _ in range(4)]
        drawn = [
            simulated_user.trim_stroke(simulated_user.random_stroke(region, 1, random), region)
            for region in regions
            for _ in range(2)
        ]
        thin = np.zeros_like(truth)
        thin[::2, seed] = 1
        drawn.append(simulated_user.random_stroke(thin == 1, 1, random))
        return points, drawn, simulated_user.next_click(truth, wrong), simulated_user.next_stroke(truth, wrong, random)

    expected = [cued(seed) for seed in range(15)]
    monkeypatch.setattr(
        cv2,
        "distanceTransform",
        lambda mask, *more: original(mask, *more) + noise.uniform(-2e-6, 2e-6, mask.shape).astype(np.float32) * mask,
    )
    assert [cued(seed) for seed in range(15)] == expected
