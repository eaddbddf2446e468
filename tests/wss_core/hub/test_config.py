"""Settings of strangers for methods that learn: a config.json that names a giant makes none."""

import contextlib
import json

import pytest
import torch

from tests.support.scenes import fitted
from wss_core import networks
from wss_core.hub import load, save
from wss_core.methods import METHODS
from wss_core.networks import classification_net

NETWORKS = [method for method in METHODS if "backbone" in method.__dataclass_fields__]
GIANT = "timm:vit_giant_patch14_dinov2"  # 1.1 billion weights


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """{method: folder of a checkpoint of it}."""
    return {method: save(fitted(method), tmp_path_factory.mktemp(method.name)) for method in METHODS if method.learns}


@pytest.fixture
def made(monkeypatch):
    """The devices on which networks were made."""
    devices = []
    for place in (networks, classification_net):
        real = place.build

        def build(*arguments, real=real, **settings):
            devices.append(torch.get_default_device().type)
            return real(*arguments, **settings)

        monkeypatch.setattr(place, "build", build)
    return devices


def changed(folder, tmp_path, **settings):
    """The checkpoint with other settings."""
    form = json.loads((folder / "config.json").read_text())
    form["settings"] |= settings
    (tmp_path / "config.json").write_text(json.dumps(form))
    (tmp_path / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
    return tmp_path


@pytest.mark.parametrize("method", NETWORKS)
def test_weights_that_do_not_fit_are_refused_before_a_network_is_made(method, folders, tmp_path, made):
    with pytest.raises(ValueError, match=f"weights do not fit {method.name}: missing .*unknown .*other shapes"):
        load(changed(folders[method], tmp_path, backbone=GIANT))
    assert set(made) == {"meta"}  # where weights have shapes and no memory
    made.clear()
    load(folders[method])
    assert made.count("cpu") == made.count("meta") > 0


@pytest.mark.parametrize("method", NETWORKS)
@pytest.mark.parametrize("channels", [2, 10**9, -1])
def test_channels_are_those_of_pictures(method, channels, folders, tmp_path):
    with pytest.raises(ValueError, match=f"channels is {channels}. Give 1 for grey pictures, 3 for others"):
        load(changed(folders[method], tmp_path, channels=channels))


@pytest.mark.parametrize("method", [method for method in METHODS if method.learns])
@pytest.mark.parametrize("value", [10**9, 0, -1])
@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
def test_no_number_of_a_stranger_is_followed_by_more_than_a_sentence(method, value, folders, tmp_path):
    """Each whole number in turn: the checkpoint is refused with a sentence, or loaded, in the memory of a small one."""
    for name, default in method().settings().items():
        if isinstance(default, int) and not isinstance(default, bool):
            with contextlib.suppress(ValueError):
                assert type(load(changed(folders[method], tmp_path, **{name: value}))) is method
