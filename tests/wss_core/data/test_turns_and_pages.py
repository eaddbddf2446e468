"""Pictures that EXIF data turn beside masks that are not turned, and files of several pages."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from wss_core import data
from wss_core.imaging.header import Header, read_header

CLASSES = ("background", "cat")
PHOTO = np.random.default_rng(0).integers(0, 256, (16, 20, 3), np.uint8)
TRUTH = np.zeros((16, 20), np.uint8)
TRUTH[4:9, 5:12] = 1


def put(path, array, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **options)
    return path


def turned(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def pages(path, *arrays):
    path.parent.mkdir(parents=True, exist_ok=True)
    first, *others = map(Image.fromarray, arrays)
    first.save(path, save_all=True, append_images=others)
    return path


FOLDERS = [("images", "masks"), ("JPEGImages", "SegmentationClass")]


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
@pytest.mark.parametrize(("images", "masks"), FOLDERS)
def test_a_mask_of_the_unturned_picture_is_refused_and_the_advice_works(tmp_path, images, masks, ending):
    put(tmp_path / images / f"a.{ending}", PHOTO, exif=turned(6))
    put(tmp_path / masks / "a.png", TRUTH)
    with pytest.raises(ValueError, match=r"mask is 20 x 16, and so is the picture before its EXIF data turn it .*6"):
        data.load(tmp_path, classes=CLASSES)[0]
    put(tmp_path / images / f"a.{ending}", PHOTO)
    assert data.load(tmp_path, classes=CLASSES)[0].truth.any()
    put(tmp_path / images / f"a.{ending}", PHOTO, exif=turned(6))
    put(tmp_path / masks / "a.png", np.rot90(TRUTH, -1))
    assert (data.load(tmp_path, classes=CLASSES)[0].truth == np.rot90(TRUTH, -1)).all()


@pytest.mark.parametrize(("orientation", "size"), [(2, 16), (3, 16), (4, 16), (5, 20), (6, 20), (7, 20), (8, 20)])
def test_a_turn_that_no_size_shows_is_logged_once(tmp_path, caplog, orientation, size):
    for id in "ab":
        put(tmp_path / f"images/{id}.jpg", np.resize(PHOTO, (size, 20, 3)), exif=turned(orientation))
        put(tmp_path / f"masks/{id}.png", np.resize(TRUTH, (size, 20)))
    list(data.load(tmp_path, classes=CLASSES))
    assert len(caplog.records) == 1
    assert f"EXIF data turn the picture 'a' (orientation {orientation})" in caplog.text


@pytest.mark.parametrize(("orientation", "drawn"), [(1, True), (6, True), (3, False)])
def test_a_turn_that_changes_nothing_is_not_logged(tmp_path, caplog, orientation, drawn):
    put(tmp_path / "images/a.jpg", PHOTO, exif=turned(orientation))
    (tmp_path / "masks").mkdir()
    if drawn:
        put(tmp_path / "masks/a.png", TRUTH if orientation == 1 else np.rot90(TRUTH, -1))
    data.load(tmp_path, columns=None if drawn else {"mask": None}, classes=CLASSES)[0]
    assert not caplog.records


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_that_by_which_pillow_turns(tmp_path, orientation):
    path = put(tmp_path / "a.jpg", PHOTO, exif=turned(orientation))
    header = read_header(path)
    assert header.orientation == orientation
    with Image.open(path) as image:
        assert (ImageOps.exif_transpose(image).size != image.size) == header.swaps_sides


def test_pages_are_pictures_of_one_group(tmp_path):
    truths = [TRUTH * 0, TRUTH, TRUTH[::-1].copy()]
    pages(tmp_path / "images/a.tif", *(PHOTO[..., i] for i in range(3)))
    pages(tmp_path / "masks/a.tiff", *truths)
    put(tmp_path / "images/b.png", PHOTO)
    put(tmp_path / "masks/b.png", TRUTH)
    found = data.load(tmp_path, classes=CLASSES)
    assert [e.id for e in found] == ["a#0001", "a#0002", "a#0003", "b"]
    assert found.groups() == ["a", "a", "a", ""]
    for i, truth in enumerate(truths):
        assert (found[i].image[..., 0] == PHOTO[..., i]).all()
        assert (found[i].truth == truth).all()
    assert len(list(found.with_files())) == 4
    assert len(data.load(tmp_path, columns={"mask": None})) == 4


def test_pages_of_16_bits_and_colours(tmp_path):
    deep = np.arange(320, dtype=np.uint16).reshape(16, 20) * 9
    pages(tmp_path / "images/a.tif", PHOTO, PHOTO[::-1].copy())
    pages(tmp_path / "masks/a.tif", TRUTH, TRUTH)
    pages(tmp_path / "instances/a.tif", deep, deep[::-1].copy())
    found = data.load(tmp_path, classes=CLASSES)
    assert (found[1].image == PHOTO[::-1]).all()
    assert (found[1].instances == deep[::-1]).all()


@pytest.mark.parametrize("role", ["images", "masks"])
def test_pages_without_a_partner_are_refused_and_the_rest_is_read(tmp_path, role):
    for id in "ab":
        put(tmp_path / f"images/{id}.png", PHOTO)
        put(tmp_path / f"masks/{id}.png", TRUTH)
    (tmp_path / role / "b.png").unlink()
    pages(tmp_path / role / "b.tif", TRUTH, TRUTH)
    found = data.load(tmp_path, classes=CLASSES)
    assert found[0].truth.any()
    with pytest.raises(ValueError, match=r"row 1 \(id 'b'\): the file holds 2 pages. Save each page as a file"):
        found[1]


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png", "a.tif"])
def test_animations_in_other_layouts_are_refused(tmp_path, name):
    pages(tmp_path / "JPEGImages" / name, PHOTO, PHOTO[::-1].copy())
    with pytest.raises(ValueError, match="the file holds 2 pages"):
        data.load(tmp_path)[0]


def test_a_preview_and_a_phones_second_photo_are_no_pages(tmp_path):
    assert read_header(pages(tmp_path / "a.tif", PHOTO, PHOTO[::2, ::2].copy())) == Header()
    pages(tmp_path / "a.mpo", PHOTO, PHOTO)
    assert read_header(tmp_path / "a.mpo") == Header()
    assert read_header(b"no picture") == Header()
