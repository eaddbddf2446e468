"""Devices: precisions by name, and two processes that share a training."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from tests.support.paths import ROOT
from tests.support.training import fit_mixed, make_config, make_example, make_network, predict
from wss_core.training.device import DeviceGroup, available_devices


def test_precisions_are_chosen_by_name():
    assert DeviceGroup("cpu", "float32").dtype == torch.float32
    assert DeviceGroup("cpu", "bfloat16").dtype == torch.bfloat16
    with pytest.raises(ValueError, match="no precision 'float8'. Choose auto, float32"):
        DeviceGroup("cpu", "float8")


@pytest.mark.parametrize("device", ["gpu", "meta", "cuda:-1", "cuda:77", "", "nonsense"])
@pytest.mark.parametrize("world_size", ["1", "2"])
def test_a_device_that_is_not_there_is_refused_with_those_that_are(device, world_size, monkeypatch):
    """Also where several processes share a training, of which each takes a device by itself."""
    monkeypatch.setenv("WORLD_SIZE", world_size)
    with pytest.raises(ValueError, match=f"there is no device '{device}' here. Choose one of: auto, cpu"):
        DeviceGroup(device)


def test_without_a_gpu_there_is_the_cpu_alone(monkeypatch):
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: False)
    with pytest.raises(ValueError, match="there is no device 'cuda' here. Choose one of: auto, cpu$"):
        DeviceGroup("cuda")


def test_the_devices_of_an_accelerator_are_named_with_their_numbers(monkeypatch):
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: torch.device("cuda"))
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: 2)
    assert available_devices() == ("cpu", "cuda", "cuda:0", "cuda:1")


PROCESS = """
import os, sys
import numpy as np
sys.path.insert(0, {root!r})
from tests.support.training import fit_mixed, make_config, make_example, predict
network = fit_mixed(config=make_config(steps=5, batch=16), validation=3, precision="float32")
np.savez({out!r} % int(os.environ.get("RANK", 0)), predict(network, make_example(9)))
"""


def test_two_processes_learn_what_one_does(tmp_path):
    """Started as by torchrun or accelerate launch; each has half of every batch."""
    script = tmp_path / "process.py"
    script.write_text(PROCESS.format(root=str(ROOT), out=str(tmp_path / "rank%d.npz")))
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node=2", "--master_port=0", "--standalone"]
    done = subprocess.run([*torchrun, script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    first, second = (np.load(tmp_path / f"rank{rank}.npz")["arr_0"] for rank in (0, 1))
    np.testing.assert_array_equal(first, second)
    network = fit_mixed(config=make_config(steps=5, batch=16), validation=3, precision="float32")
    alone = predict(network, make_example(9))
    np.testing.assert_allclose(first, alone, atol=0.01)
    assert np.abs(alone - predict(make_network(), make_example(9))).max() > 0.1


def test_several_processes_without_accelerate_say_what_to_install(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setitem(sys.modules, "accelerate", None)
    with pytest.raises(ValueError, match="pip install accelerate, or start one process"):
        DeviceGroup("cpu")
