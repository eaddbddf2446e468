"""What must not come in over the wire, and the words it is refused with."""

import base64
import json

import numpy as np
import pytest

from wss_core.conventions import CueError
from wss_core.cues import Cues, read_document, schema
from wss_core.imaging.io import labels_to_png


def png64(values) -> str:
    return base64.b64encode(labels_to_png(np.asarray(values, np.uint8))).decode()


def stroke(**changed) -> str:
    return json.dumps({"strokes": [{"label": 1, "width": 3, "path": [[1, 1]]} | changed]})


TWO = {"classes": ["background", "cat"]}

BAD = [
    ("", "the cues are not JSON"),
    ("{", "the cues are not JSON"),
    (b"\xff\xfe", "the cues are not JSON"),
    ("[" * 100_000, "the cues are not JSON"),
    ('{"points": [[1, 1, 1' + "0" * 5000 + "]]}", "the cues are not JSON"),
    ("[]", "must be a JSON object, got list"),
    ("null", "must be a JSON object, got NoneType"),
    (3, "must be a JSON object, got int"),
    ('{"point": []}', "unknown key 'point' in the cues. Known keys: classes, tags, points"),
    ('{"points": [[NaN, 1, 1]]}', "the cues hold NaN. Give finite numbers"),
    ('{"points": [[1, -Infinity, 1]]}', "the cues hold -Infinity. Give finite numbers"),
    ('{"points": [[1e999, 1, 1]]}', r"points\[0\] holds inf, which is no position"),
    ('{"points": [[1' + "0" * 400 + ", 1, 1]]}", r"points\[0\] holds 10+, which is no position"),
    ({"points": [[float("nan"), 1, 1]]}, r"points\[0\] holds nan"),
    ('{"points": [[1000001, 1, 1]]}', r"points\[0\] holds 1000001"),
    ('{"points": [["1", 1, 1]]}', r"points\[0\] holds '1'"),
    ('{"points": [[true, 1, 1]]}', r"points\[0\] holds True"),
    ('{"points": {"x": 1}}', "'points' must be a list, got dict"),
    ('{"points": [[1, 1, 1], [1, 1]]}', r"points\[1\] must be \[x, y, label\]"),
    ('{"points": ["abc"]}', r"points\[0\] must be \[x, y, label\]"),
    ('{"points": [[1, 1, 1.5]]}', r"points\[0\]: the label must be a whole number, got 1.5"),
    ('{"points": [[1, 1, -1]]}', r"points\[0\]: the label must be a whole number, got -1"),
    ('{"points": [[1, 1, 256]]}', "the label must be a whole number, got 256"),
    ('{"points": [[1, 1, null]]}', "the label must be a whole number, got None"),
    ('{"points": [[1, 1, true]]}', "the label must be a whole number, got True"),
    ('{"points": [[1, 1, 254]]}', r"label 254, but there are 254 classes \(0..253, 255 = ignore\)"),
    ({**TWO, "points": [[1, 1, 2]]}, r"label 2, but there are 2 classes \(0..1, 255 = ignore\)"),
    ({"points": [[1, 1, 1]] * 2001}, "'points' has 2,001 entries; at most 2,000"),
    ('{"boxes": [[1, 1, 5, 5]]}', r"boxes\[0\] must be \[x0, y0, x1, y1, label\]"),
    ('{"boxes": [[1, 1, 1, 5, 1]]}', r"boxes\[0\] has no area. Draw it"),
    ('{"boxes": [[1, 5, 3, 5, 1]]}', r"boxes\[0\] has no area. Draw it"),
    ('{"strokes": [[1, 1]]}', r'strokes\[0\] must be \{"label": 1, "width": 7'),
    ('{"strokes": [{"label": 1}]}', r"strokes\[0\] must be"),
    ('{"strokes": [{"path": [[1, 1]]}]}', r"strokes\[0\] must be"),
    (stroke(colour="red"), r"strokes\[0\] must be"),
    (stroke(width=-1), r"strokes\[0\].width is -1.0. Give 0"),
    (stroke(width="7"), r"strokes\[0\].width holds '7'"),
    (stroke(path=[]), r"strokes\[0\].path is empty"),
    (stroke(path=3), "path' must be a list, got int"),
    (stroke(path=[[1, 2, 3]]), r"strokes\[0\].path\[0\] must be \[x, y\]"),
    (stroke(path=[[1, 1], [2, None]]), r"strokes\[0\].path\[1\] holds None"),
    (stroke(path=[[1, 1]] * 10_001), "10,001 entries; at most 10,000"),
    (stroke(label="cat"), r"strokes\[0\].label: the label must be a whole number"),
    ('{"classes": "cat"}', "'classes' must be a list, got str"),
    ('{"classes": ["a", "a"]}', "class 'a' is listed twice"),
    ('{"classes": ["a", " a "]}', "class 'a' is listed twice"),
    ('{"classes": ["a", ""]}', "classes: '' is no name"),
    ('{"classes": ["a\\nb"]}', r"classes: 'a\\nb' is no name. Use 1 to 64 printable"),
    ('{"classes": ["\\ud800"]}', "is no name"),
    ({"classes": ["x" * 65]}, "is no name. Use 1 to 64"),
    ({"classes": [str(i) for i in range(255)]}, "'classes' has 255 entries; at most 254"),
    ({**TWO, "tags": ["dog"]}, r"tag 'dog' is not among the classes \['background', 'cat'\]. Add the class"),
    ({"tags": [3]}, "tags: 3 is no name"),
    ({"tags": "cat"}, "'tags' must be a list, got str"),
    ({"labels": "???"}, "'labels' must be a base64 text of a PNG"),
    ({"labels": 7}, "'labels' must be a base64 text of a PNG"),
    ({"labels": "AAAA"}, "'labels': the mask is not a PNG that can be read"),
    ({**TWO, "labels": png64([[0, 1], [2, 255]])}, "'labels' holds 2, but there are 2 classes. Use 0..1 or 255"),
]


@pytest.mark.parametrize(("form", "words"), BAD, ids=range(len(BAD)))
def test_bad_cues_are_refused_with_what_to_do(form, words):
    with pytest.raises(CueError, match=words):
        Cues.from_json(form)


def test_labels_must_fit_the_picture():
    with pytest.raises(CueError, match="'labels': the mask is 3 x 2, the picture 5 x 4. Give them the same size"):
        Cues.from_json({"labels": png64(np.zeros((2, 3)))}, (4, 5))


def test_good_cues_of_every_kind():
    form = {
        "classes": ["background", "cat", "猫 🐈"],
        "tags": ["cat", "cat"],
        "points": [[1, 2.5, 1.0], [0, 0, 255]],
        "boxes": [[8, 6, 2, 4, 2]],
        "strokes": [{"label": 0, "path": [[1, 1], [2, 2]]}],
        "labels": png64([[0, 255]]),
    }
    cues, classes = read_document(json.dumps(form).encode())
    assert classes == ("background", "cat", "猫 🐈")
    assert cues.tags == ("cat",)
    assert [(p.x, p.y, p.label) for p in cues.points] == [(1, 2.5, 1), (0, 0, 255)]
    assert isinstance(cues.points[0].label, int)
    box = cues.boxes[0]
    assert (box.x0, box.y0, box.x1, box.y1, box.label) == (2, 4, 8, 6, 2)  # whichever corners were sent
    assert (cues.strokes[0].width, cues.strokes[0].path) == (1, ((1, 1), (2, 2)))
    np.testing.assert_array_equal(cues.labels, [[0, 255]])


def test_null_and_missing_are_not_told():
    nothing = dict.fromkeys(("classes", "tags", "points", "boxes", "strokes", "labels"))
    assert Cues.from_json(nothing) == Cues.from_json("{}") == Cues()
    assert Cues.from_json({"tags": []}).tags == ()  # told: no class is present


# An emoji with a joiner, Persian with a non-joiner, a non-breaking and a wide space, a letter newer than Python's tables.
NAMES = ["\U0001f469\u200d\U0001f680", "\u0645\u06cc\u200c\u062e", "a\u00a0b", "\u5168\u3000\u5e45", "\U0001fae9"]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_every_script_are_names(name):
    assert schema.class_names(["background", name])[1] == name


@pytest.mark.parametrize("name", ["a\u2028b", "a\x00b", "\ud800", "  ", "\x85"])
def test_names_that_break_lines_or_text_are_not(name):
    with pytest.raises(CueError, match="no name"):
        schema.class_names(["background", name])
