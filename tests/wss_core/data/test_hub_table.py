"""Loading tables in the Hub's layout: columns, classes, refused values and the row that an error names."""

import json
import pickle
import subprocess
import sys
import zlib

import numpy as np
import pytest
from datasets import ClassLabel, Features, Image, List, Value
from PIL import Image as Pillow
from pyarrow import Table, parquet

from tests.support.hub_tables import CLASSES, PLAIN, folder, make_image, mask, plain, png
from tests.support.paths import DATA, ROOT
from wss_core import data as examples
from wss_core.conventions import UNKNOWN
from wss_core.cues import Box, Point, Stroke
from wss_core.data.formats.hub_location import HubLocation
from wss_core.data.label_map import label_map


def test_rows_become_examples(tmp_path):
    dataset = examples.load(folder(tmp_path, PLAIN | {"group": Value("string")}, plain(group="g")))
    assert (len(dataset), dataset.classes, dataset.split) == (3, CLASSES, "train")
    for i, example in enumerate(dataset):
        assert (example.image == make_image(i)).all()
        assert (example.truth == mask(i)).all()
        assert (example.image.dtype, example.truth.dtype) == (np.uint8, np.uint8)
        assert (example.id, example.group, example.cues.tags) == (f"p{i}", "g", ("cat",))
    assert (dataset[-1].id, dataset[np.int64(1)].id) == ("p2", "p1")
    assert [e.id for e in dataset[1:]] == ["p1", "p2"]
    assert [e.id for e in dataset.subset([2, 0])] == ["p2", "p0"]
    with pytest.raises(IndexError):
        dataset[3]


def test_every_kind_of_cue(tmp_path):
    number, label = Value("float64"), Value("uint8")
    features = PLAIN | {
        "scribble": Image(),
        "points": List(List(Value("int32"))),
        "boxes": List({"x0": number, "y0": number, "x1": number, "y1": number, "label": label}),
        "strokes": List({"label": label, "width": number, "path": List(List(number))}),
        "instances": Image(),
    }
    drawn = np.full((6, 8), UNKNOWN, np.uint8)
    drawn[2, 2:5] = 2
    ids = np.zeros((6, 8), np.uint16)
    ids[1:3, 1:3] = 40_000
    row = {"scribble": png(drawn), "points": [[1, 2, 1]], "instances": png(ids)}
    row["boxes"] = [{"x0": 0, "y0": 1, "x1": 4.5, "y1": 6, "label": 2}]
    row["strokes"] = [{"label": 1, "width": 2, "path": [[0, 0], [3, 4]]}]
    example = examples.load(folder(tmp_path, features, plain(1, **row)))[0]
    assert example.cues.points == (Point(1, 2, 1),)
    assert example.cues.boxes == (Box(0, 1, 4.5, 6, 2),)
    assert example.cues.strokes == (Stroke(1, 2, ((0, 0), (3, 4))),)
    assert (example.cues.labels == drawn).all()
    assert example.instances.dtype == np.int32
    assert (example.instances == ids).all()


def test_the_hubs_form_of_objects(tmp_path):
    objects = {"bbox": List(List(Value("float32"))), "category": List(ClassLabel(names=list(CLASSES)))}
    row = {"objects": {"bbox": [[1, 2, 3, 4]], "category": [2]}}
    example = examples.load(folder(tmp_path, PLAIN | {"objects": objects}, plain(1, **row)))[0]
    assert example.cues.boxes == (Box(1, 2, 4, 6, 2),)


def test_pictures_with_tags_only_have_no_truth(tmp_path):
    example = examples.load(folder(tmp_path, PLAIN, plain(1, mask=None)))[0]
    assert example.truth is None
    assert example.cues.tags == ("cat",)


def test_palette_masks_are_read_as_indices_and_bits_as_labels(tmp_path):
    palette = Pillow.fromarray(mask(0)).convert("P")
    palette.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    rows = plain(1, mask=png(palette)) + plain(1, mask=png(mask(0, count=2).astype(bool)))
    rows += plain(1, mask=png(np.repeat(mask(0)[..., None], 3, axis=2)))
    dataset = examples.load(folder(tmp_path, PLAIN, rows))
    assert (dataset[0].truth == mask(0)).all()
    assert (dataset[1].truth == mask(0, count=2)).all()
    assert (dataset[2].truth == mask(0)).all()


def test_lists_of_masks(tmp_path):
    features = {"image": Image(), "segments": List(Image())}
    rows = [{"image": png(make_image()), "segments": [png(mask(1)), png(mask(2))]}]
    where = folder(tmp_path, features, rows)
    assert examples.load(where)[0].truth is None
    assert (examples.load(where, columns={"mask": "segments[1]"})[0].truth == mask(2)).all()
    assert examples.load(where, columns={"instances": "segments"})[0].instances.max() == 2
    with pytest.raises(ValueError, match=r"row 0 .*there are 2 masks. Choose one by its index"):
        examples.load(where, columns={"mask": "segments"})[0]
    with pytest.raises(ValueError, match=r"row 0: segments holds 2, so there is no segments\[2\]"):
        examples.load(where, columns={"mask": "segments[2]"})[0]


def test_masks_may_be_nested_lists(tmp_path):
    features = PLAIN | {"mask": List(List(Value("int32")))}
    assert (examples.load(folder(tmp_path, features, plain(1, mask=mask().tolist())))[0].truth == mask()).all()


def test_columns_by_other_names(tmp_path):
    features = {
        "name": Value("string"),
        "photo": Image(),
        "annotation": Image(),
        "fine": Image(),
        "label": Value("int32"),
    }
    row = {
        "name": "n",
        "photo": png(make_image()),
        "annotation": png(mask(1)),
        "fine": png(mask(2)),
        "label": 5,
        "tags": [1],
    }
    where = folder(tmp_path, features, [row])
    assert (examples.load(where)[0].truth == mask(1)).all()  # `label` holds no picture
    dataset = examples.load(where, columns={"mask": "fine", "id": "name", "tags": None}, classes=CLASSES)[0]
    assert (dataset.id, dataset.cues.tags) == ("n", None)
    assert (dataset.truth == mask(2)).all()
    assert examples.load(where, columns={"mask": None})[0].truth is None
    with pytest.raises(ValueError, match="does not say what the classes of its masks are called"):
        examples.load(where, columns={"mask": "fine"})  # the tags' names are those of `annotation`
    with pytest.raises(ValueError, match=r"no column 'coarse'. Columns: name, photo"):
        examples.load(where, columns={"mask": "coarse"})
    with pytest.raises(ValueError, match="no role 'label' for a column. Roles: image, mask"):
        examples.load(where, columns={"label": "fine"})
    with pytest.raises(ValueError, match="no column holds the pictures"):
        examples.load(where, columns={"image": None})


def test_tags_of_other_classes_are_left_out_unless_asked_for(tmp_path):
    where = folder(tmp_path, PLAIN, plain(1, tags=[2]))
    coarse = ("background", "animal", "plant")
    assert examples.load(where, classes=coarse)[0].cues.tags is None
    with pytest.raises(ValueError, match="id 'p0'.*has the tag 'dog', which is no class. Add it to the classes, or"):
        examples.load(where, classes=coarse, columns={"tags": "tags"})[0]


def test_classes_may_be_joined(tmp_path):
    features = PLAIN | {"points": List(List(Value("int32")))}
    where = folder(tmp_path, features, plain(2, points=[[0, 0, 2]], tags=[0, 1, 2]))
    joined = examples.load(where, classes={"other": "background", "animal": ["cat", "dog"]})
    assert joined.classes == ("other", "animal")
    assert (joined[1].truth == (mask(1) > 0)).all()
    assert (joined[1].cues.tags, joined[1].cues.points) == (("other", "animal"), (Point(0, 0, 1),))
    part = examples.load(where, classes={"other": ["background"], "dog": ["dog"]})[0]
    assert (part.truth == np.array([0, UNKNOWN, 1], np.uint8)[mask(0)]).all()
    assert part.cues.tags == ("other", "dog")
    with pytest.raises(ValueError, match="'cow' is no class of the data. Its classes: background, cat, dog"):
        examples.load(where, classes={"other": ["background"], "cow": ["cow"]})


@pytest.mark.parametrize(
    ("name", "text", "classes"),
    [
        ("classes.json", json.dumps(list(CLASSES)), CLASSES),
        ("classes.json", json.dumps({"names": list(CLASSES), "more": 1}), CLASSES),
        ("id2label.json", json.dumps(dict(enumerate(CLASSES))), CLASSES),
        ("README.md", "---\nclasses: [background, cat, dog]\n---\n# Cats\n", CLASSES),
        ("classes.json", "{", "is no list of class names"),
        ("classes.json", '{"0": "background", "2": "cat"}', "is no list of class names"),
        ("classes.json", "[1, 2]", "is no list of class names"),
        ("classes.json", '["cat", "cat"]', "class 'cat' is listed twice"),
        ("README.md", "# no names\n", "does not say what the classes"),
    ],
)
def test_class_names_beside_the_data(tmp_path, name, text, classes):
    where = folder(tmp_path, PLAIN, plain(1), names=None)
    (where / name).write_text(text)
    if isinstance(classes, tuple):
        assert examples.load(where).classes == classes
    else:
        with pytest.raises(ValueError, match=classes):
            examples.load(where)
    assert examples.load(where, classes=CLASSES).classes == CLASSES


def test_a_big_file_of_names_is_not_read(tmp_path):
    where = folder(tmp_path, PLAIN, plain(1), names=None)
    (where / "classes.json").write_text(json.dumps(["background", "x" * 1_000_000]))
    with pytest.raises(ValueError, match="above 1,000,000 bytes"):
        examples.load(where)


WRONG = [
    ({"mask": png(mask(shape=(6, 9)))}, "the mask is 9 x 6, the picture 8 x 6. Give them the same size"),
    ({"mask": png(mask() + 3)}, r"the mask holds 3, but there are 3 classes \(0..2, 255 = unknown\)"),
    ({"mask": png(mask().astype(np.uint16) + 300)}, "the mask holds 300"),
    ({"mask": png(make_image())}, "the mask holds colours or fractions, not labels"),
    ({"mask": {"bytes": b"\xff\xd8\xff\xe0 a photo", "path": None}}, "file must keep every number: PNG"),
    ({"mask": {"bytes": png(mask())["bytes"][:60], "path": None}}, "the mask cannot be read"),
    ({"image": {"bytes": b"no picture", "path": None}}, "this is not a picture"),
    ({"image": None}, "it has no picture"),
    ({"tags": [1, 1, 0], "scribble": png(mask(shape=(3, 3)))}, "the scribble is 3 x 3, the picture 8 x 6"),
    ({"scribble": png(mask() + 90)}, "the scribble holds 9"),
    ({"instances": png(mask(shape=(3, 3)))}, "the map of instances is 3 x 3"),
    ({"points": [[1, 1, 3]]}, "holds 3, but there are 3 classes"),
    ({"points": [[9, 1, 1]]}, r"point 0 at \(9, 1\) lies outside the 8 x 6 picture"),
    ({"points": [[1, 1]]}, r"every one must be \[x, y, label\]"),
    ({"points": [[float("nan"), 1, 1]]}, r"points\[0\] holds nan"),
]


@pytest.mark.parametrize(("changed", "words"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_row_is_named(tmp_path, changed, words):
    features = PLAIN | {"scribble": Image(), "instances": Image(), "points": List(List(Value("float32")))}
    dataset = examples.load(folder(tmp_path, features, [*plain(2), *plain(1, id="bad one", **changed)]))
    assert dataset[1].id == "p1"
    with pytest.raises(ValueError, match=rf"{tmp_path.name}, split train, row 2 \(id 'bad one'\): .*{words}"):
        dataset[2]
    with pytest.raises(ValueError, match="row 2 .*bad one"):
        list(dataset)


def test_masks_of_0_and_255_are_not_taken_for_unknown(tmp_path):
    shown = (mask(count=2) * 255).astype(np.uint8)
    where = folder(tmp_path, PLAIN, plain(1, mask=png(shown)), names=CLASSES[:2])
    with pytest.raises(
        ValueError, match=r"row 0 .*255 means unknown. If it is the object here, give values=\{255: 1\}"
    ):
        examples.load(where)[0]
    assert (examples.load(where, values={255: 1})[0].truth == mask(count=2)).all()
    assert (examples.load(where, values={255: 255})[0].truth == shown).all()


def test_values_stand_for_labels(tmp_path):
    where = folder(tmp_path, PLAIN, plain(1, mask=png(mask() * 100)))
    assert (examples.load(where, values={100: 1, 200: 255})[0].truth == np.array([0, 1, 255])[mask()]).all()
    joined = label_map({"a": ["background"], "b": ["cat", "dog"]}, CLASSES, {100: 2})
    assert joined.labels(np.array([[0, 100, 2, 255]])).tolist() == [[0, 1, 1, 255]]


def test_huge_pictures_are_refused_before_they_are_decoded(tmp_path):
    small = png(Pillow.new("1", (1, 1)))["bytes"]
    header = small[12:16] + (60_000).to_bytes(4, "big") * 2 + small[24:29]  # IHDR of 60,000 x 60,000
    bomb = small[:12] + header + zlib.crc32(header).to_bytes(4, "big") + small[33:]
    dataset = examples.load(folder(tmp_path, PLAIN, [*plain(1, image={"bytes": bomb, "path": None})]))
    with pytest.raises(ValueError, match="row 0 .*too many pixels"):
        dataset[0]
    dataset = examples.load(folder(tmp_path / "b", PLAIN, [*plain(1, mask={"bytes": bomb, "path": None})]))
    with pytest.raises(ValueError, match="row 0 .*exceeds limit"):
        dataset[0]


def test_no_file_outside_the_folder_is_opened(tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(png(make_image(9))["bytes"])
    where = folder(tmp_path / "data set", PLAIN, plain(1, image={"bytes": None, "path": str(secret)}))
    with pytest.raises(ValueError, match=r"row 0: .*names the file .* outside .*data set. It is not opened"):
        examples.load(where)[0]
    (where / "inside.png").symlink_to(secret)
    link = plain(1, image={"bytes": None, "path": str(where / "inside.png")})
    with pytest.raises(ValueError, match="It is not opened"):
        examples.load(folder(where, PLAIN, link))[0]
    (where / "inside.png").unlink()
    (where / "inside.png").write_bytes(secret.read_bytes())
    assert (examples.load(where)[0].image == make_image(9)).all()


def test_what_belongs_to_a_data_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    here = HubLocation(".", None, None, None)
    assert here.contains(f"{tmp_path}/a.png")
    assert here.contains(f"zip://a.png::{tmp_path}/b.zip")
    strange = ["http://host/a.png", f"http://host/a::{tmp_path}/b", "/etc/passwd", "../a.png", f"{tmp_path}/../a.png"]
    assert not any(map(here.contains, strange))
    there = HubLocation("ann/cats", None, "0" * 40, None)
    own = f"hf://datasets/ann/cats@{'0' * 40}/a.zip"
    assert there.contains(own)
    assert there.contains(f"zip://x/a.png::{own}")
    strange = [own.replace("cats", "dogs"), own.replace("a.zip", "../a.zip"), str(tmp_path)]
    assert not any(map(there.contains, [*strange, own.replace("0/", "1/")]))


def test_a_card_may_not_name_files_elsewhere(tmp_path):
    folder(tmp_path / "private", PLAIN, plain(1))
    where = tmp_path / "public"
    where.mkdir()
    data = f"data_files:\n  - split: train\n    path: {tmp_path}/private/data/train.parquet\n"
    (where / "README.md").write_text(f"---\nconfigs:\n- config_name: default\n  {data}---\n")
    with pytest.raises(ValueError, match="names the file .*private.*, which is not its own"):
        examples.load(where)


def test_pictures_in_folders_with_metadata(tmp_path):
    for i in range(2):
        (tmp_path / f"{i}.png").write_bytes(png(make_image(i))["bytes"])
        (tmp_path / f"{i}_mask.png").write_bytes(png(mask(i))["bytes"])
    lines = [json.dumps({"file_name": f"{i}.png", "mask_file_name": f"{i}_mask.png"}) for i in range(2)]
    (tmp_path / "metadata.jsonl").write_text("\n".join(lines))
    dataset = examples.load(tmp_path, classes=CLASSES)
    assert len(dataset) == 2
    assert (dataset[1].truth == mask(1)).all()
    streamed = list(examples.load(tmp_path, classes=CLASSES, streaming=True))
    assert (streamed[1].image == make_image(1)).all()


def test_streaming_gives_the_same_in_order(tmp_path):
    where = folder(tmp_path, PLAIN, plain(5))
    streamed = examples.load(where, streaming=True, limit=4)
    assert [e.id for e in streamed] == ["p0", "p1", "p2", "p3"]
    assert [e.id for e in streamed] == ["p0", "p1", "p2", "p3"]  # again
    assert all(
        (a.image == b.image).all() and (a.truth == b.truth).all()
        for a, b in zip(streamed, examples.load(where)[:4], strict=True)
    )
    with pytest.raises(TypeError, match="a streamed data set has no length. Iterate"):
        len(streamed)
    with pytest.raises(TypeError, match="a streamed data set has no indices"):
        streamed[0]
    assert len(examples.load(where, limit=2)) == 2


def test_other_processes_may_have_them(tmp_path):
    for streaming in (False, True):
        dataset = pickle.loads(pickle.dumps(examples.load(folder(tmp_path, PLAIN, plain(2)), streaming=streaming)))
        assert [e.id for e in dataset] == ["p0", "p1"]
        assert len(dataset.revision) == 40


STREAM = """
import sys
from wss_core import examples
for folder in sys.argv[1:]:
    count = sum(1 for _ in examples.read(folder, streaming=True))
    print(count, next(line.split()[1] for line in open("/proc/self/status") if line.startswith("RssAnon")))
"""


def large(path, groups: int):
    """70 MB of pictures in each of some groups of rows."""
    (path / "data").mkdir(parents=True)
    features = Features(PLAIN | {"tags": List(ClassLabel(names=list(CLASSES)))})
    files = [png(make_image(i, (400, 600))) for i in range(4)]
    with parquet.ParquetWriter(path / "data" / "train.parquet", features.arrow_schema) as writer:
        for group in range(groups):
            image = [{"bytes": files[i % 4]["bytes"] + bytes([group, i]), "path": None} for i in range(100)]
            rows = {"id": list(map(str, range(100))), "image": image, "mask": [None] * 100, "tags": [[1]] * 100}
            writer.write_table(Table.from_pydict(rows, features.arrow_schema))
    return str(path)


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_streaming_a_larger_set_takes_no_more_memory(tmp_path):
    """`datasets` by itself keeps what is past, part after part."""
    command = [sys.executable, "-c", STREAM, large(tmp_path / "a", 2), large(tmp_path / "b", 12)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    small, before, big, after = map(int, run.stdout.split())
    assert (small, big) == (200, 1200)
    assert after < before + 200_000, (before, after)  # kB


def test_nothing_is_decoded_before_it_is_asked_for(tmp_path):
    rows = [*plain(1), *plain(1, image={"bytes": b"no picture", "path": None})]
    for streaming in (False, True):
        dataset = iter(examples.load(folder(tmp_path, PLAIN, rows), streaming=streaming))
        assert next(dataset).id == "p0"
        with pytest.raises(ValueError, match="row 1"):
            next(dataset)


def test_the_revision_is_a_hash_of_the_files(tmp_path):
    where = folder(tmp_path, PLAIN, plain(2))
    revision = examples.load(where).revision
    assert len(revision) == 40
    assert examples.load(where, revision=revision).revision == revision
    (where / "classes.json").write_text("[]")
    assert examples.load(where).revision != revision
    with pytest.raises(ValueError, match=f"has changed: its files have the hash .*, not {revision}"):
        examples.load(where, revision=revision)


def test_folders_of_one_name_and_card_are_kept_apart(tmp_path):
    """`datasets` alone would give the first one's rows for all."""
    card = "---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/train.parquet\n---\n"
    for place, count in (("a", 1), ("b", 2), ("b", 3)):
        where = folder(tmp_path / place / "cats", PLAIN, plain(count))
        (where / "README.md").write_text(card)
        assert len(examples.load(where)) == count


def test_what_is_no_data_set(tmp_path):
    with pytest.raises(ValueError, match="there is no file or folder '/no/where/at/all'. Give one, or USER/REPO"):
        examples.load("/no/where/at/all")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="empty cannot be read as a data set"):
        examples.load(tmp_path / "empty")
    where = folder(tmp_path / "one", PLAIN, plain(1))
    with pytest.raises(ValueError, match=r"one has no split 'test'. Should be one of \['train'\]"):
        examples.load(where, "test")
    with pytest.raises(ValueError, match="one has no split 'test'"):
        examples.load(where, "test", streaming=True)
    (where / "data" / "train.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(ValueError, match="one cannot be read as a data set"):
        examples.load(where)
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "train.txt").write_text("a text\n")
    with pytest.raises(ValueError, match="files of the kind text. Known: parquet"):
        examples.load(tmp_path / "text")


SETS = [("acdc", "test"), ("camvid", "validation"), ("clothing", "tagged"), ("nuclei", "validation"), ("voc99", "test")]


@pytest.mark.parametrize(("name", "split"), SETS)
def test_real_data_sets(name, split):
    if not (DATA / name).is_dir():
        pytest.skip(f"needs the data set {name} in {DATA}")
    dataset = examples.load(DATA / name, split, limit=5)
    kinds = {"acdc": {"tags", "labels"}}.get(name, {"tags"})
    for example in dataset:
        assert example.cues.kinds == kinds
        assert (example.truth is None) == (name == "clothing")
        assert (example.instances is not None) == (name == "nuclei")
        if example.truth is not None and name != "camvid":  # whose `tags` count class 0 as an object
            assert {dataset.classes[v] for v in np.unique(example.truth) if 0 < v < 255} == set(example.cues.tags)


def test_a_path_may_go_by_way_of_parent_folders(tmp_path, monkeypatch):
    """As "../data/NAME" from within a project."""
    folder(tmp_path / "set", PLAIN, plain())
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    assert len(examples.load("../set", "train")) == 3
