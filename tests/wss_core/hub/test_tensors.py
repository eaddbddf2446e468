"""Weights in folders: what is saved comes back, and what a stranger wrote is refused before any of it counts."""

import json
import pickle
import zipfile

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch

from tests.support.pickle_trap import Trap
from tests.support.scenes import Learned, discs, learned
from wss_core import methods
from wss_core.hub import load, save
from wss_core.methods import METHODS

FLOATS = np.zeros(3, np.float32)
COUNT = np.ones((), np.int64)


@pytest.fixture(autouse=True)
def _known(monkeypatch):
    monkeypatch.setattr(methods, "METHODS", (*METHODS, Learned))


@pytest.fixture
def folder(tmp_path):
    return save(learned(), tmp_path / "checkpoint")


def test_weights_come_back(tmp_path):
    segmenter = Learned(width=5).fit(discs())
    again = load(save(segmenter, tmp_path))
    assert again == segmenter
    assert again.training == segmenter.training
    np.testing.assert_array_equal(again.weights, segmenter.weights)
    assert again.count.shape == ()
    assert {file.name for file in tmp_path.iterdir()} == {"config.json", "model.safetensors"}


def test_what_has_not_learned_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match="learned has not learned anything yet. Call fit"):
        save(Learned(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_finite_is_not_saved(tmp_path):
    segmenter = learned()
    segmenter.weights[1] = np.nan
    with pytest.raises(ValueError, match="weights holds numbers that are not finite .NaN.. Train again"):
        save(segmenter, tmp_path)
    assert list(tmp_path.iterdir()) == []


def header(entries: dict, data: bytes = b"", length: int | None = None) -> bytes:
    """A safetensors file of a header and bytes, whatever they say."""
    text = json.dumps(entries).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


def tensor(kind="F32", shape=(3,), offsets=(0, 12)):
    return {"dtype": kind, "shape": list(shape), "data_offsets": list(offsets)}


def sparse(path):
    with open(path, "wb") as file:
        file.truncate(10_000_000_000)


def zipped(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros", bytes(50_000_000))


HUGE = 10_000_000_000
HOSTILE = {
    "pickle": (lambda path: path.write_bytes(pickle.dumps(Trap())), "is damaged or no safetensors"),
    "torch's zip of pickles": (lambda path: torch.save({"weights": Trap()}, path), "is damaged or no safetensors"),
    "zip bomb": (zipped, "is damaged or no safetensors"),
    "empty": (lambda path: path.write_bytes(b""), "is damaged or no safetensors"),
    "text": (lambda path: path.write_bytes(b"no tensors"), "is damaged or no safetensors"),
    "10 GB": (sparse, "is 10,000,000,000 bytes; at most 2,000,000,000 are read"),
    "10 GB header": (lambda path: path.write_bytes(header({}, length=HUGE)), "a header of 10,000,000,000 bytes"),
    "10 GB claimed": (
        lambda path: path.write_bytes(header({"weights": tensor(shape=(HUGE // 4,), offsets=(0, HUGE))})),
        "is damaged or no safetensors",
    ),
    "more cells than bytes": (
        lambda path: path.write_bytes(header({"weights": tensor(shape=(2**40,))}, bytes(12))),
        "is damaged or no safetensors",
    ),
    "offsets outside": (
        lambda path: path.write_bytes(header({"weights": tensor(offsets=(-12, 0))}, bytes(12))),
        "is damaged or no safetensors",
    ),
    "one in the other": (
        lambda path: path.write_bytes(header({"weights": tensor(), "count": tensor("I64", (), (4, 12))}, bytes(12))),
        "is damaged or no safetensors",
    ),
    "cut short": (lambda path: path.write_bytes(path.read_bytes()[:-4]), "is damaged or no safetensors"),
    "NaN": (
        lambda path: save_file({"weights": FLOATS * np.nan, "count": COUNT}, path),
        "weights holds numbers that are not finite .NaN.",
    ),
    "infinity": (lambda path: save_file({"weights": FLOATS + np.inf, "count": COUNT}, path), "not finite"),
    "another name": (
        lambda path: save_file({"other": FLOATS, "count": COUNT}, path),
        r"do not fit learned: missing \['weights'\], unknown \['other'\]",
    ),
    "more names": (
        lambda path: save_file({f"{n:02}": FLOATS for n in range(40)}, path),
        r"unknown \['00', '01', '02', '03', '04'\] and 35 more",
    ),
    "another shape": (
        lambda path: save_file({"weights": np.zeros(4, np.float32), "count": COUNT}, path),
        r"other shapes \['weights is float32 \(4,\), not float32 \(3,\)'\]",
    ),
    "another type": (
        lambda path: save_file({"weights": FLOATS.astype(np.float64), "count": COUNT}, path),
        r"weights is float64 \(3,\), not float32 \(3,\)",
    ),
    "a type NumPy has not": (
        lambda path: save_torch({"weights": torch.zeros(3, dtype=torch.bfloat16)}, path),
        "holds numbers of type BF16. Save them as one of: BOOL, F16",
    ),
    "none": (lambda path: path.unlink(), "learned needs model.safetensors in"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_weights_are_refused(name, folder, monkeypatch):
    monkeypatch.chdir(folder)
    write, words = HOSTILE[name]
    write(folder / "model.safetensors")
    with pytest.raises(ValueError, match=words):
        load(folder)
    assert not (folder / "trap-was-sprung").exists()


def test_the_trap_would_spring(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pickle.loads(pickle.dumps(Trap()))
    assert (tmp_path / "trap-was-sprung").exists()


def test_a_pickle_beside_the_weights_is_not_looked_at(folder, monkeypatch):
    monkeypatch.chdir(folder)
    for name in ("pytorch_model.bin", "model.pkl", "segmenter.py"):
        (folder / name).write_bytes(pickle.dumps(Trap()))
    assert load(folder) == learned()
    assert not (folder / "trap-was-sprung").exists()


def test_a_method_that_takes_anything_is_not_trusted(folder, monkeypatch):
    monkeypatch.setattr(Learned, "load_state", lambda self, state: None)
    save_file({"weights": np.zeros(4, np.float32), "count": COUNT}, folder / "model.safetensors")
    with pytest.raises(ValueError, match="do not fit learned"):
        load(folder)
