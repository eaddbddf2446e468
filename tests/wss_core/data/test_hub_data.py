"""Loading data sets of the Hub, and pushing weak versions to it, with the real clients."""

import json
import re

import datasets
import numpy as np
import pytest
from huggingface_hub import DatasetCard, HfApi, constants

from tests.support.hub_tables import CLASSES, PLAIN, folder, make_image, mask, plain, png
from wss_core import data
from wss_core.__main__ import main
from wss_core.cues import Cues, CueSpec
from wss_core.cues.cue_spec import KINDS
from wss_core.cues.from_masks import simulate_cues
from wss_core.data.weak_version.publish import push, save
from wss_core.data.weak_version.rows import WeakVersion
from wss_core.hub_client import HubError

api = HfApi()
NAME = "ann/cats"


def put(hub, where, name=NAME, **more) -> str:
    """The folder as a data set on the Hub; the commit's hash."""
    files = {str(path.relative_to(where)): path.read_bytes() for path in where.rglob("*") if path.is_file()}
    return hub.put(name, files | more, kind="datasets")


@pytest.fixture
def cats(hub_server, tmp_path):
    """A data set of three pictures on the Hub, and the hash of its commit."""
    return put(hub_server, folder(tmp_path / "cats", PLAIN, plain(3)))


def test_a_data_set_at_a_revision(hub_server, cats, tmp_path):
    api.create_tag(NAME, tag="v1", repo_type="dataset")
    later = put(hub_server, folder(tmp_path / "more", PLAIN, plain(5)))
    old, new = data.load(NAME, revision="v1"), data.load(NAME)
    assert (old.revision, len(old), new.revision, len(new)) == (cats, 3, later, 5)
    assert len(data.load(NAME, revision=cats)) == 3
    assert (old.classes, old[1].id) == (CLASSES, "p1")
    assert (old[1].image == make_image(1)).all()
    assert (old[1].truth == mask(1)).all()


def test_streaming_fetches_no_more_than_it_reads(hub_server, cats):
    streamed = data.load(NAME, streaming=True, limit=2)
    assert streamed.revision == cats
    assert [e.id for e in streamed] == ["p0", "p1"]
    assert not any("GET" in line and ".parquet" in line and "train" not in line for line in hub_server.asked)


def test_a_failing_hub_gives_no_other_revision(hub_server, tmp_path):
    """`datasets` alone would give whatever it has of that name."""
    name = "ann/failing"  # clients remember what they listed of a commit
    put(hub_server, folder(tmp_path / "few", PLAIN, plain(3)), name)
    assert len(data.load(name)) == 3
    later = put(hub_server, folder(tmp_path / "more", PLAIN, plain(5)), name)
    for pattern in ("/tree/", "/resolve/.*parquet"):
        hub_server.fail(pattern, 403, 20)
        with pytest.raises(HubError, match="403"):
            data.load(name, revision=later)
        hub_server.mishaps.clear()
    assert len(data.load(name, revision=later)) == 5


def test_what_was_read_can_be_read_offline(hub_server, cats, tmp_path, monkeypatch):
    data.load(NAME)
    put(hub_server, folder(tmp_path / "more", PLAIN, plain(5)))
    data.load(NAME)
    hub_server.asked.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    assert [len(data.load(NAME, revision=cats)), len(data.load(NAME))] == [3, 5]
    with pytest.raises(HubError, match="ann/dogs is not in the cache, and HF_HUB_OFFLINE forbids to fetch it"):
        data.load("ann/dogs")
    assert hub_server.asked == []


def test_class_names_of_the_card_and_of_files(hub_server, tmp_path):
    where = folder(tmp_path, PLAIN, plain(1), names=None)
    put(hub_server, where, "ann/one", **{"classes.json": b'["background", "cat", "dog"]'})
    put(hub_server, where, "ann/two", **{"README.md": b"---\nclasses: [background, cat, dog]\n---\n"})
    put(hub_server, where, "ann/three", **{"classes.json": b'["' + b"x" * 1_000_000 + b'"]'})
    assert data.load("ann/one").classes == CLASSES
    assert data.load("ann/two").classes == CLASSES
    hub_server.asked.clear()
    with pytest.raises(ValueError, match="ann/three does not say what the classes"):
        data.load("ann/three")
    assert not any("classes.json" in line and line.startswith("GET") for line in hub_server.asked)  # too big to fetch


def test_several_configurations(hub_server, tmp_path):
    folder(tmp_path / "small", PLAIN, plain(1))
    folder(tmp_path / "large", PLAIN, plain(4))
    rows = "".join(
        f"- config_name: {n}\n  data_files:\n  - split: train\n    path: {n}/data/*\n" for n in ("small", "large")
    )
    put(hub_server, tmp_path, **{"README.md": f"---\nconfigs:\n{rows}---\n".encode()})
    assert len(data.load(f"{NAME}:large")) == 4
    with pytest.raises(ValueError, match="(?s)small.*large"):
        data.load(NAME)
    with pytest.raises(ValueError, match="huge"):
        data.load(f"{NAME}:huge")


def test_pictures_in_folders_on_the_hub(hub_server):
    files = {f"{i}{part}.png": png(a)["bytes"] for i in range(2) for part, a in (("", make_image(i)), ("_m", mask(i)))}
    files["metadata.csv"] = b"file_name,mask_file_name\n0.png,0_m.png\n1.png,1_m.png\n"
    hub_server.put(NAME, files, kind="datasets")
    for streaming in (False, True):
        dataset = list(data.load(NAME, classes=CLASSES, streaming=streaming))
        assert (dataset[1].image == make_image(1)).all()
        assert (dataset[1].truth == mask(1)).all()


def test_strangers_name_no_file_of_this_machine(hub_server, tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(png(make_image(9))["bytes"])
    put(hub_server, folder(tmp_path / "a", PLAIN, plain(1, image={"bytes": None, "path": str(secret)})))
    for streaming in (False, True):
        with pytest.raises(ValueError, match="row.* names the file .*secret.png.* outside ann/cats. It is not opened"):
            list(data.load(NAME, streaming=streaming))
    remote = {"bytes": None, "path": f"hf://datasets/ann/other@{'0' * 40}/x.png"}
    put(hub_server, folder(tmp_path / "b", PLAIN, plain(1, image=remote)), "ann/b")
    with pytest.raises(ValueError, match="outside ann/b. It is not opened"):
        list(data.load("ann/b", streaming=True))


@pytest.mark.parametrize("elsewhere", ["{0}/train.parquet", "{1}/private.parquet", "s3://ann/private.parquet"])
def test_a_strangers_card_names_no_file_elsewhere(hub_server, tmp_path, elsewhere):
    where = folder(tmp_path / "private", PLAIN, plain(1)) / "data"
    path = elsewhere.format(where, hub_server.url)
    card = f"---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: {path}\n---\n"
    hub_server.put(NAME, {"README.md": card.encode(), "data/train.parquet": b""}, kind="datasets")
    with pytest.raises(ValueError, match="(names the file|belong|cannot be read|cannot be reached)"):
        data.load(NAME)


def test_code_and_pickles_in_a_data_set_are_not_run(hub_server, cats, tmp_path):
    mark = tmp_path / "ran"
    script = f"import pathlib; pathlib.Path({str(mark)!r}).touch()\n".encode()
    pickled = b"cos\nsystem\n(S'touch " + str(mark).encode() + b"'\ntR."
    hub_server.put(NAME, {"load.py": script, "data.pkl": pickled}, kind="datasets")
    assert len(data.load(NAME)) == 3
    hub_server.put(NAME, {"cats.py": script}, kind="datasets")
    hub_server.put("ann/pickled", {"train.pkl": pickled}, kind="datasets")
    for name in (NAME, "ann/pickled"):
        with pytest.raises(ValueError, match=f"{name} cannot be read as a data set"):
            data.load(name)
    assert not mark.exists()


def test_what_the_hub_does_not_give(hub_server, cats):
    with pytest.raises(HubError, match="there is no ann/dogs on .* that you may see"):
        data.load("ann/dogs")
    with pytest.raises(HubError, match="ann/cats has no revision v9"):
        data.load(NAME, revision="v9")
    with pytest.raises(ValueError, match="ann/cats has no split 'test'"):
        data.load(NAME, "test")
    hub_server.mishaps.clear()
    assert len(data.load(NAME)) == 3


def test_a_fault_of_the_hub(hub_server, cats):
    hub_server.fail("GET .*/resolve/.*parquet", 500, 20)
    with pytest.raises(HubError, match="the Hub has a fault of its own"):
        data.load(NAME)
    hub_server.mishaps.clear()
    assert len(data.load(NAME)) == 3


def test_private_data_sets_need_their_token(hub_server, tmp_path):
    where = folder(tmp_path, PLAIN, plain(1))
    files = {"data/train.parquet": (where / "data" / "train.parquet").read_bytes()}
    hub_server.put("bob/cats", files, kind="datasets", private=True)
    with pytest.raises(HubError, match="there is no bob/cats"):
        data.load("bob/cats")
    assert len(data.load("bob/cats", token="hf_bob")) == 1
    assert len(list(data.load("bob/cats", token="hf_bob", streaming=True))) == 1


def test_a_dropped_connection_leaves_nothing_half_read(hub_server, cats):
    hub_server.drop(r"GET .*/resolve/.*parquet", 20)
    with pytest.raises(ValueError, match="(connection broke|cannot be read)"):
        data.load(NAME)
    hub_server.mishaps.clear()
    assert [e.id for e in data.load(NAME)] == ["p0", "p1", "p2"]


# Weak versions.


def scenes(path, count=4):
    """Pictures large enough to draw on; the last is empty."""
    rows = []
    for i in range(count):
        truth = np.zeros((40, 60), np.uint8)
        if i < count - 1:
            truth[5:20, 5:25], truth[22:38, 30 : 40 + i] = 1, 2
        rows.append({"id": f"s{i}", "image": png(make_image(i, (40, 60))), "mask": png(truth), "tags": [1]})
    return data.load(folder(path, PLAIN, rows))


@pytest.mark.parametrize("kind", KINDS)
def test_a_weak_version_reads_back_as_it_was_made(tmp_path, kind):
    source = scenes(tmp_path / "source")
    summary = save(WeakVersion(source, CueSpec(kind, jitter=0.1), seed=3), tmp_path / "weak")
    dataset = data.load(tmp_path / "weak")
    assert (dataset.classes, len(dataset), summary.images) == (CLASSES, 4, 4)
    for given, made in zip(source, dataset, strict=True):
        expected = simulate_cues(given, CueSpec(kind, jitter=0.1), seed=3, classes=CLASSES).cues
        assert json.loads(made.cues.to_json(CLASSES)) == json.loads(expected.to_json(CLASSES))
        assert (made.image == given.image).all()
        assert (made.id, made.truth) == (given.id, None)
    assert summary.seconds == pytest.approx(sum(e.cues.seconds(CLASSES) for e in dataset))


def test_pictures_travel_as_the_files_they_are(tmp_path):
    source = scenes(tmp_path / "source")
    save(WeakVersion(source, CueSpec("points"), truth=True), tmp_path / "weak")
    dataset = data.load(tmp_path / "weak")
    assert [file for file, _ in dataset.with_files()] == [file for file, _ in source.with_files()]
    assert all((a.truth == b.truth).all() for a, b in zip(source, dataset, strict=True))


def test_other_splits_and_words_in_a_folder_stay(tmp_path):
    source = scenes(tmp_path / "source")
    card = tmp_path / "weak" / "README.md"
    save(WeakVersion(source, CueSpec("points")), tmp_path / "weak")
    card.write_text(
        card.read_text().replace("# source with weak labels", "# My cats\n\nBy me.").replace("unknown", "mit")
    )
    save(WeakVersion(source, CueSpec("boxes")), tmp_path / "weak")
    folder(tmp_path / "source", PLAIN, plain(2), "test")
    whole = data.load(tmp_path / "source", "test", limit=1)
    save(WeakVersion(whole, CueSpec("none"), truth=True), tmp_path / "weak")
    text = card.read_text()
    assert text.count("By me.") == text.count("license: mit") == text.count("## `train`: boxes") == 1
    assert "`train`: points" not in text
    assert data.load(tmp_path / "weak")[0].cues.kinds == {"boxes"}
    assert (data.load(tmp_path / "weak", "test")[0].truth == mask(0)).all()


def test_the_card_says_what_it_is_and_what_it_cost(tmp_path, monkeypatch):
    source = scenes(tmp_path / "source")
    (tmp_path / "source" / "README.md").write_text("---\nlicense: cc-by-4.0\n---\n")
    save(WeakVersion(source, CueSpec("scribbles", strokes=2), seed=7), tmp_path / "weak")
    text = (tmp_path / "weak" / "README.md").read_text()
    card = DatasetCard(text)
    assert card.data.license == "cc-by-4.0"
    assert {"weakly-supervised-segmentation", "scribbles"} <= set(card.data.tags)
    assert "seed=7, per='class', strokes=2, background=True" in text
    assert (
        "4 pictures, 0.06 hours of labelling (55.0 s a picture)" in text
    )  # 3 x 6 strokes, 2 strokes and 2 s of looking
    assert f"source, split train, revision `{source.revision}`" in text
    assert str(tmp_path) not in text
    program = re.search("```python\n(.*?)```", text, re.DOTALL)[1]
    monkeypatch.chdir(tmp_path)
    exec(program, {})


def test_a_weak_version_is_pushed_and_read_by_anyone(hub_server, tmp_path):
    source = scenes(tmp_path / "source")
    summary, commit = push(WeakVersion(source, CueSpec("boxes")), "ann/weak")
    assert api.dataset_info("ann/weak").sha == commit
    assert summary.images == 4
    dataset = data.load("ann/weak", revision=commit)
    assert dataset.classes == CLASSES
    assert [e.cues.kinds for e in dataset] == [{"boxes"}] * 3 + [{"tags"}]
    rows = datasets.load_dataset("ann/weak", split="train")
    assert rows.features["tags"].feature.names == list(CLASSES)
    assert rows[0]["boxes"][0] == {"x0": 5, "y0": 5, "x1": 25, "y1": 20, "label": 1}
    assert rows[0]["image"].size == (60, 40)
    assert '"ann/weak", "train"' in hub_server.files("ann/weak", kind="datasets")["README.md"].decode()


def test_a_push_keeps_other_splits_and_others_words(hub_server, tmp_path):
    source = scenes(tmp_path / "source")
    push(WeakVersion(source, CueSpec("points")), "ann/weak")
    card = hub_server.files("ann/weak", kind="datasets")["README.md"].decode()
    hub_server.put("ann/weak", {"README.md": (card + "\nBob was here.\n").encode(), "notes.txt": b"n"}, kind="datasets")
    folder(tmp_path / "source", PLAIN, plain(2), "test")
    push(WeakVersion(data.load(tmp_path / "source", "test"), CueSpec("none"), truth=True), "ann/weak")
    files = hub_server.files("ann/weak", kind="datasets")
    assert files["notes.txt"] == b"n"
    text = files["README.md"].decode()
    assert all(text.count(words) == 1 for words in ("Bob was here.", "## `train`: points", "## `test`: none"))
    assert data.load("ann/weak")[0].cues.kinds == {"points"}
    assert len(data.load("ann/weak", "test")) == 2


def test_a_push_while_others_push(hub_server, tmp_path):
    """The head moves twice: while the rows go up, and before the card does."""
    source = scenes(tmp_path / "source")
    push(WeakVersion(source, CueSpec("points")), "ann/weak")

    def write():
        card = hub_server.files("ann/weak", kind="datasets")["README.md"]
        hub_server.put("ann/weak", {"README.md": card + b"\nBob was here.\n"}, kind="datasets")

    hub_server.before("POST .*/commit/", lambda: hub_server.put("ann/weak", {"other.txt": b"x"}, kind="datasets"))
    hub_server.before("POST .*/commit/", lambda: None)
    hub_server.before("POST .*/commit/", write)
    _, commit = push(WeakVersion(source, CueSpec("boxes")), "ann/weak")
    files = hub_server.files("ann/weak", kind="datasets")
    assert files["other.txt"] == b"x"
    assert files["README.md"].count(b"Bob was here.") == files["README.md"].count(b"## `train`: boxes") == 1
    assert api.dataset_info("ann/weak").sha == commit
    assert data.load("ann/weak")[0].cues.kinds == {"boxes"}


def test_a_push_as_a_pull_request(hub_server, tmp_path):
    source = scenes(tmp_path / "source")
    push(WeakVersion(source, CueSpec("points")), "ann/weak")
    push(WeakVersion(source, CueSpec("boxes")), "ann/weak", create_pr=True)
    assert data.load("ann/weak")[0].cues.kinds == {"points"}
    asked = data.load("ann/weak", revision="refs/pr/1")
    assert asked[0].cues.kinds == {"boxes"}
    assert "## `train`: boxes" in hub_server.files("ann/weak", "refs/pr/1", kind="datasets")["README.md"].decode()


def test_what_may_not_be_pushed(hub_server, tmp_path):
    source = scenes(tmp_path / "source")
    with pytest.raises(HubError, match="you may not do this to bob/weak"):
        push(WeakVersion(source, CueSpec("points")), "bob/weak")
    with pytest.raises(HubError, match="'no name' is no name on the Hub"):
        push(WeakVersion(source, CueSpec("points")), "no name")
    hub_server.fail("POST .*/commit/", 503, 10)
    with pytest.raises(HubError, match="the Hub has a fault of its own"):
        push(WeakVersion(source, CueSpec("points")), "ann/weak")


# The command.


def test_the_command_says_what_cues_cost(tmp_path, capsys):
    scenes(tmp_path / "source")
    assert main(["weaken", str(tmp_path / "source"), "--cue", "tags"]) == 0
    assert capsys.readouterr().out == "tags: 4 pictures, 0.00 hours of labelling (2.0 s a picture)\n"
    assert main(["weaken", str(tmp_path / "source"), "--cue", "full", "--limit", "1"]) == 0
    assert "1 pictures, 0.04 hours of labelling (158.0 s a picture)" in capsys.readouterr().out


def test_the_command_writes_a_folder(tmp_path, capsys):
    scenes(tmp_path / "source")
    options = ["--cue", "points", "--per", "object", "--points", "2", "--no-background", "--seed", "5", "--with-masks"]
    assert main(["weaken", str(tmp_path / "source"), *options, "--out", str(tmp_path / "weak")]) == 0
    dataset = data.load(tmp_path / "weak")
    assert [len(e.cues.points) for e in dataset] == [4, 4, 4, 0]
    assert dataset[0].truth is not None
    assert "points: 4 pictures" in capsys.readouterr().out


def test_the_command_reads_and_pushes(hub_server, tmp_path, capsys):
    rows = plain(2, mask=png((mask(count=2) * 255).astype(np.uint8)))
    where = folder(
        tmp_path,
        {"id": PLAIN["id"], "image": PLAIN["image"], "odd": PLAIN["mask"]},
        [r | {"odd": r["mask"]} for r in rows],
        names=None,
    )
    put(hub_server, where)
    reading = ["--column", "mask=odd", "--classes", "background,cat", "--value", "255=1", "--split", "train"]
    assert main(["weaken", NAME, "--cue", "full", *reading, "--push", "ann/weak", "--private"]) == 0
    assert f"commit {api.dataset_info('ann/weak').sha}" in capsys.readouterr().out
    assert (data.load("ann/weak")[0].cues.labels == mask(count=2)).all()
    assert api.dataset_info("ann/weak").private


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--column", "mask"], "'mask' is not --column ROLE=NAME"),
        (["--value", "a=1"], "--value takes whole numbers"),
        (["--share", "2", "--cue", "partial"], r"a share in \(0, 1\]"),
        (["--split", "nope"], "has no split 'nope'"),
        (["--column", "mask="], "has no mask to make points from"),
    ],
)
def test_the_command_refuses_with_a_sentence(tmp_path, capsys, options, words):
    scenes(tmp_path / "source")
    assert main(["weaken", str(tmp_path / "source"), "--cue", "points", *options]) == 2
    assert re.search(words, capsys.readouterr().err)


def test_cues_not_told_stay_not_told(tmp_path):
    source = scenes(tmp_path / "source")
    save(WeakVersion(source, CueSpec("none")), tmp_path / "weak")
    assert data.load(tmp_path / "weak")[3].cues == Cues()
