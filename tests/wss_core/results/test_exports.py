"""Every export, read again by the reader its users have."""

import io
import json
import zipfile
from collections import Counter

import numpy as np
import pytest
import yaml
from PIL import Image
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from scipy import ndimage

from wss_core.conventions import UNKNOWN
from wss_core.cues import Box, Cues, Point, Stroke
from wss_core.imaging.outlines_and_runs import outline, run_lengths, runs_to_text
from wss_core.results import Result
from wss_core.results.exports import EXPORTS, ExportSource, export
from wss_core.results.readouts import colours, objects

NAMES = ("background", "cat", 'a/b \\ "quote" : {x}', "été 🐈 '#")


def result_of(labels, classes=NAMES, ignored=None) -> Result:
    """A sure Result with these labels."""
    probs = (np.arange(len(classes))[:, None, None] == np.asarray(labels)).astype(np.float32)
    return Result(probs, classes, ignored=ignored)


def source_of(labels, classes=NAMES, **more) -> ExportSource:
    return ExportSource(result_of(labels, classes), **more)


def blobs(seed: int, shape=(90, 120)) -> np.ndarray:
    """Smooth blobs of labels 0..3, with holes, touching the border."""
    noise = np.random.default_rng(seed).random((4, *shape))
    return np.stack([ndimage.gaussian_filter(plane, 4) for plane in noise]).argmax(axis=0).astype(np.uint8)


def rings() -> np.ndarray:
    """A ring of class 1 in a ring of class 1, with an island of class 2: holes in holes."""
    ys, xs = np.mgrid[:41, :41] - 20
    radius = np.hypot(ys, xs)
    labels = (((radius > 14) & (radius < 18)) | ((radius > 6) & (radius < 10))).astype(np.uint8)
    labels[20, 20] = 2
    return labels


def one_pixel() -> np.ndarray:
    labels = np.zeros((5, 7), np.uint8)
    labels[2, 3] = 1
    return labels


SHAPES = {
    "blobs": blobs(0),
    "rings": rings(),
    "one pixel": one_pixel(),
    "1x1": np.ones((1, 1), np.uint8),
    "full": np.full((4, 6), 2, np.uint8),
    "row": np.array([[1, 0, 1, 1, 0, 2, 3]], np.uint8),
    "column": np.array([[1, 0, 1, 1, 0, 2, 3]], np.uint8).T,
    "diagonal": np.eye(6, dtype=np.uint8),
    "chessboard": (np.indices((7, 9)).sum(axis=0) % 2).astype(np.uint8),
    "noise": np.random.default_rng(1).integers(0, 4, (30, 40)).astype(np.uint8),
    "noise, few": (np.random.default_rng(2).random((30, 40)) > 0.3).astype(np.uint8),
}


def read_coco(kind: str, source: ExportSource, tmp_path) -> COCO:
    name, data = export(kind, source)
    path = tmp_path / name
    path.write_bytes(data)
    return COCO(str(path))


def painted(coco: COCO, shape) -> np.ndarray:
    labels = np.zeros(shape, np.uint8)
    for annotation in coco.anns.values():
        labels[coco.annToMask(annotation) > 0] = annotation["category_id"]
    return labels


@pytest.mark.parametrize("kind", ["coco", "coco-polygons"])
@pytest.mark.parametrize("case", SHAPES)
def test_coco_decodes_without_one_wrong_pixel(case, kind, tmp_path):
    labels = SHAPES[case]
    coco = read_coco(kind, source_of(labels), tmp_path)
    np.testing.assert_array_equal(painted(coco, labels.shape), labels)
    for annotation in coco.anns.values():
        mask = coco.annToMask(annotation)
        assert annotation["area"] == mask.sum()
        assert annotation["bbox"] == coco_mask.toBbox(coco_mask.encode(np.asfortranarray(mask))).tolist()
        assert annotation["iscrowd"] == 0
        assert all(len(polygon) >= 6 for polygon in annotation["segmentation"] if kind == "coco-polygons")


def test_coco_counts_one_annotation_for_each_connected_object(tmp_path):
    coco = read_coco("coco", source_of(rings()), tmp_path)
    assert Counter(a["category_id"] for a in coco.anns.values()) == {1: 2, 2: 1}
    assert {c["id"]: c["name"] for c in coco.cats.values()} == {1: NAMES[1], 2: NAMES[2], 3: NAMES[3]}


def test_coco_names_picture_without_folder():
    form = json.loads(export("coco", source_of(one_pixel(), name="C:\\my/dir/p q.jpg"))[1])
    assert form["images"] == [{"id": 1, "file_name": "p q.jpg", "width": 7, "height": 5}]


def test_min_area_leaves_small_objects_out():
    source = source_of(rings(), min_area=2)
    assert {a["category_id"] for a in json.loads(export("coco", source)[1])["annotations"]} == {1}
    with pytest.raises(ValueError, match="no object of 2000 pixels or more.*Mark an object first"):
        export("coco", source_of(rings(), min_area=2000))


def test_polygon_keeps_the_hole():
    """The number the README may quote: intersection over union with the hole, not with the filled outline."""
    ring = rings() == 1
    outer = max(objects(ring.view(np.uint8)), key=lambda found: found.area)
    polygon = outline(outer.mask) + outer.box[:2]
    decoded = coco_mask.decode(coco_mask.frPyObjects([polygon.ravel().tolist()], *ring.shape))[..., 0].astype(bool)
    truth = np.zeros_like(ring)
    x0, y0, x1, y1 = outer.box
    truth[y0:y1, x0:x1] = outer.mask
    assert (decoded & truth).sum() / (decoded | truth).sum() > 0.97
    filled = ndimage.binary_fill_holes(truth)
    assert (filled & truth).sum() / (filled | truth).sum() < 0.6


def test_outline_of_a_square_has_no_needless_points():
    assert len(outline(np.ones((50, 50), bool))) == 8  # its four corners are cut by half a pixel


@pytest.mark.parametrize("seed", range(5))
def test_rle_text_is_the_one_of_pycocotools(seed):
    rng = np.random.default_rng(seed)
    mask = rng.random((300, 200)) > rng.random()
    mask[:, 50:150] = seed % 2  # long runs need several characters, and negative differences follow
    expected = coco_mask.encode(np.asfortranarray(mask.view(np.uint8)))["counts"].decode()
    assert runs_to_text(run_lengths(mask)) == expected


def archive(kind: str, source: ExportSource) -> tuple[str, zipfile.ZipFile]:
    name, data = export(kind, source)
    return name, zipfile.ZipFile(io.BytesIO(data))


@pytest.mark.parametrize("case", SHAPES)
def test_yolo_polygons_are_shares_of_the_picture(case):
    labels = SHAPES[case]
    _, files = archive("yolo", source_of(labels, name="dir/photo.jpg"))
    assert set(files.namelist()) == {"labels/photo.txt", "data.yaml"}
    height, width = labels.shape
    seen = np.zeros_like(labels)
    for line in files.read("labels/photo.txt").decode().splitlines():
        label, *values = line.split(" ")
        ring = np.array(values, float).reshape(-1, 2)
        assert len(ring) >= 3
        assert ring.min() >= 0
        assert ring.max() <= 1
        polygon = (ring * (width, height)).ravel().tolist()
        seen[coco_mask.decode(coco_mask.frPyObjects([polygon], height, width))[..., 0] > 0] = int(label) + 1
    np.testing.assert_array_equal(seen, labels)


def test_yolo_names_come_back_from_yaml():
    about = yaml.safe_load(archive("yolo", source_of(one_pixel()))[1].read("data.yaml").decode())
    assert about["names"] == list(NAMES[1:])
    assert about["nc"] == 3


@pytest.mark.parametrize("kind", ["coco", "coco-polygons", "yolo"])
def test_no_object_is_said_instead_of_an_empty_file(kind):
    with pytest.raises(ValueError, match="holds no object.*would be empty. Mark an object first"):
        export(kind, source_of(np.zeros((4, 4), np.uint8)))


def test_mask_png_is_a_palette_of_labels():
    labels = blobs(1)
    ignored = np.zeros(labels.shape, bool)
    ignored[:5] = True
    own = ((0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255))
    name, data = export("mask", ExportSource(result_of(labels, ignored=ignored), colours=own, name="x.y.jpg"))
    assert name == "x.y_mask.png"
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.mode == "P"
        indices = np.array(picture)
        rgb = np.array(picture.convert("RGB"))
    np.testing.assert_array_equal(indices, np.where(ignored, UNKNOWN, labels))
    np.testing.assert_array_equal(rgb[20:], np.array(own, np.uint8)[labels[20:]])


def test_voc_png_has_the_published_colours():
    ignored = np.zeros((5, 7), bool)
    ignored[0, 0] = True
    name, files = archive(
        "voc", ExportSource(result_of(one_pixel(), ignored=ignored), name="2007_1.jpg", colours=((9, 9, 9),))
    )
    assert name == "2007_1_voc.zip"
    assert files.read("classes.txt").decode().splitlines() == list(NAMES)
    with Image.open(io.BytesIO(files.read("SegmentationClass/2007_1.png"))) as picture:
        assert picture.getpixel((0, 0)) == 255
        rgb = np.array(picture.convert("RGB"))
    assert rgb[0, 0].tolist() == [224, 224, 192]
    assert rgb[2, 3].tolist() == [128, 0, 0]  # aeroplane
    assert rgb[1, 1].tolist() == [0, 0, 0]


def test_probabilities_load_without_pickle():
    rng = np.random.default_rng(0)
    probs = rng.dirichlet([1, 1], (4, 5)).transpose(2, 0, 1).astype(np.float32)
    source = ExportSource(Result(probs, NAMES, class_ids=(0, 2)), image=np.zeros((8, 10, 3), np.uint8))
    with np.load(io.BytesIO(export("probs", source)[1]), allow_pickle=False) as file:
        assert file["probs"].dtype == np.float16
        np.testing.assert_allclose(file["probs"], source.result.probs, atol=1e-3)
        assert tuple(file["classes"]) == NAMES
        assert file["size"].tolist() == [8, 10]


def test_cues_are_written_in_pixels_of_the_exported_picture():
    cues = Cues(points=[Point(13, 9, 1)], boxes=[Box(0, 1, 3, 4, 2)], strokes=[Stroke(1, 2, ((0, 0), (4, 3)))])
    source = ExportSource(result_of(one_pixel()), image=np.zeros((10, 14, 3), np.uint8), cues=cues)
    assert Cues.from_json(export("cues", source)[1], source.shape) == cues
    with pytest.raises(ValueError, match="no cues to export. Draw one"):
        export("cues", source_of(one_pixel()))


def test_overlay_needs_the_picture():
    with pytest.raises(ValueError, match="needs the picture, got none"):
        export("overlay", source_of(one_pixel()))
    image = np.full((5, 7, 3), 100, np.uint8)
    with Image.open(io.BytesIO(export("overlay", source_of(one_pixel(), image=image))[1])) as picture:
        assert picture.size == (7, 5)


def test_every_kind_writes_254_classes():
    labels = np.zeros((20, 20), np.uint8)
    labels.ravel()[:254] = np.arange(254)
    classes = tuple(f"class {i}" for i in range(254))
    source = source_of(labels, classes, image=np.zeros((20, 20, 3), np.uint8), cues=Cues(points=[Point(1, 1, 253)]))
    for kind, form in EXPORTS.items():
        name, data = export(kind, source)
        assert name == f"image{form.suffix}"
        assert data
    assert len({a["category_id"] for a in json.loads(export("coco", source)[1])["annotations"]}) == 253
    with Image.open(io.BytesIO(export("mask", source)[1])) as picture:
        np.testing.assert_array_equal(np.array(picture), labels)
    assert len(set(colours(254))) == 254


def test_unknown_kind_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="no export 'svg'. Choose one of: mask, overlay, coco"):
        export("svg", source_of(one_pixel()))


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("photo.jpg", "photo"),
        ("a/b\\c.tar.gz", "c.tar"),
        ("../../etc/passwd", "passwd"),
        (".hidden", "hidden"),
        ("..", "image"),
        ("", "image"),
        ('we:ird*?"<>|\n.png', "we_ird_______"),
        ("Katze ü.png", "Katze ü"),
        ("x" * 300 + ".png", "x" * 100),
    ],
)
def test_file_names_fit_any_file_system(name, stem):
    assert ExportSource(result_of(one_pixel()), name=name).stem == stem
