"""Networks of timm's on the Hub as features: their safetensors are read, and nothing else that lies there."""

import json

import numpy as np
import pytest
import timm
import torch

from tests.support.loopback.store import File
from tests.support.pickle_trap import Trap
from wss_core import features
from wss_core.features import timm_backbone
from wss_core.hub import load, push
from wss_core.methods import create

IMAGE = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)


@pytest.fixture
def tiny(hub_server, tmp_path, monkeypatch):
    """{name in the repository: content} of a small network, which lies at ann/tiny."""
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    timm.models.save_for_hf(timm.create_model("test_resnet"), tmp_path / "tiny", safe_serialization=True)
    files = {file.name: file.read_bytes() for file in (tmp_path / "tiny").iterdir()}
    hub_server.put("ann/tiny", files)
    yield files
    timm_backbone.load.cache_clear()


def test_they_are_as_in_a_folder(tiny, hub_server, tmp_path):
    sha = hub_server.put("ann/tiny", {"README.md": b"text"})
    wanted = features.extract(f"timm:local-dir:{tmp_path}/tiny", IMAGE, (15, 20))
    for name in ("timm:hf-hub:ann/tiny", f"timm:hf-hub:ann/tiny@{sha}"):
        np.testing.assert_array_equal(features.extract(name, IMAGE, (15, 20)), wanted)
    assert timm_backbone.architecture("hf-hub:ann/tiny") == ("test_resnet", "")


def test_a_checkpoint_may_name_one(tiny):
    method = create("propagate", features="timm:hf-hub:ann/tiny", spread="live")
    push(method, "ann/one")
    assert load("ann/one").prepare(IMAGE).nbytes == method.prepare(IMAGE).nbytes


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pth", "open_clip_pytorch_model.bin"])
def test_pickles_are_not_read(name, tiny, hub_server, tmp_path):
    torch.save({"conv1.weight": Trap()}, tmp_path / "pickle")
    pickled = File((tmp_path / "pickle").read_bytes(), lfs=True)
    hub_server.put("ann/bad", {"config.json": tiny["config.json"], name: pickled})
    with pytest.raises(ValueError, match=r"no pretrained weights for timm:hf-hub:ann/bad .*holds no model.safetensors"):
        features.extract("timm:hf-hub:ann/bad", IMAGE, (15, 20))
    assert not any(line.endswith(name) for line in hub_server.asked)
    assert not (tmp_path / "trap-was-sprung").exists()


def test_a_config_does_not_lead_elsewhere(tiny, hub_server, tmp_path):
    """Whatever it says of files and addresses, the weights are those beside it."""
    torch.save({"conv1.weight": Trap()}, tmp_path / "pickle")
    config = json.loads(tiny["config.json"])
    config["pretrained_cfg"] |= {"file": str(tmp_path / "pickle"), "url": hub_server.url, "hf_hub_id": "ann/bad"}
    config["pretrained_cfg"] |= {"source": "file", "custom_load": True, "hf_hub_filename": "pickle"}
    hub_server.put("ann/sly", tiny | {"config.json": json.dumps(config).encode()})
    wanted = features.extract("timm:hf-hub:ann/tiny", IMAGE, (15, 20))
    np.testing.assert_array_equal(features.extract("timm:hf-hub:ann/sly", IMAGE, (15, 20)), wanted)
    assert not (tmp_path / "trap-was-sprung").exists()


@pytest.mark.parametrize("name", ["hf_hub:ann/tiny", "HF-HUB:ann/tiny", "LOCAL-DIR:/etc", "http://x.org/a", "a:b"])
def test_other_places_are_none(name):
    with pytest.raises(ValueError, match="is not a source of networks. Give hf-hub:USER/REPO or local-dir:FOLDER"):
        timm_backbone.load(name)


def test_what_is_not_there_is_a_sentence(hub_server):
    with pytest.raises(
        ValueError, match="no pretrained weights for timm:hf-hub:ann/none .HubError: there is no ann/none"
    ):
        timm_backbone.load("hf-hub:ann/none")
