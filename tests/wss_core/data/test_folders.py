"""Folders of pictures and masks as people have them: usual names, stray files, names of classes in texts, links, lists."""

import logging
import shutil

import numpy as np
import pytest
from PIL import Image

from wss_core import data

CLASSES = ("background", "cat")
PHOTO = np.random.default_rng(0).integers(0, 256, (16, 20, 3), np.uint8)
TRUTH = np.zeros((16, 20), np.uint8)
TRUTH[4:9, 5:12] = 1


def put(path, array, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **options)
    return path


def pair(root, image="images/a.png", mask="masks/a.png"):
    put(root / image, PHOTO)
    put(root / mask, TRUTH)
    return root


PAIRS = [
    ("Images/a.png", "Masks/a.png"),
    ("imgs/a.jpg", "ann/a.png"),
    ("img/a.png", "lbl/a.png"),
    ("image/a.png", "label/a.png"),
    ("rgb/a.png", "gt/a.png"),
    ("JPEGImages/a.jpg", "SegmentationClass/a.png"),
    ("train/a.png", "trainannot/a.png"),
    ("train/0001TP.png", "train_labels/0001TP_L.png"),
    ("train/a.jpg", "train_masks/a_mask.gif"),
    ("train/images/a.png", "train/masks/a.png"),
    ("training/image_2/a.png", "training/semantic/a.png"),
    ("images/training/a.jpg", "annotations/training/a.png"),
    ("leftImg8bit/train/x_leftImg8bit.png", "gtFine/train/x_gtFine_labelIds.png"),
    ("leftImg8bit/train/ulm/x_leftImg8bit.png", "gtFine/train/ulm/x_gtFine_labelIds.png"),
]


@pytest.mark.parametrize(("image", "mask"), PAIRS)
def test_usual_pairs_of_names(tmp_path, image, mask):
    found = data.load(pair(tmp_path, image, mask), classes=CLASSES)
    assert len(found) == 1
    assert (found[0].truth == TRUTH).all()


@pytest.mark.parametrize(("image", "mask"), PAIRS[6:])
def test_a_split_that_is_not_there_is_refused(tmp_path, image, mask):
    with pytest.raises(ValueError, match=r"has no split 'test'. Choose one of: train"):
        data.load(pair(tmp_path, image, mask), "test", classes=CLASSES)


def test_other_masks_of_cityscapes_are_counted(tmp_path, caplog):
    pair(tmp_path, *PAIRS[-1])
    put(tmp_path / "gtFine/train/ulm/x_gtFine_color.png", PHOTO)
    assert [e.id for e in data.load(tmp_path, classes=CLASSES)] == ["ulm/x"]
    assert "masks are the files *_gtFine_labelIds; 1 others are left out (x_gtFine_color.png)" in caplog.text


def test_folders_named_by_columns(tmp_path):
    pair(tmp_path, "input/a.png", "target/deep/a.png")
    found = data.load(tmp_path, columns={"image": "input", "mask": "target/deep"}, classes=CLASSES)
    assert (found[0].truth == TRUTH).all()
    with pytest.raises(ValueError, match="there is no column 'nowhere'"):
        data.load(tmp_path, columns={"image": "input", "mask": "nowhere"}, classes=CLASSES)


@pytest.mark.parametrize("stray", [".ipynb_checkpoints", "__MACOSX", "@eaDir", ".git"])
@pytest.mark.parametrize("place", ["images", "masks", "."])
def test_stray_folders_are_passed_over(tmp_path, stray, place):
    pair(tmp_path)
    pair(tmp_path / place / stray)
    (tmp_path / "masks" / "._a.png").write_bytes(b"\0\5\x16\7")
    assert len(data.load(tmp_path, classes=CLASSES)) == 1


def test_other_endings_are_counted_once(tmp_path, caplog):
    pair(tmp_path)
    put(tmp_path / "images/b.jfif", PHOTO, format="JPEG")
    put(tmp_path / "masks/b.png", TRUTH)
    for name in ("c.dcm", "d.dcm", "e.nii.gz", "Thumbs.db"):
        (tmp_path / "images" / name).write_bytes(b"x")
    assert len(data.load(tmp_path, classes=CLASSES)) == 2  # .jfif is JPEG
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "3 other files (2 .dcm, 1 .nii.gz; the first is 'c.dcm') are left out" in caplog.text


@pytest.mark.parametrize("name", ["a.h5", "a.npy", "a.mat"])
def test_a_folder_without_one_picture_says_what_it_holds(tmp_path, name):
    pair(tmp_path)
    (tmp_path / "masks/a.png").rename(tmp_path / "masks" / name)
    with pytest.raises(ValueError, match=rf"masks holds no picture that can be read, but 1 other file .*{name}"):
        data.load(tmp_path, classes=CLASSES)
    assert data.load(tmp_path, columns={"mask": None})[0].truth is None


LABELMAP = "# label:color_rgb:parts:actions\nbackground:0,0,0::\nheart:128,0,0::\n"


@pytest.mark.parametrize("folders", [("images", "masks"), ("JPEGImages", "SegmentationClass")])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("classes.txt", "background\nheart\n"),
        ("classes.txt", "background\r\n\r\nheart\r\n"),
        ("class_names.txt", "__ignore__\n_background_\nheart\n"),
        ("labelmap.txt", LABELMAP),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_class_names_in_texts(tmp_path, folders, name, text, encoding):
    pair(tmp_path, f"{folders[0]}/a.png", f"{folders[1]}/a.png")
    (tmp_path / name).write_text(text, encoding=encoding)
    assert data.load(tmp_path).classes == ("background", "heart")


def test_a_background_that_is_not_first_is_refused(tmp_path):
    pair(tmp_path)
    (tmp_path / "labelmap.txt").write_text("heart:1,2,3::\nbackground:0,0,0::\n")
    with pytest.raises(ValueError, match=r"labelmap.txt must name background first.* it is line 2"):
        data.load(tmp_path)
    assert data.load(tmp_path, classes=CLASSES)[0].truth.any()


@pytest.mark.parametrize("kind", ["images", "masks", "JPEGImages", "SegmentationClass", "Annotations", "cues"])
@pytest.mark.parametrize("whole", [False, True], ids=["a file", "its folder"])
def test_links_out_of_the_folder_are_refused(tmp_path, kind, whole):
    """Neither is read, so that a push carries none along; another row is read as before."""
    names = ("images", "masks") if kind in ("images", "masks", "cues") else ("JPEGImages", "SegmentationClass")
    root = pair(tmp_path / "set", f"{names[0]}/a.png", f"{names[1]}/a.png")
    pair(root, f"{names[0]}/b.png", f"{names[1]}/b.png")
    for id in "ab":
        for folder, text in (("Annotations", "<annotation/>"), ("cues", "{}")):
            (root / folder).mkdir(exist_ok=True)
            (root / folder / f"{id}.{'xml' if folder == 'Annotations' else 'json'}").write_text(text)
    assert len(list(data.load(root, classes=CLASSES).with_files())) == 2
    source = root / kind if whole else next((root / kind).glob("b.*"))
    shutil.move(source, tmp_path / "away")
    source.symlink_to(tmp_path / "away", target_is_directory=whole)
    found = data.load(root, classes=CLASSES)
    with pytest.raises(ValueError, match=r"row 1: .* lies outside .*set"):
        found[1]
    with pytest.raises(ValueError, match="lies outside"):
        list(found.with_files())
    assert found.revision
    if not whole:
        assert found[0].id == "a"


def test_class_names_behind_a_link_are_refused(tmp_path):
    (tmp_path / "secret").write_text("background\npassword\n")
    pair(tmp_path / "set")
    (tmp_path / "set/classes.txt").symlink_to(tmp_path / "secret")
    with pytest.raises(ValueError, match="classes.txt lies outside"):
        data.load(tmp_path / "set")


@pytest.mark.parametrize(
    ("name", "line", "encoding"),
    [
        ("a", "a", "utf-16"),
        ("a", "a", "utf-8-sig"),
        ("a", "a", "utf-16-le"),
        ("\xe4", "\xe4", "latin-1"),
        ("\xe4", "a\u0308", "utf-8"),
        ("my cat", "my cat", "utf-8"),
        ("my cat", "my cat -1", "utf-8"),
        ("a", "# train\n\na 1", "utf-8"),
        ("a", "/JPEGImages/a.jpg /SegmentationClass/a.png", "utf-8"),
        ("a", "JPEGImages\\a.jpg", "utf-8"),
    ],
)
def test_lists_of_voc(tmp_path, name, line, encoding):
    pair(tmp_path, f"JPEGImages/{name}.jpg", f"SegmentationClass/{name}.png")
    (tmp_path / "ImageSets/Segmentation").mkdir(parents=True)
    (tmp_path / "ImageSets/Segmentation/train.txt").write_bytes(f"{line}\r\n".encode(encoding))
    assert [e.id for e in data.load(tmp_path)] == [name]


def test_names_of_a_pair_in_two_forms_of_unicode(tmp_path):
    pair(tmp_path, "images/\xe4.png", "masks/a\u0308.png")
    assert len(data.load(tmp_path, classes=CLASSES)) == 1


def test_the_advice_for_a_picture_that_is_missing_works(tmp_path):
    pair(tmp_path)
    put(tmp_path / "masks/b.png", TRUTH)
    with pytest.raises(ValueError, match=r"b has no image. Add the file, or take masks.b.png out of the data set"):
        data.load(tmp_path, classes=CLASSES)[1]
    (tmp_path / "masks/b.png").unlink()
    assert len(list(data.load(tmp_path, classes=CLASSES))) == 1


def test_the_advice_for_objects_in_colours_works(tmp_path):
    pair(tmp_path, "JPEGImages/a.jpg", "SegmentationClass/a.png")
    put(tmp_path / "SegmentationObject/a.png", np.dstack([TRUTH * 128, TRUTH * 0, TRUTH * 0]))
    with pytest.raises(ValueError, match=r'SegmentationObject/a.png: .*colours.*columns=\{"instances": None\}'):
        data.load(tmp_path)[0]
    assert data.load(tmp_path, columns={"instances": None})[0].truth.any()


@pytest.mark.parametrize("stray", ["Layout/layout.txt", ".ipynb_checkpoints/train-checkpoint.txt", "Main/._train.txt"])
def test_every_split_that_is_advised_can_be_read(tmp_path, stray):
    pair(tmp_path, "JPEGImages/a.jpg", "SegmentationClass/a.png")
    for name in ("Segmentation/train.txt", "Main/cat_train.txt", stray):
        (tmp_path / "ImageSets" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "ImageSets" / name).write_text("a\n")
    with pytest.raises(ValueError, match=r"Choose one of: train, cat_train$"):
        data.load(tmp_path, "test")
    assert [len(data.load(tmp_path, split)) for split in ("train", "cat_train", "training")] == [1, 1, 1]


def test_the_advice_for_lists_that_are_missing_works(tmp_path):
    pair(tmp_path, "JPEGImages/a.jpg", "SegmentationClass/a.png")
    (tmp_path / "ImageSets/Segmentation").mkdir(parents=True)
    with pytest.raises(ValueError, match=r"has no list of pictures. Write .*Segmentation.train.txt, a name a line"):
        data.load(tmp_path)
    (tmp_path / "ImageSets/Segmentation/train.txt").write_text("a\n")
    assert len(data.load(tmp_path)) == 1


def test_names_that_are_assumed_are_logged(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    pair(tmp_path, "JPEGImages/a.jpg", "SegmentationClass/a.png")
    data.load(tmp_path)
    assert "has no file of class names: the 21 of PASCAL VOC are taken" in caplog.text
    caplog.clear()
    data.load(tmp_path, classes=CLASSES)
    assert not caplog.records


def test_folders_beside_pictures_are_named(tmp_path, caplog):
    pair(tmp_path)
    put(tmp_path / "images/old/b.png", PHOTO)
    assert len(data.load(tmp_path, classes=CLASSES)) == 1
    assert "images: the folders in it are left out (old)" in caplog.text


@pytest.mark.parametrize("layout", [("images/a.png", "masks/a.png"), ("JPEGImages/a.png", "SegmentationClass/a.png")])
def test_a_folder_may_be_named_from_where_one_stands(tmp_path, monkeypatch, layout):
    pair(tmp_path / "data", *layout)
    monkeypatch.chdir(tmp_path)
    assert (data.load("data", classes=CLASSES)[0].truth == TRUTH).all()
