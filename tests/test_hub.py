"""Segmenters in folders: what is saved comes back, what was not saved by us does not."""

import json
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np
import pytest

from wss_core import methods
from wss_core.hub import load, save
from wss_core.methods import METHODS, create
from wss_core.segmenter import Segmenter
from wss_core.settings import build, parse

GOOD = {"format": 1, "method": "propagate", "settings": {}}


def folder_with(tmp_path, form):
    text = form if isinstance(form, bytes) else json.dumps(form).encode()
    (tmp_path / "config.json").write_bytes(text)
    return tmp_path


@pytest.mark.parametrize("method", METHODS)
def test_saved_is_loaded_equal(method, tmp_path):
    segmenter = method(classes=("background", "cat \U0001f408"))
    folder = save(segmenter, tmp_path / "a" / "b")
    assert load(folder) == load(str(folder)) == segmenter
    assert type(load(folder)) is method
    assert [file.name for file in folder.iterdir()] == ["config.json"]  # no weights, no file


def test_saving_again_leaves_nothing_of_the_old(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"old")
    save(create("grabcut"), tmp_path)
    save(create("propagate"), tmp_path)
    assert load(tmp_path) == create("propagate")


def test_builtin_is_the_interactive_model():
    assert load("builtin") == create("propagate")


@dataclass(kw_only=True)
class Learned(Segmenter):
    """A method with weights, which no method of ours has yet."""

    name: ClassVar[str] = "learned"
    width: int = 3

    def __post_init__(self):
        super().__post_init__()
        self.weights = np.zeros(self.width, np.float32)

    def state(self):
        return {"weights": self.weights}

    def load_state(self, state):
        super().load_state(state)
        self.weights = state["weights"]


def test_weights_come_back(tmp_path, monkeypatch):
    numpy_tensors = pytest.importorskip("safetensors.numpy")
    monkeypatch.setattr(methods, "METHODS", (*METHODS, Learned))
    learned = Learned(width=5)
    learned.weights[:] = range(5)
    again = load(save(learned, tmp_path))
    assert again.width == 5
    np.testing.assert_array_equal(again.weights, range(5))
    numpy_tensors.save_file({"other": learned.weights}, tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match="missing .'weights'., unknown .'other'."):
        load(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"no tensors")
    with pytest.raises(ValueError, match=r"model.safetensors is damaged \(.*Save the segmenter again"):
        load(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(ValueError, match="learned needs model.safetensors"):
        load(tmp_path)


BAD = [
    (b"", "is not JSON"),
    (b"\xff\xfe\x00", "is not JSON"),
    (b"[" * 100_000, "is not JSON"),
    (b" " * 1_000_001, "above 1,000,000 bytes"),
    ([], "must hold format, method, settings and nothing else"),
    ({"method": "propagate", "settings": {}}, "must hold format, method, settings"),
    (GOOD | {"code": "import os"}, "and nothing else"),
    (GOOD | {"settings": []}, "must hold"),
    (GOOD | {"format": 2}, "has format 2; this version reads 1. Update"),
    (GOOD | {"format": True}, "has format True"),
    (GOOD | {"format": "1"}, "has format '1'"),
    (GOOD | {"method": "os.system"}, "names the method 'os.system'. Known: propagate"),
    (GOOD | {"method": "auto"}, "names the method 'auto'"),
    (GOOD | {"method": ["propagate"]}, "names the method"),
    (GOOD | {"settings": {"colour": 1}}, "no such setting"),
    (GOOD | {"settings": {"name": "x"}}, "no such setting"),
    (GOOD | {"settings": {"classes": "cat"}}, "classes is 'cat'"),
    (GOOD | {"settings": {"classes": [1]}}, "classes is"),
    (GOOD | {"settings": {"classes": ["c"] * 255}}, "at most 254 classes"),
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


def test_names_on_the_hub_come_later(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for source in ("user/repo", "nowhere", ""):
        with pytest.raises(ValueError, match="no folder .*USER/REPO from the Hub comes with a later version"):
            load(source)
    with pytest.raises(ValueError, match="config.json is missing"):
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
    told = parse(["a=3", "b=0.5", "c=true", 'd="5"', "e=some text", "f=x=y", "g=[1]", "h="])
    assert told == {"a": 3, "b": 0.5, "c": True, "d": "5", "e": "some text", "f": "x=y", "g": [1], "h": ""}
    for text in ("side", "=3", ""):
        with pytest.raises(ValueError, match="a setting is written key=value"):
            parse([text])


@pytest.mark.parametrize("features", ["timm:local-dir:/etc", "timm:local-dir:some/folder"])
def test_a_path_in_the_settings_is_neither_saved_nor_loaded(tmp_path, features):
    with pytest.raises(ValueError, match="cannot save: the setting features names a folder of one machine"):
        save(create("propagate", features=features), tmp_path)
    form = {"format": 1, "method": "propagate", "settings": {"features": features}}
    (tmp_path / "config.json").write_text(json.dumps(form))
    with pytest.raises(ValueError, match="cannot load: the setting features names a folder of one machine"):
        load(tmp_path)
