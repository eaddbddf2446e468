"""Cues: their JSON round trip, what they say about themselves, and what a picture's size refuses."""

import json
from dataclasses import replace

import numpy as np
import pytest

from wss_core.conventions import CueError
from wss_core.cues import Box, Cues, ImageInfo, Point, Stroke, read_document

VOC = ("background", *(f"class {i}" for i in range(1, 21)))
LABELS = np.array([[0, 1, 255], [255, 2, 253]], np.uint8)
EVERY = Cues(
    tags=("cat",),
    points=[Point(0.25, 1, 1), Point(2, 1, 255)],
    boxes=[Box(0, 0, 2, 1.5, 2)],
    strokes=[Stroke(1, 7, ((0, 0), (1.5, 1))), Stroke(2, 0, ((0, 0), (2, 0), (2, 1)))],
    labels=LABELS,
)


NUMBERED = Cues(
    points=[Point(0, 1, 1, 2), Point(2, 1, 1)],
    boxes=[Box(0, 0, 2, 1.5, 1, object=1)],
    strokes=[Stroke(1, 7, ((0, 0), (1.5, 1)), 65535)],
    image=ImageInfo("cat.jpg", (2, 3)),
)


def test_json_round_trip():
    assert Cues.from_json(EVERY.to_json(), LABELS.shape) == EVERY
    cues, classes = read_document(EVERY.to_json(("background", "cat", *map(str, range(252)))))
    assert classes[:2] == ("background", "cat")
    assert cues == EVERY
    assert Cues.from_json(Cues().to_json()) == Cues()
    assert Cues.from_json(NUMBERED.to_json(), (2, 3)) == NUMBERED


def test_json_without_object_numbers_is_as_it_was_before_there_were_any():
    cues = replace(EVERY, tags=None, labels=None, objects=2.5)
    assert cues.to_json(("background", "cat")) == (
        '{"classes": ["background", "cat"], "points": [[0.25, 1, 1], [2, 1, 255]], "boxes": [[0, 0, 2, 1.5, 2]], '
        '"strokes": [{"label": 1, "width": 7, "path": [[0, 0], [1.5, 1]]}, '
        '{"label": 2, "width": 0, "path": [[0, 0], [2, 0], [2, 1]]}], "objects": 2.5}'
    )


def test_json_with_object_numbers():
    assert json.loads(NUMBERED.to_json()) == {
        "points": [[0, 1, 1, 2], [2, 1, 1]],
        "boxes": [[0, 0, 2, 1.5, 1, 1]],
        "strokes": [{"label": 1, "width": 7, "path": [[0, 0], [1.5, 1]], "object": 65535}],
        "image": {"name": "cat.jpg", "size": [2, 3]},
    }


def test_cues_are_equal_when_all_that_was_given_is():
    same = replace(EVERY, labels=LABELS.copy())
    assert (same == EVERY, hash(same) == hash(EVERY)) == (True, True)
    other = LABELS.copy()
    other[0, 0] = 2
    for changed in ({"labels": other}, {"labels": None}, {"points": NUMBERED.points}, {"image": ImageInfo("a.png")}):
        assert replace(EVERY, **changed) != EVERY
    assert replace(NUMBERED, points=[Point(0, 1, 1), Point(2, 1, 1)]) != NUMBERED
    assert EVERY != "cues"


def test_numpy_numbers_become_json():
    row = np.array([3, 4], np.float32)
    cues = Cues(points=[Point(row[0], row[1], np.uint8(1))], strokes=[Stroke(np.int64(1), row[0], (tuple(row),))])
    assert Cues.from_json(cues.to_json()).points == (Point(3, 4, 1),)


def test_kinds_and_located():
    assert EVERY.kinds == {"tags", "points", "boxes", "strokes", "labels"}
    assert EVERY.labelled_classes == (0, 1, 2, 253)
    assert Cues().kinds == frozenset()
    assert Cues(tags=()).kinds == {"tags"}
    assert Cues(strokes=[Stroke(1, 0, ((0, 0),))]).kinds == {"labels"}
    assert Cues(points=[Point(0, 0, 255)]).labelled_classes == ()


def points(*labels: int) -> Cues:
    return Cues(points=[Point(i, 0, label) for i, label in enumerate(labels)])


def strokes(width: float, *labels: int) -> Cues:
    return Cues(strokes=[Stroke(label, width, ((0, 0), (1, 1))) for label in labels])


# "What's the Point", section 4.1: a VOC picture has 20 classes to look for, 1.5 present on average, 2.8 objects.
# Two pictures of 1 and 2 classes have 1.5 on average; five of 14 objects in all have 2.8.
PUBLISHED = [
    ("image tags", 20.0, [Cues(tags=VOC[1:2]), Cues(tags=VOC[1:3])]),
    ("a point for each class", 22.1, [points(1), points(1, 2)]),
    ("a stroke for each class", 34.85, [strokes(5, 1), strokes(5, 1, 2)]),
]


@pytest.mark.parametrize(("name", "seconds", "pictures"), PUBLISHED, ids=[row[0] for row in PUBLISHED])
def test_seconds_are_the_published_means(name, seconds, pictures):
    assert np.mean([cues.seconds(VOC) for cues in pictures]) == pytest.approx(seconds)


def test_seconds_of_full_masks_are_the_published_mean():
    """18.5 classes absent + 2.8 objects x 79 s = 239.7 s, over ten pictures: five with one class, five with two."""
    pictures = [strokes(0, *[1] * n) for n in (1, 2, 2, 3, 4)] + [strokes(0, 1, *[2] * n) for n in (1, 1, 2, 3, 4)]
    assert sum(len(p.strokes) for p in pictures) == 28
    assert np.mean([cues.seconds(VOC) for cues in pictures]) == pytest.approx(239.7)


def test_seconds_counted_by_hand():
    classes = ("background", "a", "b", "c")
    assert Cues().seconds(classes) == 0
    assert points(0).seconds(classes) == pytest.approx(3 + 2.4)  # three classes looked for
    assert points(0, 1, 1).seconds(classes) == pytest.approx(2 + 3 * 2.4)
    assert Cues(boxes=[Box(0, 0, 2, 2, 1), Box(0, 0, 2, 2, 2)]).seconds(classes) == pytest.approx(1 + 2 * 26)
    tagged = Cues(tags=("a", "b"), points=[Point(0, 0, 1)])
    assert tagged.seconds(classes) == pytest.approx(1 + 2.4)  # "a" is a tag and a point, "c" is absent
    half = np.array([[0, 1], [255, 255]], np.uint8)
    assert Cues(labels=half).seconds(classes) == pytest.approx(2 + 79 / 2)


OUTSIDE = [
    (Cues(points=[Point(0, 0, 1), Point(5, 2, 1)]), r"point 1 at \(5, 2\) lies outside the 5 x 4 picture. Move"),
    (Cues(points=[Point(-1, 0, 1)]), "point 0 .*outside"),
    (Cues(points=[Point(0, 4, 1)]), "point 0 .*outside"),
    (Cues(points=[Point(float("nan"), 0, 1)]), "point 0 at .*outside"),
    (Cues(strokes=[Stroke(1, 3, ((8, 8), (9, 9)))]), "stroke 0 .*outside"),
    (Cues(strokes=[Stroke(1, 3, ())]), "stroke 0 at nowhere"),
    (Cues(strokes=[Stroke(1, -3, ((1, 1),))]), "stroke 0 has width -3"),
    (Cues(strokes=[Stroke(1, float("nan"), ((1, 1),))]), "stroke 0 has width nan"),
    (Cues(boxes=[Box(5, 0, 8, 3, 1)]), "box 0 lies outside the 5 x 4 picture"),
    (Cues(boxes=[Box(-4, 0, 0, 3, 1)]), "box 0 lies outside"),
    (Cues(boxes=[Box(3, 0, 1, 3, 1)]), "box 0 has no area. Give x0 < x1"),
    (Cues(boxes=[Box(float("-inf"), 0, 3, 3, 1)]), "box 0 holds a corner that is no number"),
    (Cues(points=[Point(0, 0, 3)]), r"point 0 has label 3, but there are 3 classes \(0..2"),
    (Cues(points=[Point(0, 0, -1)]), "point 0 has label -1"),
    (Cues(boxes=[Box(0, 0, 2, 2, 7)]), "box 0 has label 7"),
    (Cues(labels=np.zeros((5, 4), np.uint8)), r"labels must be uint8 \(4, 5\) like the picture, got uint8 \(5, 4\)"),
    (Cues(labels=np.zeros((4, 5), np.int64)), "labels must be uint8 .* got int64"),
    (Cues(labels=np.full((4, 5), 3, np.uint8)), "pixel of labels has label 3, but there are 3 classes"),
    (Cues(points=[Point(0, 0, 1, 0)]), "point 0 has object number 0. Give 1..65535, or None"),
    (Cues(boxes=[Box(0, 0, 2, 2, 1, 65536)]), "box 0 has object number 65536"),
    (Cues(strokes=[Stroke(1, 3, ((1, 1),), 1.5)]), "stroke 0 has object number 1.5"),
    (
        Cues(image=ImageInfo("cat.jpg", (40, 50))),
        "the cues were drawn on 'cat.jpg', 50 x 40 pixels, and this picture has 5 x 4. Give the picture they belong to",
    ),
    (
        Cues(image=ImageInfo(size=(5, 4))),
        "the cues were drawn on a picture of 4 x 5 pixels, and this picture has 5 x 4",
    ),
]


@pytest.mark.parametrize(("cues", "words"), OUTSIDE, ids=range(len(OUTSIDE)))
def test_cues_that_do_not_fit_the_picture(cues, words):
    with pytest.raises(CueError, match=words):
        cues.check((4, 5), 3)


INSIDE = [
    Cues(),
    Cues(points=[Point(-0.4, 3.4, 1), Point(4, 3, 255)]),
    Cues(boxes=[Box(-10, -10, 1, 1, 1), Box(4, 3, 99, 99, 2)]),
    Cues(strokes=[Stroke(1, 8, ((7, 2), (9, 2)))]),  # its brush reaches in
    Cues(strokes=[Stroke(1, 3, np.array([[1, 1], [2, 2]]))]),
    Cues(labels=np.full((4, 5), 255, np.uint8)),
    Cues(image=ImageInfo("cat.jpg")),
    Cues(image=ImageInfo("cat.jpg", (4, 5))),
]


@pytest.mark.parametrize("cues", INSIDE, ids=range(len(INSIDE)))
def test_cues_that_fit_at_the_border(cues):
    cues.check((4, 5), 3)


def test_label_254_never_passes():
    """254 classes have the labels 0..253; 254 is used inside to tell "ignored" from "unlabelled"."""
    with pytest.raises(CueError, match="label 254, but there are 254 classes"):
        points(254).check((4, 5), 255)
