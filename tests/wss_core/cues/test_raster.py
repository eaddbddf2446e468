"""Seeds against pictures drawn by hand: '.' is unlabelled, a digit is a label."""

from itertools import pairwise

import numpy as np
import pytest

from wss_core.conventions import UNKNOWN
from wss_core.cues import Box, Cues, ImageInfo, Point, Stroke
from wss_core.cues.raster import allowed_regions, box_slices, draw_seeds, ignored_pixels, resize_cues, seed_map_history


def drawn(text: str) -> np.ndarray:
    rows = text.split()
    return np.array([[UNKNOWN if c == "." else int(c) for c in row] for row in rows], np.uint8)


def test_points_take_the_pixel_whose_centre_is_nearest():
    cues = Cues(points=[Point(0, 0, 1), Point(2.49, 0.5, 2), Point(-0.5, 1.6, 3), Point(3.49, 2.4, 4)])
    expected = drawn("""
        1...
        ..2.
        3..4
    """)
    np.testing.assert_array_equal(draw_seeds(cues, (3, 4)), expected)


def test_a_stroke_is_as_wide_as_it_says():
    cues = Cues(strokes=[Stroke(1, 1, ((1, 1), (5, 1))), Stroke(2, 3, ((2, 5), (5, 5)))])
    expected = drawn("""
        ........
        .11111..
        ........
        ........
        ..2222..
        .222222.
        ..2222..
        ........
    """)
    np.testing.assert_array_equal(draw_seeds(cues, (8, 8)), expected)


@pytest.mark.parametrize("width", [1, 2, 2.6, 3, 4, 5, 7, 8, 15, 20.5])
def test_strokes_keep_within_their_width(width):
    """Every painted pixel is touched by the brush, and no pixel well inside its rim is missed."""
    rng = np.random.default_rng(int(width * 10))
    ys, xs = np.mgrid[:64, :64]
    for _ in range(20):
        path = rng.uniform(12, 52, (3, 2))
        distance = np.full((64, 64), np.inf)
        for a, b in pairwise(path):
            along = np.clip(((xs - a[0]) * (b - a)[0] + (ys - a[1]) * (b - a)[1]) / ((b - a) ** 2).sum(), 0, 1)
            distance = np.minimum(distance, np.hypot(xs - a[0] - along * (b - a)[0], ys - a[1] - along * (b - a)[1]))
        painted = draw_seeds(Cues(strokes=[Stroke(1, width, tuple(map(tuple, path)))]), (64, 64)) == 1
        assert distance[painted].max() <= width / 2 + 0.5
        assert painted[distance <= width / 2 - 1.5].all()
        assert painted.any()


def test_a_stroke_of_one_place_is_a_dot():
    seeds = draw_seeds(Cues(strokes=[Stroke(1, 1, ((2, 1),))]), (3, 4))
    np.testing.assert_array_equal(seeds, drawn(".... ..1. ...."))


def test_subpixel_paths_are_not_cut_to_whole_pixels():
    """From (0, 0.4) to (7, 2.6): cut to whole numbers it would end one row higher."""
    seeds = draw_seeds(Cues(strokes=[Stroke(1, 1, ((0, 0.4), (7, 2.6)))]), (4, 8))
    assert seeds[0, 0] == 1
    assert seeds[3, 7] == 1
    assert (seeds == 1).sum() == 8


def test_filled_strokes():
    cues = Cues(strokes=[Stroke(1, 0, ((1, 1), (4, 1), (4, 3), (1, 3)))])
    expected = drawn("""
        ......
        .1111.
        .1111.
        .1111.
        ......
    """)
    np.testing.assert_array_equal(draw_seeds(cues, (5, 6)), expected)


def test_thin_cues_survive_on_a_small_grid():
    labels = np.full((1000, 1000), UNKNOWN, np.uint8)
    labels[:, 503] = 3
    cues = Cues(
        strokes=[Stroke(1, 1, ((100, 0), (100, 999))), Stroke(2, 0, ((700, 700), (701, 700), (701, 701)))],
        points=[Point(999, 999, 4)],
        labels=labels,
    )
    seeds = draw_seeds(cues, (1000, 1000), (10, 10))
    expected = np.full((10, 10), UNKNOWN, np.uint8)
    expected[:, 1], expected[:, 5], expected[7, 7], expected[9, 9] = 1, 3, 2, 4
    np.testing.assert_array_equal(seeds, expected)


def test_precedence_is_points_then_later_strokes_then_labels():
    line = ((0, 0), (4, 0))
    cues = Cues(
        points=[Point(2, 0, 3)],
        strokes=[Stroke(1, 1, line), Stroke(2, 1, ((1, 0), (3, 0)))],
        labels=np.full((2, 5), 4, np.uint8),
    )
    np.testing.assert_array_equal(draw_seeds(cues, (2, 5)), drawn("12321 44444"))


def test_ignored_pixels_are_no_seeds():
    cues = Cues(
        strokes=[Stroke(1, 1, ((0, 0), (4, 0))), Stroke(255, 1, ((1, 0), (3, 0)))],
        points=[Point(2, 0, 1), Point(0, 1, 255)],
        boxes=[Box(3, 1, 5, 2, 255)],
    )
    np.testing.assert_array_equal(draw_seeds(cues, (2, 5)), drawn("1.1.1 ....."))
    np.testing.assert_array_equal(
        ignored_pixels(cues, (2, 5)), [[False, True, False, True, False], [True, False, False, True, True]]
    )
    assert ignored_pixels(Cues(points=[Point(0, 0, 1)]), (2, 5)) is None


@pytest.mark.parametrize(
    ("box", "rows", "columns"),
    [
        (Box(1, 2, 4, 3, 1), (2, 3), (1, 4)),  # half open
        (Box(-9, -9, 99, 99, 1), (0, 6), (0, 8)),  # cut at the border
        (Box(7.9, 5.9, 20, 20, 1), (5, 6), (7, 8)),
        (Box(2.4, 2.4, 2.6, 2.6, 1), (2, 3), (2, 3)),  # never empty
        (Box(1.2, 0.8, 3.7, 3.3, 1), (1, 3), (1, 4)),
    ],
)
def test_boxes_are_half_open_and_cut(box, rows, columns):
    assert box_slices(box, (6, 8), (6, 8)) == (slice(*rows), slice(*columns))


def test_boxes_on_a_grid():
    assert box_slices(Box(100, 0, 300, 50, 1), (400, 400), (4, 4)) == (slice(0, 1), slice(1, 3))
    assert box_slices(Box(399, 399, 400, 400, 1), (400, 400), (4, 4)) == (slice(3, 4), slice(3, 4))


def test_a_boxed_class_is_allowed_in_its_boxes_only():
    cues = Cues(boxes=[Box(0, 0, 1, 1, 1), Box(2, 1, 4, 2, 1)], points=[Point(3, 0, 0)])
    rows = allowed_regions(cues, (2, 4), [0, 1, 2])
    np.testing.assert_array_equal(rows[1], [[True, False, False, False], [False, False, True, True]])
    assert rows[0].all()
    assert rows[2].all()


def test_a_seed_outside_its_boxes_frees_the_class():
    boxes = [Box(0, 0, 1, 1, 1)]
    assert not allowed_regions(Cues(boxes=boxes, points=[Point(0, 0, 1)]), (2, 4), [0, 1])[1].all()
    assert allowed_regions(Cues(boxes=boxes, points=[Point(3, 1, 1)]), (2, 4), [0, 1])[1].all()


def test_boxes_of_background_or_ignore_bound_nothing():
    assert allowed_regions(Cues(boxes=[Box(0, 0, 1, 1, 0), Box(0, 0, 1, 1, 255)]), (2, 4), [0, 1]) is None


def test_every_pixel_has_an_allowed_class():
    """Without background among the present labels, all may be anywhere outside the boxes."""
    rows = allowed_regions(Cues(boxes=[Box(0, 0, 1, 1, 1), Box(1, 0, 2, 1, 2)]), (1, 3), [1, 2])
    np.testing.assert_array_equal(rows[:, 0], [[True, False, True], [False, True, True]])


def test_huge_widths_and_far_places_are_drawn():
    wide = Cues(strokes=[Stroke(1, 1e6, ((0, 0), (3, 0)))])
    assert (draw_seeds(wide, (4, 4)) == 1).all()
    far = Cues(strokes=[Stroke(1, 1, ((-1e9, 2), (1e9, 2)))])
    np.testing.assert_array_equal(draw_seeds(far, (4, 4)), drawn(".... .... 1111 ...."))


def test_scaled_cues_draw_the_same_picture():
    labels = np.full((40, 60), UNKNOWN, np.uint8)
    labels[30:, 50:] = 4
    cues = Cues(
        tags=("cat",),
        points=[Point(59, 39, 1), Point(0, 0, 2)],
        boxes=[Box(0, 4, 30, 20, 3)],
        strokes=[Stroke(1, 8, ((10, 20), (40, 20)))],
        labels=labels,
    )
    small = resize_cues(cues, (40, 60), (20, 30))
    small.check((20, 30), 5)
    np.testing.assert_array_equal(draw_seeds(small, (20, 30)), draw_seeds(cues, (40, 60), (20, 30)))
    assert small.boxes == (Box(0, 2, 15, 10, 3),)
    assert small.tags == ("cat",)
    large = resize_cues(cues, (40, 60), (80, 120))
    assert (large.labels == 4).sum() == 4 * (labels == 4).sum()
    assert resize_cues(cues, (40, 60), (40, 60)) is cues


def test_resized_cues_keep_object_numbers_and_say_the_new_size():
    cues = Cues(
        points=[Point(1, 1, 1, 2)],
        boxes=[Box(0, 4, 30, 20, 1, 3)],
        strokes=[Stroke(1, 8, ((10, 20), (40, 20)), 4)],
        objects=1.5,
        image=ImageInfo("cat.jpg", (40, 60)),
        extra={"review": 1},
    )
    small = resize_cues(cues, (40, 60), (20, 30))
    small.check((20, 30))
    assert [cue.object for cue in (*small.points, *small.boxes, *small.strokes)] == [2, 3, 4]
    assert (small.image, small.objects, small.extra) == (ImageInfo("cat.jpg", (20, 30)), 1.5, {"review": 1})


def test_thin_labels_survive_scaling_down():
    labels = np.full((100, 100), UNKNOWN, np.uint8)
    labels[:, 3] = 1
    np.testing.assert_array_equal(resize_cues(Cues(labels=labels), (100, 100), (2, 2)).labels, drawn("1. 1."))


def test_the_history_grows_cue_by_cue_from_the_first_object():
    cues = Cues(strokes=(Stroke(0, 1, ((0, 0),)), Stroke(1, 1, ((5, 5),))), points=(Point(9, 9, 2), Point(3, 3, 0)))
    steps = seed_map_history(cues, (12, 12), (12, 12))
    assert [step.class_ids for step in steps] == [[0, 1], [0, 1, 2], [0, 1, 2]]
    assert [int((step.seeds != UNKNOWN).sum()) for step in steps] == [2, 3, 4]
    np.testing.assert_array_equal(steps[-1].seeds, draw_seeds(cues, (12, 12)))


def test_a_box_is_the_first_step_and_background_alone_is_one():
    cues = Cues(boxes=(Box(2, 2, 8, 8, 1),), points=(Point(5, 5, 1),))
    first, last = seed_map_history(cues, (12, 12), (12, 12))
    assert first.allowed is not None
    assert (first.seeds == UNKNOWN).all()
    assert last.seeds[5, 5] == 1
    (alone,) = seed_map_history(Cues(points=(Point(1, 1, 0), Point(2, 2, 0))), (12, 12), (12, 12))
    assert alone.class_ids == [0]


@pytest.mark.parametrize(("count", "steps"), [(1, 1), (24, 24), (25, 2), (48, 25), (49, 2)])
def test_a_long_history_begins_anew(count, steps):
    """A block's last answer is where the next begins, so a long list of cues costs no more than a block."""
    cues = Cues(points=tuple(Point(i, i, 1) for i in range(count)))
    found = seed_map_history(cues, (60, 60), (60, 60))
    assert len(found) == steps
    assert int((found[-1].seeds == 1).sum()) == count
