"""Pictures as people really send them: turned, deep, transparent, animated, cut short, hostile."""

import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image, features

from wss_core.conventions import UNKNOWN, ImageError
from wss_core.imaging.io import (
    image_to_bytes,
    is_animated,
    labels_from_png,
    labels_to_png,
    palette_png,
    read_image,
    read_mask_values,
    stretch_contrast,
)
from wss_core.imaging.resize import resize_to_fit

RNG = np.random.default_rng(0)
PHOTO = np.asarray(
    Image.fromarray(RNG.integers(0, 256, (6, 8, 3), np.uint8)).resize((32, 24), Image.Resampling.BICUBIC)
)
RAMP = np.linspace(1000, 3000, 24 * 32).reshape(24, 32)


def encoded(picture, kind: str, **options) -> bytes:
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def png_with_header(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM"])
def test_lossless_files_come_back_as_they_were(kind):
    np.testing.assert_array_equal(read_image(encoded(PHOTO, kind)), PHOTO)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "GIF"])
def test_lossy_files_come_back_about_as_they_were(kind):
    image = read_image(encoded(PHOTO, kind))
    assert image.dtype == np.uint8
    assert image.shape == PHOTO.shape
    assert abs(image.astype(int) - PHOTO).mean() < 12


def test_path_picture_and_array_are_read_alike(tmp_path):
    path = tmp_path / "photo.png"
    path.write_bytes(encoded(PHOTO, "PNG"))
    for source in (path, str(path), Image.fromarray(PHOTO), PHOTO):
        np.testing.assert_array_equal(read_image(source), PHOTO)


BAD = [
    (b"", "not a picture that can be read"),
    (b"hello, I am text" * 100, "not a picture that can be read. Send a PNG, JPEG"),
    (b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "not a picture that can be read"),
    (b"%PDF-1.4\n%" + b"x" * 100, "not a picture that can be read"),
    (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture that can be read"),
    (encoded(PHOTO, "PNG")[:200], "damaged or cut short"),
    (encoded(PHOTO, "PNG")[:20], "not a picture|damaged"),
    (encoded(np.tile(PHOTO, (9, 9, 1)), "JPEG")[:2000], "damaged or cut short"),
    (encoded(np.tile(PHOTO, (9, 9, 1)), "WEBP")[:500], "not a picture|damaged"),
    (encoded(PHOTO, "TIFF")[:300], "not a picture|damaged"),
    (png_with_header(0, 5), "not a picture|damaged|empty"),
]


@pytest.mark.parametrize(("data", "words"), BAD, ids=range(len(BAD)))
def test_what_is_no_picture_is_refused(data, words):
    with pytest.raises(ImageError, match=words):
        read_image(data)


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow cannot write AVIF")
def test_damaged_avif():
    data = encoded(PHOTO, "AVIF")
    assert read_image(data).shape == PHOTO.shape
    with pytest.raises(ImageError, match="damaged"):
        read_image(data.replace(b"iloc", b"xxxx"))  # Pillow raises RuntimeError


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(ImageError, match=r"there is no file .*nope.png. Check the path"):
        read_image(tmp_path / "nope.png")
    with pytest.raises(ImageError):
        read_image(tmp_path)


@pytest.mark.parametrize("size", [(50_000, 50_000), (9_000, 9_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_by_its_header(size):
    tracemalloc.start()
    with pytest.raises(ImageError, match="too many pixels|at most 40,000,000"):
        read_image(png_with_header(*size))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_the_limit_is_a_number_of_pixels():
    assert read_image(encoded(PHOTO, "PNG"), max_pixels=32 * 24).shape == (24, 32, 3)
    for source in (encoded(PHOTO, "PNG"), PHOTO, Image.fromarray(PHOTO)):
        with pytest.raises(ImageError, match="32 x 24, that is 768 pixels; at most 767"):
            read_image(source, max_pixels=767)


def test_one_pixel():
    pixel = np.array([[[1, 2, 3]]], np.uint8)
    np.testing.assert_array_equal(read_image(encoded(pixel, "PNG")), pixel)


@pytest.mark.parametrize(
    "data",
    [
        encoded(RAMP.astype(np.uint16), "PNG"),
        encoded(RAMP.astype(np.uint16), "TIFF"),
        encoded(RAMP.astype(np.int32), "TIFF"),
        encoded(RAMP.astype(np.float32), "TIFF"),
        encoded((RAMP / 1e6).astype(np.float32), "TIFF"),
    ],
    ids=["16-bit PNG", "16-bit TIFF", "32-bit TIFF", "float TIFF", "small float TIFF"],
)
def test_deep_grey_is_stretched_to_a_display_window(data):
    image = read_image(data)
    assert image.shape == (24, 32, 3)
    assert (image[..., 0] == image[..., 2]).all()
    assert image.min() == 0
    assert image.max() == 255
    expected = np.linspace(0, 255, 24 * 32).reshape(24, 32)
    assert abs(image[..., 1] - expected).max() <= 2


def test_stretch_of_flat_and_broken_numbers():
    assert len(np.unique(stretch_contrast(np.full((3, 3), 7.0)))) == 1
    assert (stretch_contrast(np.full((2, 2), np.nan)) == 0).all()
    values = np.array([[np.nan, 10, 20, np.inf, -np.inf]])
    with np.errstate(all="raise"):
        assert stretch_contrast(values, 0, 100).tolist() == [[0, 0, 255, 255, 0]]


def test_cmyk_jpeg():
    red = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    image = read_image(encoded(red, "JPEG", quality=95))
    assert abs(image[8, 8].astype(int) - [255, 0, 0]).max() < 12


def test_transparency_is_laid_over_white():
    half = np.zeros((2, 2, 4), np.uint8)
    half[..., 0] = 200
    half[0, :, 3] = 255
    half[1, 1, 3] = 51
    expected = [[[200, 0, 0]] * 2, [[255, 255, 255], [244, 204, 204]]]
    np.testing.assert_allclose(read_image(encoded(half, "PNG")), expected, atol=1)
    np.testing.assert_allclose(read_image(half), expected, atol=1)
    grey = Image.fromarray(half).convert("LA")
    assert read_image(encoded(grey, "PNG"))[1, 0].tolist() == [255, 255, 255]


def test_transparent_palette_and_colour_key():
    palette = Image.fromarray(np.array([[0, 1]], np.uint8), "L").convert("P")
    palette.putpalette([10, 20, 30, 40, 50, 60])
    assert read_image(encoded(palette, "PNG", transparency=0)).tolist() == [[[255] * 3, [40, 50, 60]]]
    assert read_image(encoded(palette, "GIF", transparency=1)).tolist() == [[[10, 20, 30], [255] * 3]]
    rgb = Image.fromarray(np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8))
    assert read_image(encoded(rgb, "PNG", transparency=(1, 2, 3))).tolist() == [[[255] * 3, [4, 5, 6]]]


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA"])
def test_every_mode_becomes_rgb(mode):
    image = read_image(encoded(Image.fromarray(PHOTO).convert(mode), "PNG"))
    assert image.dtype == np.uint8
    assert image.shape == (24, 32, 3)


TURNS = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}


@pytest.mark.parametrize("turn", TURNS)
def test_pictures_are_turned_upright(turn):
    """The stored pixels are the upright picture turned back; EXIF 2.32, tag 0x0112."""
    exif = Image.Exif()
    exif[0x0112] = turn
    stored = np.ascontiguousarray(TURNS[turn](PHOTO))
    np.testing.assert_array_equal(read_image(encoded(stored, "PNG", exif=exif)), PHOTO)
    np.testing.assert_array_equal(read_image(encoded(stored, "TIFF", exif=exif)), PHOTO)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_damaged_exif_does_no_harm():
    for exif in (b"Exif\0\0garbage", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01\x12", b"Exif\0\0II*\0\xff\xff\xff\xff"):
        assert read_image(encoded(PHOTO, "JPEG", exif=exif)).shape == PHOTO.shape


def test_first_frame_of_an_animation():
    frames = [Image.fromarray(np.full((4, 6), value, np.uint8)) for value in (0, 255)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert is_animated(data)
    assert (read_image(data) == 0).all()
    assert not is_animated(encoded(PHOTO, "PNG"))


def test_mpo_of_a_phone_is_one_picture():
    data = encoded(Image.fromarray(PHOTO), "MPO", save_all=True, append_images=[Image.fromarray(PHOTO[::-1])])
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "MPO"
    assert not is_animated(data)
    assert abs(read_image(data).astype(int) - PHOTO).mean() < 12


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([[0, 7]], np.uint8), [[[0] * 3, [7] * 3]]),
        (np.array([[[0], [7]]], np.uint8), [[[0] * 3, [7] * 3]]),
        (np.array([[False, True]]), [[[0] * 3, [255] * 3]]),
    ],
)
def test_grey_and_bool_arrays(array, expected):
    assert read_image(array).tolist() == expected


@pytest.mark.parametrize("shape", [(3,), (2, 2, 2), (2, 2, 3, 1), (0, 4, 3), (4, 0)])
def test_arrays_that_are_no_picture(shape):
    with pytest.raises(ImageError, match=r"expected an array \(H, W\).*Give one picture"):
        read_image(np.zeros(shape, np.uint8))


def test_arrays_are_left_as_they_are():
    for array in (PHOTO.copy(), RAMP.copy(), np.zeros((2, 2, 4), np.uint8)):
        before = array.copy()
        read_image(array)
        np.testing.assert_array_equal(array, before)


def test_resize_to_fit():
    assert resize_to_fit(PHOTO, 16).shape == (12, 16, 3)
    assert resize_to_fit(PHOTO, 32) is PHOTO
    assert resize_to_fit(np.zeros((1, 1000, 3), np.uint8), 10).shape == (1, 10, 3)


def test_label_maps_round_trip():
    labels = RNG.integers(0, 256, (9, 7), np.uint8)
    np.testing.assert_array_equal(labels_from_png(labels_to_png(labels), (9, 7)), labels)
    np.testing.assert_array_equal(labels_from_png(palette_png(labels, [(1, 2, 3)]), None), labels)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (encoded(PHOTO, "PNG"), "8-bit grey or palette PNG, not RGB. Save it as one"),
        (encoded(PHOTO[..., 0], "JPEG"), "not a PNG that can be read"),
        (b"", "not a PNG that can be read"),
        (labels_to_png(PHOTO[..., 0])[:100], "not a PNG that can be read"),
        (labels_to_png(PHOTO[:5, :, 0]), "the mask is 32 x 5, the picture 32 x 24. Give them the same size"),
        (png_with_header(2**31 - 1, 2**31 - 1), "not a PNG that can be read|at most"),
    ],
)
def test_masks_that_cannot_be_used(data, words):
    with pytest.raises(ImageError, match=words):
        labels_from_png(data, (24, 32))


def test_palette_png_has_the_given_colours():
    labels = np.array([[0, 1, UNKNOWN]], np.uint8)
    with Image.open(io.BytesIO(palette_png(labels, [(0, 0, 0), (9, 8, 7)]))) as picture:
        assert picture.mode == "P"
        assert np.array(picture.convert("RGB")).tolist() == [[[0, 0, 0], [9, 8, 7], [224, 224, 192]]]
    assert palette_png(labels[:, ::-1], [(0, 0, 0)])  # any memory order


def test_image_to_bytes_takes_arrays_and_options():
    assert image_to_bytes(PHOTO, "JPEG", quality=10).startswith(b"\xff\xd8")


def test_the_alpha_of_a_deep_picture_takes_no_part_in_its_display_window():
    rgb = np.random.default_rng(0).integers(0, 4096, (50, 50, 3)).astype(np.uint16)  # a camera of 12 bits
    opaque = np.dstack([rgb, np.full((50, 50), 65535, np.uint16)])
    np.testing.assert_array_equal(read_image(opaque), read_image(rgb))
    clear = np.dstack([rgb, np.zeros((50, 50), np.uint16)])
    assert (read_image(clear) == 255).all()  # laid over white
    fractions = np.dstack([rgb / 4096, np.ones((50, 50))])
    np.testing.assert_array_equal(read_image(fractions), read_image(rgb / 4096))


def test_a_grey_mask_with_alpha_is_read_as_grey():
    labels = np.random.default_rng(0).integers(0, 9, (6, 7), dtype=np.uint8)
    image = Image.merge("LA", (Image.fromarray(labels), Image.new("L", (7, 6), 255)))
    np.testing.assert_array_equal(read_mask_values(image_to_bytes(image, "PNG")), labels)


def test_a_cut_picture_that_pillow_has_opened_is_refused_in_a_sentence():
    data = image_to_bytes(np.random.default_rng(0).integers(0, 255, (100, 100, 3), dtype=np.uint8), "PNG")
    with pytest.raises(ImageError, match="damaged or cut short"):
        read_image(Image.open(io.BytesIO(data[:4000])))
