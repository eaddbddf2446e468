"""Segmenters in folders: what is saved comes back, what was not saved by us does not."""

import json
import os
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from wss_core.hub import load, save
from wss_core.methods import METHODS, create
from wss_core.methods.settings import build, parse

GOOD = {"format": 2, "method": "propagate", "settings": {}, "training": {}}


def folder_with(tmp_path, form):
    text = form if isinstance(form, bytes) else json.dumps(form).encode()
    (tmp_path / "config.json").write_bytes(text)
    return tmp_path


def test_a_folder_holds_no_more_than_it_must(tmp_path):
    segmenter = create("grabcut", classes=("background", "cat \U0001f408"))
    segmenter.training = {"images": 3, "cues": {"points": 3}, "seed": None}
    folder = save(segmenter, tmp_path / "a" / "b")
    assert load(folder) == load(str(folder)) == segmenter
    assert load(folder).training == segmenter.training
    assert [file.name for file in folder.iterdir()] == ["config.json"]  # no weights, no file


def test_saving_again_leaves_nothing_of_the_old(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"old")
    save(create("grabcut"), tmp_path)
    save(create("propagate"), tmp_path)
    assert load(tmp_path) == create("propagate")


def test_builtin_is_the_interactive_model():
    assert load("builtin") == create("propagate")


DEEP = [[[[[[[1]]]]]]]
HUGE = 10**400
BAD = [
    (b"", "is not JSON"),
    (b"\xff\xfe\x00", "is not JSON"),
    (b"[" * 100_000, "is not JSON"),
    (b" " * 1_000_001, "above 1,000,000 bytes"),
    ([], "must hold format, method, settings, training. Save"),
    ({"method": "propagate", "settings": {}}, "must hold format, method, settings, training"),
    ({"format": 2, "method": "propagate", "settings": {}}, "must hold format, method, settings, training"),
    (GOOD | {"settings": []}, "must hold"),
    (GOOD | {"training": "much"}, "must hold"),
    (GOOD | {"format": 3}, "has format 3; this version reads 2. A newer version saved it: update wss-core"),
    (GOOD | {"format": 1}, "has format 1; this version reads 2. Save the segmenter again"),
    (GOOD | {"format": True}, "has format True"),
    (GOOD | {"format": "2"}, "has format '2'"),
    (GOOD | {"training": {"cues": {"points": HUGE}}}, r"of about 401 digits \(training.cues.points\)"),
    (GOOD | {"training": {"notes": ["\ud800"]}}, r"no Unicode \(training.notes\)"),
    (GOOD | {"training": {"\ud800": 1}}, r"no Unicode \(training\)"),
    (GOOD | {"method": "os.system"}, "names the method 'os.system'. Known: propagate"),
    (GOOD | {"method": "auto"}, "names the method 'auto'"),
    (GOOD | {"method": ["propagate"]}, "names the method"),
    (GOOD | {"settings": {"colour": 1}}, "no such setting as .colour.*If a newer version saved it, update wss-core"),
    (GOOD | {"settings": {"name": "x"}}, "no such setting"),
    (GOOD | {"settings": {"training": {}}}, "no such setting"),
    (GOOD | {"settings": {"classes": "cat"}}, "classes is 'cat'"),
    (GOOD | {"settings": {"classes": [1]}}, "classes is"),
    (GOOD | {"settings": {"classes": ["c"] * 255}}, "at most 254 classes"),
    (GOOD | {"method": "grabcut", "settings": {"iterations": 10**9}}, "iterations is 1000000000. Give 1 to 100"),
    (GOOD | {"settings": {"side": float("nan")}}, "a number that is not finite"),
    (GOOD | {"training": {"seconds": float("inf")}}, "a number that is not finite"),
    (json.dumps(GOOD).replace("{}}", '{"seconds": 1e999}}').encode(), "a number that is not finite"),
    (GOOD | {"training": {"terms": DEEP}}, "more than 6 lists or objects deep"),
    (GOOD | {"training": {"note": "x" * 10_001}}, "a text above 10,000 characters"),
    (GOOD | {"training": {"x" * 10_001: 1}}, "a text above 10,000 characters"),
]


@pytest.mark.parametrize(("form", "words"), BAD, ids=range(len(BAD)))
def test_foreign_configs_are_refused(form, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        load(folder_with(tmp_path, form))


def test_a_good_config_is_taken(tmp_path):
    assert load(folder_with(tmp_path, GOOD)) == create("propagate")


def test_weights_that_a_method_does_not_take(tmp_path):
    (folder_with(tmp_path, GOOD) / "model.safetensors").write_bytes(b"")
    with pytest.raises(ValueError, match="propagate takes no model.safetensors"):
        load(tmp_path)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_links_are_not_followed(name, tmp_path):
    folder = save(create("propagate"), tmp_path / "real")
    other = folder_with(tmp_path, GOOD) / "config.json"
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(other)
    for action in (lambda: load(folder), lambda: save(create("propagate"), folder)):
        with pytest.raises(ValueError, match=f"{name} is a link. Copy the file"):
            action()


def test_what_is_neither_a_folder_nor_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for source in ("nowhere", "", "/etc/passwd", "a/b/c", "../x/y", "~/x", tmp_path / "nowhere"):
        with pytest.raises(ValueError, match="no folder .*Give a folder written by save, USER/REPO of the Hub, or"):
            load(source)
    with pytest.raises(ValueError, match="config.json of .* is missing"):
        load(tmp_path)


def wrong(default):
    """A value of another type than the setting's default."""
    return 3 if isinstance(default, str) else "three"


@pytest.mark.parametrize("method", METHODS)
def test_settings_have_the_type_of_their_default(method):
    for field in fields(method):
        if field.default is not None:
            with pytest.raises(ValueError, match=f"{method.name}: {field.name} is .*Give a value like"):
                build(method.name, {field.name: wrong(field.default)})
    assert build(method.name, create(method.name).settings()) == create(method.name)


def test_settings_of_the_command_line():
    settings = parse(["a=3", "b=0.5", "c=true", 'd="5"', "e=some text", "f=x=y", "g=[1]", "h="])
    assert settings == {"a": 3, "b": 0.5, "c": True, "d": "5", "e": "some text", "f": "x=y", "g": [1], "h": ""}
    for text in ("side", "=3", ""):
        with pytest.raises(ValueError, match="a setting is written key=value"):
            parse([text])


PATHS = ["timm:local-dir:/etc", "timm:local-dir:some/folder", "timm:LOCAL-DIR:/etc", "timm:lo\tcal-dir:/etc", "/etc/x"]
PATHS += [
    "timm: local-dir:/etc",
    "timm:hf-hub:../../etc/x",
    "timm:file:///etc",
    "..",
    "~",
    "C:x",
    "a\\b",
    "http://x.org/a",
]


@pytest.mark.parametrize("features", PATHS)
def test_a_path_in_the_settings_is_not_loaded(tmp_path, features):
    form = GOOD | {"settings": {"features": features}}
    with pytest.raises(
        ValueError, match="cannot load .*the setting features names a folder of one machine, or an addre"
    ):
        load(folder_with(tmp_path, form))
    with pytest.raises(ValueError, match="the setting terms names a folder"):
        load(folder_with(tmp_path, GOOD | {"settings": {"terms": [{"a": features}]}}))


def test_a_path_in_the_settings_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match="cannot save propagate: the setting features names a folder of one machine"):
        save(create("propagate", features="timm:local-dir:/etc"), tmp_path / "a")
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("features", ["timm:resnet50.a1_in1k", "timm:hf-hub:user/tiny-net@v1.0", "colour"])
def test_names_of_networks_travel(tmp_path, features):
    assert load(save(create("propagate", features=features), tmp_path)).features == features


def test_class_names_may_hold_anything(tmp_path):
    classes = ("background", "a/b", "C:\\", "../..", "")
    assert load(save(create("propagate", classes=classes), tmp_path)).classes == classes


@pytest.mark.parametrize(
    ("training", "words"),
    [({"a": np.float32(1)}, "not JSON serializable"), ({"a": float("nan")}, "JSON compliant"), ({"a": DEEP}, "deep")],
)
def test_what_could_not_be_loaded_is_not_saved(training, words, tmp_path):
    segmenter = create("propagate")
    segmenter.training = training
    with pytest.raises(ValueError, match=f"cannot save propagate: .*{words}"):
        save(segmenter, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_save_leaves_nothing_that_loads(tmp_path, monkeypatch):
    save(create("grabcut"), tmp_path)
    replace = os.replace

    def fails(source, target):
        if Path(target).name == "config.json":
            raise OSError(28, "No space left on device", str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(OSError, match="No space left"):
        save(create("propagate"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_newer_version_added_is_kept_and_said_once(tmp_path, caplog):
    """Beside the known keys, and inside "training"; both are there again when the segmenter is saved."""
    document = GOOD | {"lineage": ["a", "b"], "code": "import os", "training": {"curriculum": {"stage": 3}}}
    (tmp_path / "newer").mkdir()
    segmenter = load(folder_with(tmp_path / "newer", document))
    assert [record.getMessage() for record in caplog.records] == [
        f"config.json of {tmp_path / 'newer'} holds more than this version knows ('code', 'lineage'): kept as it is"
    ]
    again = json.loads((save(segmenter, tmp_path / "again") / "config.json").read_text())
    for key in ("lineage", "code", "training"):
        assert again[key] == document[key]
