"""Records: written whole or not at all, never changed, and read back only when sound."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from leaderboard.dataclass_json import to_plain
from leaderboard.evaluation.build_record import build_failure, build_record
from leaderboard.records import store
from leaderboard.records.packed_arrays import pack
from leaderboard.records.record import Identity
from tests.support import board_scenes as boards


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return boards.write_discs(tmp_path_factory.mktemp("data"))


def made(data, sha="a" * 40, count=6):
    counts = np.random.default_rng(len(sha)).integers(0, 900, (count, 3, 3))
    rows = [
        {
            "place": i,
            "id": f"é {i}",
            "group": "ab"[i % 2],
            "seconds": 1.0,
            "forward": 0.5,
            "parts": {"counts": c.tolist()},
        }
        for i, c in enumerate(counts)
    ]
    task = boards.eval_task(data, sha, replace(boards.DISCS, metrics=("miou", "dice")))
    return build_record(task, {"device": "cpu", "machine": "m"}, rows), task


def test_written_is_read_equal(data, tmp_path):
    record, _ = made(data)
    path = store.write(record, tmp_path)
    assert path == tmp_path / "discs" / f"{record.identity.name}.json"
    again = store.read(path)
    assert to_plain(again) == to_plain(record)
    assert again == store.find(record.identity, tmp_path) == store.read_all(tmp_path)[0]
    assert again.image_ids()[3] == "é 3"
    assert again.group_names() == tuple("ababab")
    assert again.parts["counts"].shape == (6, 3, 3)
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    assert json.loads(path.read_text())["scores"]["miou"]["value"] == record.scores["miou"].value


def test_a_record_is_small():
    """1,449 pictures of 21 classes, as many classes a picture as PASCAL VOC has, pixels as varied as can be."""
    random = np.random.default_rng(0)
    counts = np.zeros((1449, 21, 3), np.int64)
    present = random.random((1449, 21)) < 2.5 / 21
    counts[present] = random.integers(0, 60_000, (present.sum(), 3))
    assert len(pack(counts)["data"]) < 50_000


def test_the_name_is_of_the_identity_and_nothing_else(data):
    record, task = made(data)
    assert task.identity.name == record.identity.name == replace(task, data=task.data / "..").identity.name
    for field in ("checkpoint", "data", "benchmark", "definition", "code"):
        assert replace(record.identity, **{field: "other"}).name != record.identity.name
    assert replace(record.identity, seed=8).name != record.identity.name
    assert Identity(benchmark="b", definition="d", checkpoint="c", data="s", code="1", seed=0).name == (
        "49156e61ddb5d290ef0ed25cc0eb1c5c"
    )


def test_a_record_that_is_there_stays_as_it_is(data, tmp_path):
    record, _ = made(data)
    path = store.write(record, tmp_path)
    before = path.read_bytes()
    store.write(replace(record, date="2099-01-01T00:00:00Z"), tmp_path)
    assert path.read_bytes() == before


DAMAGES = {
    "cut short": lambda text: text[: len(text) // 2],
    "empty": lambda text: "",
    "one digit changed": lambda text: text.replace('"value": 0.', '"value": 0.9', 1),
    "picture data changed": lambda text: text.replace('"data": "e', '"data": "f', 1),
    "not JSON": lambda text: "<html>",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_record_is_skipped_with_a_warning_that_names_it(damage, data, tmp_path, caplog):
    record, _ = made(data)
    other, _ = made(data, "b" * 40)
    path = store.write(record, tmp_path)
    store.write(other, tmp_path)
    path.write_text(DAMAGES[damage](path.read_text()))
    assert [r.identity.checkpoint[0] for r in store.read_all(tmp_path)] == ["b"]
    assert f"left out {path}" in caplog.text
    assert "damaged or was changed" in caplog.text
    assert store.find(record.identity, tmp_path) is None
    assert to_plain(store.read(store.write(record, tmp_path))) == to_plain(record)  # made again, it takes the place


def test_a_record_under_another_name_is_refused(data, tmp_path):
    record, _ = made(data)
    path = store.write(record, tmp_path)
    path.rename(path.with_name("0" * 32 + ".json"))
    with pytest.raises(ValueError, match="Give it its own name"):
        store.read(path.with_name("0" * 32 + ".json"))


def test_a_record_of_another_format_or_too_large_is_refused(data, tmp_path, monkeypatch):
    record, _ = made(data)
    monkeypatch.setattr(store, "FORMAT", 1)
    assert store.read(store.write(record, tmp_path / "before")) == record
    monkeypatch.setattr(store, "FORMAT", 3)
    path = store.write(record, tmp_path)
    with pytest.raises(ValueError, match="another format; this version reads 1 and 2"):
        store.read(path)
    monkeypatch.setattr(store, "MAX_FILE", 10)
    with pytest.raises(ValueError, match="above 10 bytes"):
        store.read(path)


def test_an_interrupted_write_leaves_nothing(data, tmp_path, monkeypatch):
    record, _ = made(data)

    def interrupted(*paths):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.write(record, tmp_path)
    assert list((tmp_path / "discs").iterdir()) == []


def test_two_writers_lose_nothing(data, tmp_path):
    records = [made(data, f"{i:040x}")[0] for i in range(12)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda record: store.write(record, tmp_path), [r for r in records for _ in range(5)]))
    assert {r.identity.name for r in store.read_all(tmp_path)} == {r.identity.name for r in records}
    assert len(list((tmp_path / "discs").iterdir())) == 12


def test_a_failure_stands_until_a_success(data, tmp_path):
    record, task = made(data)
    store.write_failure(build_failure(task, "too slow"), tmp_path)
    store.write_failure(build_failure(task, "too large"), tmp_path)
    (failure,) = store.read_failures(tmp_path)
    assert (failure.reason, failure.checkpoint, failure.identity) == ("too large", "ann/discs", record.identity)
    assert store.read_all(tmp_path) == []
    store.write(record, tmp_path)
    assert store.read_failures(tmp_path) == []
