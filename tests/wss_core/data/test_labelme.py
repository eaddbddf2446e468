"""Loading labelme's JSON, written by the form of its label files: https://github.com/wkentaro/labelme."""

import base64
import io
import json
import logging

import numpy as np
import pytest
from PIL import Image

from wss_core import data

SQUARE = [[10, 5], [30, 5], [30, 15], [10, 15]]


def shape(kind, points, label="cat", **more):
    return {"label": label, "points": points, "group_id": None, "shape_type": kind, "flags": {}} | more


def write(folder, name, shapes):
    folder.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 20)).save(folder / f"{name}.png")
    content = {"version": "5.5.0", "flags": {}, "shapes": shapes, "imagePath": f"{name}.png", "imageData": None}
    (folder / f"{name}.json").write_text(json.dumps(content | {"imageHeight": 20, "imageWidth": 40}))
    return folder


def test_areas_become_a_mask(tmp_path):
    file = io.BytesIO()
    Image.fromarray(np.full((3, 4), 255, np.uint8)).save(file, "PNG")
    brush = base64.b64encode(file.getvalue()).decode()
    areas = [shape("polygon", SQUARE), shape("mask", [[2, 1], [5, 3]], "dog", mask=brush)]
    write(tmp_path, "a", [*areas, shape("circle", [[35, 10], [37, 10]], "dog")])
    example = data.load(tmp_path)[0]
    assert data.load(tmp_path).classes == ("background", "cat", "dog")
    assert (example.truth[5:15, 10:30] == 1).all()
    assert (example.truth[1:4, 2:6] == 2).all()
    assert (example.truth == 2).sum() == 12 + 12  # a disc of radius 2 around a corner covers 12 centres
    assert len(np.unique(example.instances)) == 4


def test_rectangles_points_and_lines_become_cues(tmp_path):
    shapes = [shape("rectangle", [[30, 15], [10, 5]]), shape("point", [[3, 4]]), shape("polygon", SQUARE, "dog")]
    write(tmp_path, "a", [*shapes, shape("linestrip", [[1, 1], [5, 1], [5, 9]])])
    example = data.load(tmp_path)[0]
    assert example.truth is None
    assert [(b.x0, b.y0, b.x1, b.y1, b.label) for b in example.cues.boxes] == [(10, 5, 30, 15, 1)]
    assert len(example.cues.points) == len(example.cues.strokes) == 1
    assert np.unique(example.cues.labels).tolist() == [2, 255]


BAD = [shape("cube", SQUARE), shape("polygon", SQUARE[:2]), shape("point", [[900, 4]]), {"label": "cat"}, None]
BAD += [shape("rectangle", [[3, 3], [3, 9]]), shape("point", [[float("nan"), 1]]), shape("mask", SQUARE[:2])]


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_shape_is_left_out_counted_and_named(tmp_path, caplog, bad):
    write(tmp_path, "a", [bad, shape("polygon", SQUARE)])
    with caplog.at_level(logging.WARNING):
        example = data.load(tmp_path)[0]
    assert example.truth is None  # what was left out may be anywhere: the rest is no background
    assert (example.cues.labels == 1).sum() == 200
    assert (example.cues.labels == 255).sum() == 600
    assert "1 shapes are left out, the first: a.json, shape 1" in caplog.text


def test_splits_share_their_classes_and_a_missing_one_is_refused(tmp_path):
    write(tmp_path / "train", "a", [shape("polygon", SQUARE, "dog")])
    write(tmp_path / "val", "b", [shape("polygon", SQUARE, "cat")])
    assert data.load(tmp_path).classes == data.load(tmp_path, "validation").classes == ("background", "cat", "dog")
    with pytest.raises(ValueError, match="has no split 'test'"):
        data.load(tmp_path, "test")


def test_shapes_drawn_on_a_picture_of_another_size_are_refused(tmp_path):
    write(tmp_path, "a", [shape("polygon", SQUARE)])
    Image.new("RGB", (80, 40)).save(tmp_path / "a.png")
    with pytest.raises(ValueError, match="drawn on 40 x 20 pixels, and the picture has 80 x 40. Give the picture"):
        data.load(tmp_path)[0]
