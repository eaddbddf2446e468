"""Records that strangers wrote: what makes no sense is named and left out, what a newer version wrote is kept."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from leaderboard import bounds, dataclass_json
from leaderboard.analysis.record_index import RecordIndex
from leaderboard.benchmarks.benchmark import read_benchmark
from leaderboard.evaluation.build_record import build_failure, declared_labels
from leaderboard.evaluation.evaluate import evaluate
from leaderboard.evaluation.watched_process import EvaluationError
from leaderboard.records import store
from leaderboard.records.packed_arrays import pack
from leaderboard.records.record import Identity
from leaderboard.report import figures, html_page, table, table_text
from leaderboard.report.export import export
from tests.support import board_scenes as boards

HUGE = 10**400


def sealed(form: dict) -> bytes:
    """The bytes of a record's file, its check right."""
    body = "{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in form.items())
    return f'{body},\n"check": "{store.body_hash(body.encode())}"\n}}\n'.encode()


def put(form: dict, folder):
    """The form as a file of the name its identity asks for."""
    identity = form.get("identity")
    benchmark, name = "discs", "0" * 32
    if isinstance(identity, dict) and isinstance(identity.get("benchmark"), str):
        try:
            name = dataclass_json.from_plain(Identity, identity).name
            benchmark = identity["benchmark"] if identity["benchmark"].isascii() else benchmark
        except (ValueError, OverflowError):
            pass
    path = folder / benchmark.replace("/", "").replace("\n", "") / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(sealed(form))
    return path


def nested(depth: int):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def changed(form: dict, place: str, value) -> dict:
    """A copy with another value at a.b.c."""
    form = json.loads(json.dumps(form))
    *way, last = place.split(".")
    at = form
    for key in way:
        at = at[key]
    at[last] = value
    return form


@pytest.fixture(scope="module")
def good():
    one = boards.record()
    return one, {"format": store.FORMAT} | dataclass_json.to_plain(one)


NOT_NUMBERS = {
    "huge": HUGE,
    "nan": float("nan"),
    "inf": float("inf"),
    "text": "12",
    "list": [1],
    "object": {"a": 1},
    "true": True,
}
BAD = {
    **{f"labelled {name}": ("labels.labelled_images", value) for name, value in NOT_NUMBERS.items()},
    **{f"seconds {name}": ("seconds", value) for name, value in NOT_NUMBERS.items()},
    **{f"price {name}": ("labels.label_seconds", value) for name, value in NOT_NUMBERS.items()},
    **{f"value {name}": ("scores.miou.value", value) for name, value in NOT_NUMBERS.items()},
    **{f"images {name}": ("images", value) for name, value in NOT_NUMBERS.items()},
    **{f"seed {name}": ("identity.seed", value) for name, value in NOT_NUMBERS.items()},
    "training huge": ("training", {"labelled": HUGE}),
    "settings huge": ("settings", {"steps": HUGE}),
    "settings deep": ("settings", {"x": nested(30)}),
    "settings a list": ("settings", [1]),
    "labels a list": ("labels", []),
    "scores a list": ("scores", []),
    "no scores": ("scores", {}),
    "labelled negative": ("labels.labelled_images", -1),
    "price negative": ("labels.label_seconds", -0.5),
    "price 1e300": ("labels.label_seconds", 1e300),
    "share 2": ("labels.share", 2),
    "value negative": ("scores.miou.value", -0.1),
    "value 1e300": ("scores.miou.value", 1e300),
    "seconds null": ("seconds", None),
    "no pictures": ("images", 0),
    "too many pictures": ("images", 10**9),
    "one picture more": ("images", 7),
    "no such date": ("date", "2026-02-31T00:00:00Z"),
    "date in words": ("date", "yesterday"),
    "surrogate": ("method", "\ud800"),
    "surrogate key": ("settings", {"\udfff": 1}),
    "control characters": ("method", "a\x1b[2J"),
    "long method": ("method", "m" * 201),
    "long text": ("settings", {"x": "m" * 10_001}),
    "long checkpoint": ("checkpoint", "m" * 1_001),
    "benchmark with a line break": ("identity.benchmark", "dis\ncs"),
    "no metric": ("metric", "madeup"),
    "classes twice": ("classes", ["disc", "disc"]),
    "classes more": ("classes", ["background", "disc", "bar", "box"]),
    "classes none": ("classes", []),
    "classes a text": ("classes", "abc"),
    "ids no texts": ("ids", "***"),
    "groups missing": ("groups", ""),
    "no parts": ("packed", {}),
    "parts a list": ("packed", {"counts": []}),
    "type unknown": ("packed.counts.dtype", "xint32"),
    "type a list": ("packed.counts.dtype", []),
    "shape a number": ("packed.counts.shape", 3),
    "shape huge": ("packed.counts.shape", [10**9, 10**9, 3]),
    "shape of nothing": ("packed.counts", {"dtype": "int8", "shape": [], "order": "planes", "data": "eJxjAAAAAQAB"}),
    "data a number": ("packed.counts.data", 5),
    "counts flat": ("packed.counts", pack(np.zeros((6, 9), np.int64))),
    "counts negative": ("packed.counts", pack(np.full((6, 2, 3), -1))),
    "sessions beside": ("packed", {"clicks": pack(np.zeros((6, 20), np.int64))}),
    "format true": ("format", True),
}


@pytest.mark.parametrize("name", BAD)
def test_a_record_that_makes_no_sense_is_named_and_the_rest_is_shown(name, good, tmp_path, caplog):
    one, form = good
    store.write(replace(one, identity=replace(one.identity, checkpoint="b" * 40)), tmp_path)
    path = put(changed(form, *BAD[name]), tmp_path)
    records = store.read_all(tmp_path)
    assert [record.identity.checkpoint[0] for record in records] == ["b"]
    assert path.name in caplog.text
    reader = RecordIndex([tmp_path])
    assert len(reader.read()) == 1
    assert list(reader.left_out) == [path]
    assert reader.left_out[path].isprintable()


@pytest.mark.parametrize("text", ["[" * 100_000, "1" * 5_000, "1e999", '"\\ud800"', "NaN", "-Infinity"])
def test_json_that_python_cannot_hold_is_named(text, good, tmp_path, caplog):
    body = sealed(good[1]).rpartition(b',\n"check": ')[0] + b',\n"more": ' + text.encode()
    path = store.record_path(good[0].identity, tmp_path)
    path.parent.mkdir()
    path.write_bytes(body + f',\n"check": "{store.body_hash(body)}"\n}}\n'.encode())
    assert store.read_all(tmp_path) == []
    assert path.name in caplog.text
    assert not store.is_sound(path)  # nor is it taken from the Hub


def test_numbers_that_no_memory_holds_are_named(good, tmp_path, monkeypatch):
    path = put(good[1], tmp_path)
    monkeypatch.setattr(json, "loads", lambda *_, **__: (_ for _ in ()).throw(MemoryError()))
    with pytest.raises(ValueError, match="too large to be read"):
        store.read(path)


def test_a_failure_that_makes_no_sense_is_left_out(good, tmp_path, caplog):
    task = boards.eval_task(boards.write_discs(tmp_path / "data"))
    path = store.write_failure(build_failure(task, "too slow"), tmp_path)
    form = json.loads(path.read_text())
    form.pop("check")
    for place, value in (
        ("date", "yesterday"),
        ("reason", nested(30)),
        ("identity.seed", HUGE),
        ("checkpoint", "c" * 5_000),
    ):
        path.write_bytes(sealed(changed(form, place, value)))
        assert store.read_failures(tmp_path) == []
        assert "left out" in caplog.text
        caplog.clear()
    path.write_bytes(sealed(form))
    assert len(store.read_failures(tmp_path)) == 1


def test_a_checkpoint_trained_with_strokes_alone_is_drawn(good):
    """Its labels are called as those of a robot user are, who was never there."""
    one = replace(good[0], labels=replace(good[0].labels, cue="strokes", source="declared", label_seconds=9.0))
    assert figures.benchmark_figure([one]).data
    assert one.identity.benchmark in html_page.page([one])


def test_what_a_terminal_would_obey_is_written_out(good):
    one = replace(good[0], checkpoint="\x1b[2J\u202eall\nwell é")
    for text in (table_text.to_text(table.table([one])), table_text.to_csv(table.table([one]))):
        assert "\\x1b[2J\\u202eall\\nwell é" in text
        assert len(text.splitlines()) == 2


def test_the_fields_of_a_newer_version_are_kept(good, tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(dataclass_json, "_warned_fields", set())
    form = good[1]
    new = changed(form, "licence", {"name": ["cc-by", 4]})
    for place in ("identity.annotator", "labels.hours", "scores.miou.median", "packed.counts.unit", "training.watts"):
        new = changed(new, place, 1.5)
    paths = [put(changed(new, "identity.seed", seed), tmp_path / "a") for seed in (3, 4)]
    records = store.read_all(tmp_path / "a")
    assert len(records) == 2
    for name in ("Record.licence", "Identity.annotator", "Labels.hours", "Score.median"):
        assert caplog.text.count(name) == 1
    assert paths[0].name in caplog.text or paths[1].name in caplog.text
    for record in records:
        copy = store.write(replace(record, machine="another"), tmp_path / "b")
        assert copy.name in {path.name for path in paths}
        written, before = (
            json.loads(copy.read_text()),
            json.loads((copy.parents[2] / "a" / "discs" / copy.name).read_text()),
        )
        assert written | {"check": "", "machine": ""} == before | {"check": "", "machine": ""}
        assert store.read(copy) != record
        assert record.identity.name != replace(record.identity, unknown={}).name
    assert export(records, tmp_path / "out")


def test_a_benchmark_of_a_newer_version_is_read(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(dataclass_json, "_warned_fields", set())
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(dataclass_json.to_plain(boards.DISCS) | {"weather": "fog"}))
    found = [read_benchmark(path) for _ in range(2)][1]
    assert caplog.text.count("Benchmark.weather") == 1
    assert dataclass_json.to_plain(found)["weather"] == "fog"
    assert replace(found, unknown={}) == boards.DISCS
    assert found.definition != boards.DISCS.definition  # it may mean another number


OUT_OF_RANGE = {
    "labelled": [(-1, "training.labelled is -1, and must lie in 0 .. 1e+09"), (HUGE, "of 401 digits")],
    "unlabelled": [(10**10, "training.unlabelled is 1e")],
    "label_seconds": [
        (-3.0, "training.label_seconds is -3"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (HUGE, "401"),
    ],
    "cues": [
        ({"points": -1}, "training.cues.points is -1"),
        ({"x" * 21: 1}, "at most 20 characters"),
        ({"a\x1b": 1}, "names the cue"),
        ({f"c{i}": 1 for i in range(10)}, "names 10 kinds of cue"),
    ],
}


@pytest.mark.parametrize(
    ("field", "value", "words"), [(field, *case) for field, cases in OUT_OF_RANGE.items() for case in cases]
)
def test_impossible_labels_are_refused_with_field_and_bound(field, value, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        declared_labels({field: value})


def test_a_checkpoint_that_declares_what_cannot_be_fails_before_it_segments(tmp_path):
    task = boards.eval_task(boards.write_discs(tmp_path / "data"), training={"label_seconds": -1})
    with pytest.raises(EvaluationError, match="training.label_seconds is -1, and must lie in 0"):
        evaluate(task, tmp_path / "out", load=None, progress=False)
    assert "label_seconds" in store.read_failures(tmp_path / "out")[0].reason


def test_bounds_say_the_place():
    with pytest.raises(ValueError, match="settings.a.b is a whole number of 401 digits"):
        bounds.check_bounds({"settings": {"a": {"b": [HUGE]}}})
