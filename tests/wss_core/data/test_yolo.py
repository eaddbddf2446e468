"""Loading folders in YOLO's layout, written by its published description: https://docs.ultralytics.com/datasets/segment/."""

import logging
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from wss_core import data

SQUARE = "0.25 0.25 0.75 0.25 0.75 0.75 0.25 0.75"


def write(folder: Path, texts: dict[str, str | None], split="train", yaml="names: [cat, dog]\ntrain: images/train\n"):
    for name, text in texts.items():
        for kind in ("images", "labels"):
            (folder / kind / split).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 20)).save(folder / "images" / split / f"{name}.png")
        if text is not None:
            (folder / "labels" / split / f"{name}.txt").write_text(text)
    if yaml:
        (folder / "data.yaml").write_text(yaml)
    return folder


def test_polygons_become_masks_and_boxes_boxes(tmp_path):
    folder = write(tmp_path, {"a": f"1 {SQUARE}\n", "b": "0 0.5 0.5 0.5 0.5\n", "c": "", "d": None})
    polygon, box, empty, unlabelled = data.load(folder)
    expected = np.zeros((20, 40), np.uint8)
    expected[5:15, 10:30] = 2
    assert np.array_equal(polygon.truth, expected)
    assert np.array_equal(polygon.instances, expected // 2)
    assert box.truth is None
    assert [(b.x0, b.y0, b.x1, b.y1, b.label) for b in box.cues.boxes] == [(10, 5, 30, 15, 1)]
    assert empty.truth is not None
    assert not empty.truth.any()
    assert unlabelled.truth is None
    assert not unlabelled.cues.boxes
    assert data.load(folder).classes == ("background", "cat", "dog")
    assert np.array_equal(pickle.loads(pickle.dumps(data.load(folder)))[0].truth, expected)


@pytest.mark.parametrize("train", ["images/train", "../images/train", "./images/train", "images\\\\train"])
def test_entries_of_the_yaml_and_the_file_itself(tmp_path, train):
    folder = write(tmp_path, {"a": f"0 {SQUARE}"}, yaml=f'names:\n  0: cat\ntrain: "{train}"\n')
    assert data.load(folder)[0].truth.max() == data.load(folder / "data.yaml")[0].truth.max() == 1


def test_folders_without_a_yaml(tmp_path):
    folder = write(tmp_path, {"a": f"0 {SQUARE}"}, yaml="")
    (folder / "classes.txt").write_text("cat\n")
    assert data.load(folder).classes == ("background", "cat")
    with pytest.raises(ValueError, match="has no split 'val'"):
        data.load(folder, "val")


BAD = [f"7 {SQUARE}", "0 0.1 0.1", "0 nan 0.5 0.5 0.5", "0 0.5 0.5 0 0.5", "cat 0.5 0.5 0.5 0.5", "0 30 12 20 10"]


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_line_is_left_out_counted_and_named(tmp_path, caplog, bad):
    folder = write(tmp_path, {"a": f"{bad}\n1 {SQUARE}\n"})
    with caplog.at_level(logging.WARNING):
        example = data.load(folder)[0]
    assert example.truth is None  # what was left out may be anywhere: the rest is no background
    assert np.unique(example.cues.labels).tolist() == [2, 255]
    assert "1 lines are left out, the first: a.txt, line 1" in caplog.text


def test_a_picture_whose_lines_are_all_bad_is_not_background(tmp_path):
    assert data.load(write(tmp_path, {"a": "7 0.5 0.5 0.5 0.5"}))[0].truth is None


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        ("names: 3\ntrain: images/train", "holds no names"),
        ("names: [cat\ntrain: x", "no data.yaml of YOLO"),
        ("names: [cat]\nkpt_shape: [17, 3]\ntrain: images/train", "of keypoints"),
        ("names: {1: cat}\ntrain: images/train", "must be numbered"),
        ("names: [cat]\ntrain: list.txt", "Name one folder"),
    ],
)
def test_a_wrong_yaml_is_a_sentence(tmp_path, yaml, message):
    with pytest.raises(ValueError, match=message):
        data.load(write(tmp_path, {"a": f"0 {SQUARE}"}, yaml=yaml))


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    folder = write(tmp_path / "set", {"a": None})
    (tmp_path / "secret.txt").write_text(f"0 {SQUARE}")
    (folder / "labels/train/a.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(ValueError, match="lies outside"):
        data.load(folder)
