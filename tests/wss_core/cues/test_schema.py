"""What must not come in over the wire, and the words it is refused with."""

import base64
import json

import numpy as np
import pytest

from wss_core.conventions import CueError
from wss_core.cues import Cues, ImageInfo, read_document, schema
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
    ('{"Strokes": []}', "unknown key 'Strokes' in the cues"),
    ({3: []}, "unknown key '3' in the cues"),
    ({f"new {i}": 0 for i in range(21)}, "unknown key 'new 0' in the cues"),
    ('{"image": "cat.jpg"}', r"'image' must be \{\"name\": \"cat.jpg\", \"size\": \[H, W\]\}"),
    ('{"image": {"width": 3}}', "'image' must be"),
    ({"image": {"name": "x" * 256}}, "'image' has the name .* at most 255 characters"),
    ('{"image": {"name": 3}}', "'image' has the name 3"),
    ('{"image": {"size": [0, 3]}}', r"'image' has the size \[0, 3\]. Give \[height, width\] in whole pixels"),
    ('{"image": {"size": [4, true]}}', "'image' has the size"),
    ('{"image": {"size": [4, 2.5]}}', "'image' has the size"),
    ('{"image": {"size": 4}}', "'image' has the size 4"),
    ('{"points": [[NaN, 1, 1]]}', "the cues hold NaN. Give finite numbers"),
    ('{"points": [[1, -Infinity, 1]]}', "the cues hold -Infinity. Give finite numbers"),
    ('{"points": [[1e999, 1, 1]]}', r"points\[0\] holds inf, which is no position"),
    ('{"points": [[1' + "0" * 400 + ", 1, 1]]}", r"points\[0\] holds 10+, which is no position"),
    ({"points": [[float("nan"), 1, 1]]}, r"points\[0\] holds nan"),
    ('{"points": [[1000001, 1, 1]]}', r"points\[0\] holds 1000001"),
    ('{"points": [["1", 1, 1]]}', r"points\[0\] holds '1'"),
    ('{"points": [[true, 1, 1]]}', r"points\[0\] holds True"),
    ('{"points": {"x": 1}}', "'points' must be a list, got dict"),
    ('{"points": [[1, 1, 1, 0]]}', r"points\[0\]: the object number must be a whole number 1..65535, got 0. Leave it"),
    ('{"points": [[1, 1, 1, 1.5]]}', "the object number must be a whole number 1..65535, got 1.5"),
    ('{"points": [[1, 1, 1, 1e999]]}', "the object number must be a whole number 1..65535, got inf"),
    ({"points": [[1, 1, 1, float("nan")]]}, "the object number must be a whole number 1..65535, got nan"),
    ('{"points": [[1, 1, 1, true]]}', "the object number must be a whole number 1..65535, got True"),
    ('{"points": [[1, 1, 1, 1, 1]]}', r"points\[0\] must be \[x, y, label\]"),
    ('{"boxes": [[1, 1, 5, 5, 1, 65536]]}', r"boxes\[0\]: the object number .* got 65536"),
    (stroke(object="2"), r"strokes\[0\].object: the object number must be a whole number 1..65535, got '2'"),
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


def test_object_numbers_are_read():
    form = {
        "points": [[1, 2, 1, 7.0], [1, 2, 1, None], [1, 2, 1]],
        "boxes": [[8, 6, 2, 4, 1, 2]],
        "strokes": [{"label": 0, "path": [[1, 1]], "object": 3}],
    }
    cues = Cues.from_json(json.dumps(form))
    assert [cue.object for cue in (*cues.points, *cues.boxes, *cues.strokes)] == [7, None, None, 2, 3]
    assert isinstance(cues.points[0].object, int)


def test_the_picture_of_the_cues_is_read_and_compared():
    form = {"image": {"name": "cat.jpg", "size": [4, 5]}, "points": [[1, 1, 1]]}
    assert Cues.from_json(form, (4, 5)).image == ImageInfo("cat.jpg", (4, 5))
    assert Cues.from_json({"image": {}}).image == ImageInfo()
    with pytest.raises(CueError, match="the cues were drawn on 'cat.jpg', 5 x 4 pixels, and this picture has 4 x 5"):
        Cues.from_json(form, (5, 4))


def test_unknown_keys_are_kept_and_logged_once(caplog):
    form = {"points": [[1, 1, 1]], "review": {"by": "ann", "at": [1, 2]}}
    cues = [Cues.from_json(form) for _ in range(2)]
    assert cues[0].extra == {"review": {"by": "ann", "at": [1, 2]}}
    assert json.loads(cues[1].to_json())["review"] == form["review"]
    assert Cues.from_json(cues[0].to_json()) == cues[0] != Cues(points=cues[0].points)
    assert [record.getMessage() for record in caplog.records] == [
        "the cues hold the unknown key 'review', perhaps of a newer version: it is kept, and not used"
    ]


def test_null_and_missing_are_not_given():
    nothing = dict.fromkeys(("classes", "tags", "points", "boxes", "strokes", "labels", "objects", "image"))
    assert Cues.from_json(nothing) == Cues.from_json("{}") == Cues()
    assert Cues.from_json({"tags": []}).tags == ()  # given: no class is on the picture


# An emoji with a joiner, Persian with a non-joiner, a non-breaking and a wide space, a letter newer than Python's tables.
NAMES = ["\U0001f469\u200d\U0001f680", "\u0645\u06cc\u200c\u062e", "a\u00a0b", "\u5168\u3000\u5e45", "\U0001fae9"]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_every_script_are_names(name):
    assert schema.class_names(["background", name])[1] == name


@pytest.mark.parametrize("name", ["a\u2028b", "a\x00b", "\ud800", "  ", "\x85"])
def test_names_that_break_lines_or_text_are_not(name):
    with pytest.raises(CueError, match="no name"):
        schema.class_names(["background", name])
