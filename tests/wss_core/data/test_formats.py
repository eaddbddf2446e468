"""Loading pictures beside masks, VOC folders and COCO files as Examples."""

import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pycocotools.coco import COCO

from wss_core import data
from wss_core.conventions import UNKNOWN
from wss_core.cues import Box, Cues, Point, Stroke
from wss_core.data.files import content_hash, images_by_name
from wss_core.results import Result
from wss_core.results.exports import ExportSource, export

CLASSES = ("background", "cat", "dog")
PHOTO = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)


def truth() -> np.ndarray:
    labels = np.zeros((30, 40), np.uint8)
    labels[3:12, 4:20], labels[15:25, 22:37] = 1, 2
    labels[6:8, 8:10] = 0  # a hole
    return labels


def put(path: Path, array, palette=False) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(np.asarray(array))
    if palette:
        picture = Image.frombytes("P", picture.size, np.asarray(array, np.uint8).tobytes())
        picture.putpalette([10 * i % 256 for i in range(768)])
    picture.save(path)
    return path


# Pictures beside their masks.


def pairs(root: Path, split="", names=("a", "b")) -> Path:
    for i, name in enumerate(names):
        put(root / "images" / split / f"{name}.png", PHOTO)
        put(root / "masks" / split / f"{name}.png", np.roll(truth(), i, axis=0), palette=True)
    (root / "classes.json").write_text(json.dumps(CLASSES))
    return root


def test_pictures_beside_masks(tmp_path):
    dataset = data.load(pairs(tmp_path))
    assert ([e.id for e in dataset], dataset.classes) == (["a", "b"], CLASSES)
    assert (dataset[0].image == PHOTO).all()
    assert (dataset[1].truth == np.roll(truth(), 1, axis=0)).all()
    assert dataset[0].cues.kinds == frozenset()


def test_splits_are_folders_below(tmp_path):
    pairs(tmp_path, "train", ("a", "b"))
    pairs(tmp_path, "val", ("c",))
    assert [e.id for e in data.load(tmp_path)] == ["a", "b"]
    assert [e.id for e in data.load(tmp_path, "val")] == ["c"]
    with pytest.raises(ValueError, match=r"images has no split 'test'. Choose one of: train, val"):
        data.load(tmp_path, "test")


def test_scribbles_instances_and_cues_may_be_there_for_some(tmp_path):
    pairs(tmp_path)
    drawn = np.full((30, 40), UNKNOWN, np.uint8)
    drawn[5, 5:9] = 1
    put(tmp_path / "scribbles" / "a.png", drawn)
    put(tmp_path / "instances" / "b.png", truth().astype(np.uint16) * 300)
    a, b = data.load(tmp_path)
    assert (a.cues.labels == drawn).all()
    assert (a.instances, b.cues.labels) == (None, None)
    assert b.instances.max() == 600


def test_cues_of_the_page_beside_pictures(tmp_path):
    put(tmp_path / "images" / "a.png", PHOTO)
    put(tmp_path / "images" / "b.png", PHOTO)
    cues = Cues(points=[Point(5, 5, 1)], strokes=[Stroke(2, 3, ((30, 20), (33, 21)))])
    (tmp_path / "cues").mkdir()
    (tmp_path / "cues" / "a.json").write_text(cues.to_json(CLASSES))
    dataset = data.load(tmp_path, classes=CLASSES)
    assert (dataset[0].cues, dataset[0].truth) == (cues, None)
    assert not dataset[1].cues.kinds
    with pytest.raises(
        ValueError, match=r"row 0 \(id 'a'\): the cues are of the classes background, cat, dog, the data"
    ):
        data.load(tmp_path, classes=("background", "cow"))[0]
    (tmp_path / "cues" / "b.json").write_text('{"points": [[99, 0, 1]]}')
    with pytest.raises(ValueError, match=r"row 1 \(id 'b'\): point 0 at \(99, 0\) lies outside"):
        dataset.subset([1]) and data.load(tmp_path, classes=CLASSES)[1]


def test_a_missing_file_is_named(tmp_path):
    pairs(tmp_path)
    (tmp_path / "masks" / "b.png").unlink()
    dataset = data.load(tmp_path)
    assert dataset[0].id == "a"
    with pytest.raises(ValueError, match=r"row 1: b has no mask. Add the file, or give columns=\{'mask': None\}"):
        dataset[1]
    assert data.load(tmp_path, columns={"mask": None})[1].truth is None
    put(tmp_path / "masks" / "c.png", truth())
    with pytest.raises(ValueError, match="row 2: c has no image. Add the file"):
        data.load(tmp_path)[2]


def test_folders_by_other_names(tmp_path):
    put(tmp_path / "photos" / "a.png", PHOTO)
    put(tmp_path / "images" / "a.png", PHOTO[::-1])
    put(tmp_path / "masks" / "a.png", truth())
    put(tmp_path / "fine" / "a.png", truth()[::-1])
    dataset = data.load(tmp_path, columns={"image": "photos", "mask": "fine"}, classes=CLASSES)[0]
    assert (dataset.image == PHOTO).all()
    assert (dataset.truth == truth()[::-1]).all()


def test_two_files_of_one_name(tmp_path):
    put(tmp_path / "a.png", PHOTO)
    put(tmp_path / "a.jpg", PHOTO)
    with pytest.raises(ValueError, match="a.jpg and a.png share a name. Rename one"):
        images_by_name(tmp_path)


def test_a_mask_saved_as_jpeg_is_refused(tmp_path):
    pairs(tmp_path, names=("a",))
    (tmp_path / "masks" / "a.png").unlink()
    put(tmp_path / "masks" / "a.jpg", truth())
    with pytest.raises(ValueError, match=r"row 0 \(id 'a'\): a mask's file must keep every number"):
        data.load(tmp_path)[0]


def test_the_hash_of_files(tmp_path):
    pairs(tmp_path)
    (tmp_path / "big").write_bytes(bytes(300_000))
    files = [*tmp_path.rglob("*.png"), tmp_path / "big"]
    first = content_hash(files, tmp_path)
    assert content_hash(reversed(files), tmp_path) == first
    for change in (bytes(300_001), b"x" + bytes(299_999), bytes(299_999) + b"x"):
        (tmp_path / "big").write_bytes(change)
        assert content_hash(files, tmp_path) != first
    revision = data.load(tmp_path).revision
    put(tmp_path / "masks" / "a.png", truth() * 0)
    assert data.load(tmp_path).revision != revision


# VOC folders.

XML = """<annotation><filename>{0}.jpg</filename><object><name>{1}</name>
<bndbox><xmin>5</xmin><ymin>4</ymin><xmax>20</xmax><ymax>12</ymax></bndbox>
<part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part></object></annotation>"""


def voc(root: Path, name="cat") -> Path:
    labels = truth() * 8  # a cat is 8 in VOC
    labels[0] = UNKNOWN
    ids = np.where(truth() > 0, truth(), 0).astype(np.uint8)
    ids[0] = UNKNOWN
    for id in ("2007_1", "2007_2", "2007_3"):
        put(root / "JPEGImages" / f"{id}.jpg", PHOTO)
        put(root / "SegmentationClass" / f"{id}.png", labels, palette=True)
        put(root / "SegmentationObject" / f"{id}.png", ids, palette=True)
    (root / "Annotations").mkdir(parents=True)
    (root / "Annotations" / "2007_1.xml").write_text(XML.format("2007_1", name))
    lists = root / "ImageSets" / "Segmentation"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("2007_1\n2007_3\n")
    (lists / "val.txt").write_text("2007_2\n")
    return root


def test_voc_folders(tmp_path):
    dataset = data.load(voc(tmp_path))
    assert [e.id for e in dataset] == ["2007_1", "2007_3"]
    assert (len(dataset.classes), dataset.classes[8], dataset.classes[16]) == (21, "cat", "pottedplant")
    example = dataset[0]
    expected = truth() * 8
    expected[0] = UNKNOWN
    assert (example.truth == expected).all()
    assert set(np.unique(example.instances)) == {0, 1, 2}  # 255, the border, is no object
    assert example.cues.boxes == (Box(4, 3, 20, 12, 8),)  # VOC counts from 1, both ends included: columns 4..19
    assert not dataset[1].cues.kinds
    assert [e.id for e in data.load(tmp_path, "validation")] == ["2007_2"]
    assert not data.load(tmp_path, columns={"boxes": None})[0].cues.kinds
    with pytest.raises(ValueError, match=r"has no list test.txt. Choose one of: train, val"):
        data.load(tmp_path, "test")


def test_voc_folders_with_classes_of_their_own(tmp_path):
    voc(tmp_path, "lion")
    with pytest.raises(ValueError, match=r"row 0 \(id '2007_1'\): names 'lion', which is no class"):
        data.load(tmp_path)[0]
    names = ["background", *(f"c{i}" for i in range(1, 16)), "lion"]
    assert data.load(tmp_path, classes=names)[0].cues.boxes[0].label == 16
    (tmp_path / "classes.json").write_text(json.dumps(names))
    assert data.load(tmp_path)[0].cues.boxes[0].label == 16
    joined = data.load(tmp_path, classes={"rest": ["background"], "lion": ["lion", "c8"]})[0]
    assert (joined.cues.boxes[0].label, joined.truth.max()) == (1, UNKNOWN)


def test_voc_files_that_are_missing_or_wrong(tmp_path):
    voc(tmp_path)
    xml = tmp_path / "Annotations" / "2007_1.xml"
    for text in (
        "<annotation><object>",
        XML.format("a", "cat").replace(">5<", ">five<"),
        "",
        '<!DOCTYPE a [<!ENTITY b "c">]><a/>',
    ):
        xml.write_text(text)
        with pytest.raises(ValueError, match="row 0: 2007_1.xml is no annotation of VOC"):
            data.load(tmp_path)[0]
    xml.write_text(XML.format("a", "cat").replace("<xmin>5</xmin>", ""))
    with pytest.raises(ValueError, match=r"row 0 \(id '2007_1'\): boxes\[0\] holds nan"):
        data.load(tmp_path)[0]
    xml.unlink()
    (tmp_path / "SegmentationClass" / "2007_1.png").unlink()
    with pytest.raises(ValueError, match="row 0: 2007_1 has no mask"):
        data.load(tmp_path)[0]
    (tmp_path / "JPEGImages" / "2007_3.jpg").unlink()
    with pytest.raises(ValueError, match="row 1: there is no picture 2007_3 in JPEGImages"):
        data.load(tmp_path)[1]
    (tmp_path / "ImageSets" / "Segmentation" / "train.txt").write_text("../../secret\n")
    with pytest.raises(ValueError, match="row 0: there is no picture ../../secret"):
        data.load(tmp_path)[0]
    with pytest.raises(ValueError, match="lies outside"):
        data.load(tmp_path, "../../../JPEGImages")


# COCO files.


def coco(root: Path, **changed) -> Path:
    """Two pictures by the exporter of COCO files and one more without anything on it."""
    probs = np.eye(3, dtype=np.float32)[truth()].transpose(2, 0, 1)
    view = ExportSource(Result(probs, CLASSES), image=PHOTO, cues=Cues(), name="a.png", min_area=1)
    form = json.loads(export("coco", view)[1])
    form["images"].append({"id": 77, "file_name": "b.png", "height": 30, "width": 40})
    for name in ("a", "b"):
        put(root / f"{name}.png", PHOTO)
    path = root / "coco.json"
    path.write_text(json.dumps(form | changed))
    return path


def test_coco_files(tmp_path):
    path = coco(tmp_path)
    dataset = data.load(path)
    assert (dataset.classes, [e.id for e in dataset]) == (CLASSES, ["a.png", "b.png"])
    assert (dataset[0].truth == truth()).all()
    assert (dataset[0].instances > 0).sum() == (truth() > 0).sum()
    assert set(dataset[0].cues.boxes) == {Box(4, 3, 20, 12, 1), Box(22, 15, 37, 25, 2)}
    assert not dataset[1].truth.any()  # looked at, and nothing is there
    assert data.load(path, columns={"boxes": None})[0].cues.kinds == frozenset()
    bare = data.load(path, columns={"mask": None, "instances": None})[0]
    assert (bare.truth, bare.instances, len(bare.cues.boxes)) == (None, None, 2)
    with pytest.raises(ValueError, match="there is no 'tags' in a COCO file. Roles: image, boxes"):
        data.load(path, columns={"tags": "tags"})


@pytest.mark.parametrize("make", [pairs, voc, coco])
def test_other_processes_may_have_them(tmp_path, make):
    dataset = data.load(make(tmp_path))
    again = pickle.loads(pickle.dumps(dataset))
    assert (again[0].truth == dataset[0].truth).all()
    assert again.revision == dataset.revision


def test_coco_masks_are_those_of_pycocotools(tmp_path):
    rings = [[[20.5, 3, 35, 8.2, 30.1, 25.7, 12, 20]], [[2, 2, 9, 2, 9, 9, 2, 9], [1, 12, 6, 12, 6, 25, 1, 25]]]
    flat = np.zeros((30, 40), bool)
    flat[4:20, 10:14] = True
    runs = np.diff([0, *(np.flatnonzero(np.diff(flat.ravel(order="F"))) + 1), flat.size]).tolist()
    drawn = [*rings, {"size": [30, 40], "counts": runs}]
    rows = [
        {"id": i, "image_id": 1, "category_id": 1, "segmentation": s, "bbox": [0, 0, 5, 5], "iscrowd": 0, "area": 9}
        for i, s in enumerate(drawn, 1)
    ]
    for row in rows:
        path = coco(tmp_path, annotations=[row])
        theirs = COCO(str(path)).annToMask(row).astype(bool)
        ours = data.load(path)[0].truth == 1
        if isinstance(row["segmentation"], dict):
            assert (ours == theirs).all()
        assert (ours ^ theirs).sum() <= 0.06 * theirs.sum()  # it paints an outline's pixels a little differently


def test_small_objects_lie_on_large_ones_and_crowds_are_no_object(tmp_path):
    def box(id, x, y, side, **more):
        ring = [x, y, x + side, y, x + side, y + side, x, y + side]
        return {"id": id, "image_id": 1, "segmentation": [ring], "bbox": [x, y, side, side], "iscrowd": 0, **more}

    rows = [box(1, 5, 5, 4, category_id=2), box(2, 2, 2, 20, category_id=1), box(3, 25, 2, 6, category_id=1, iscrowd=1)]
    example = data.load(coco(tmp_path, annotations=rows))[0]
    assert (example.truth[5:9, 5:9] == 2).all()
    assert (example.truth == 1).sum() == 400 - 16 + 36
    assert (example.instances[2:8, 25:31] == 0).all()
    assert len(example.cues.boxes) == 2


def test_coco_pictures_in_another_folder(tmp_path):
    path = coco(tmp_path / "annotations")
    (tmp_path / "images").mkdir()
    for name in ("a.png", "b.png"):
        (tmp_path / "annotations" / name).rename(tmp_path / "images" / name)
    assert (data.load(path)[0].image == PHOTO).all()
    (tmp_path / "images").rename(tmp_path / "photos")
    with pytest.raises(ValueError, match=r"the pictures of .* are not in .*Give columns=\{\"image\": FOLDER\}"):
        data.load(path)
    assert len(data.load(path, columns={"image": str(tmp_path / "photos")})) == 2
    (tmp_path / "photos" / "b.png").unlink()
    with pytest.raises(ValueError, match=r"row 1 \(id 'b.png'\): there is no file .*b.png"):
        data.load(path, columns={"image": str(tmp_path / "photos")})[1]


def test_coco_names_may_not_lead_outside(tmp_path):
    put(tmp_path / "secret.png", PHOTO)
    path = coco(
        tmp_path / "set", images=[{"id": 1, "file_name": "../secret.png", "height": 30, "width": 40}], annotations=[]
    )
    with pytest.raises(ValueError, match=r"row 0: '../secret.png' lies outside .*set"):
        data.load(path)[0]


WRONG = [
    ({"segmentation": {"size": [30, 40], "counts": [5]}}, "do not fill 40 x 30 pixels"),
    *(
        ({"segmentation": {"size": [30, 40], "counts": counts}}, "do not fill 40 x 30 pixels")
        for counts in (
            [10**400],
            [-5, 1205],
            [True, 1199],
            [600.5, 599.5],
            [float("nan"), 1200],
            [float("inf"), 0],
            ["5", 1195],
            [None],
            [[600, 600]],
            {"0": 1200},
            1200,
            None,
        )
    ),
    ({"segmentation": {"size": [30, 40], "counts": "~~~"}}, "no COCO text"),
    ({"segmentation": {"size": [30, 40], "counts": "PP"}}, "cut short"),
    ({"segmentation": {"size": [3, 4], "counts": [12]}}, r"its size is \[3, 4\], the picture's \[30, 40\]"),
    ({"segmentation": [[1, 2, 3]]}, "cannot be read"),
    ({"segmentation": [[1, 2, 3, float("nan")]]}, "a corner is no number"),
    ({"segmentation": [["a", "b"]]}, "cannot be read"),
    ({"category_id": 9}, "there is no category 9"),
    ({"bbox": [1, 2, 3]}, r"bbox must be \[x, y, width, height\]"),
]


@pytest.mark.parametrize(("changed", "words"), WRONG, ids=range(len(WRONG)))
def test_wrong_annotations_are_named(tmp_path, changed, words):
    row = {"id": 5, "image_id": 1, "category_id": 1, "segmentation": [[1, 1, 9, 1, 9, 9]], "bbox": [1, 1, 8, 8]}
    assert data.load(coco(tmp_path, annotations=[row]))[0].truth.any()
    with pytest.raises(ValueError, match=rf"row 0: annotation 5: .*{words}"):
        data.load(coco(tmp_path, annotations=[row | changed]))[0]


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "{}", '{"images": [{"id": 1}], "categories": []}', '{"images": 1, "categories": []}'],
    ids=range(5),
)
def test_what_is_no_coco_file(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"x.json is no COCO file of objects .* It must hold images, categories"):
        data.load(path)


@pytest.mark.parametrize("counts", [[2**63 - 1, 2**63 - 1, 1202], [2**62, 2**62, 2**62, 2**62, 1200]])
def test_run_lengths_whose_sum_wraps_round_are_refused(counts):
    """The sums are 1200 in 64 bits, and numpy then writes beyond what it made, which ends Python: so, in another one."""
    code = f"from wss_core.imaging.outlines_and_runs import mask_from_runs\ntry: mask_from_runs({counts}, (30, 40))\nexcept ValueError: print(5)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "5\n")


def test_a_coco_size_that_is_too_large_is_not_made(tmp_path):
    row = {"id": 5, "image_id": 1, "category_id": 1, "segmentation": [[1, 1, 9, 1, 9, 9]], "bbox": [1, 1, 8, 8]}
    images = [{"id": 1, "file_name": "a.png", "height": 10**6, "width": 10**6}]
    with pytest.raises(ValueError, match="row 0: a.png: height and width are"):
        data.load(coco(tmp_path, annotations=[row], images=images))[0]
    images[0] |= {"height": True, "width": 40}
    with pytest.raises(ValueError, match="row 0: a.png: height and width are"):
        data.load(coco(tmp_path, annotations=[row], images=images))[0]
    images[0] |= {"height": 31, "width": 40}
    with pytest.raises(ValueError, match=r"row 0 \(id 'a.png'\): the mask is 40 x 31, the picture 40 x 30"):
        data.load(coco(tmp_path, annotations=[row], images=images))[0]
