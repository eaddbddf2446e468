"""Benchmarks: declared once and for all, and refused when they contradict themselves."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from leaderboard.benchmarks.benchmark import Benchmark, read_benchmark
from leaderboard.benchmarks.catalog import BENCHMARKS, find_benchmark
from leaderboard.dataclass_json import to_plain
from tests.support import board_scenes as boards
from tests.support.paths import DATA

# The meaning of a name never changes: a benchmark that means something else gets a new name, and a line here.
DEFINITIONS = json.loads(Path(__file__).with_name("definitions.json").read_text())


def test_the_meaning_of_a_name_never_changes():
    assert {name: benchmark.definition for name, benchmark in BENCHMARKS.items()} == DEFINITIONS


def test_a_definition_changes_with_every_field_that_decides_a_number():
    others = {
        "source": "x",
        "split": "x",
        "classes": ("a", "b", "c"),
        "metrics": ("dice",),
        "revision": "1",
        "first": 3,
    }
    others |= {"columns": (("mask", "m"),), "background": True, "grouped": False, "seed": 1, "limit": 5}
    for field, value in others.items():
        assert replace(boards.DISCS, **{field: value}).definition != boards.DISCS.definition, field
    assert replace(boards.DISCS, name="other", about="other").definition == boards.DISCS.definition
    assert replace(boards.LABELS, cues=("boxes",), shares=(0.5,)).definition == boards.LABELS.definition
    assert replace(boards.LABELS, train="more").definition != boards.LABELS.definition


@pytest.mark.parametrize("name", BENCHMARKS)
def test_the_data_are_those_that_are_pinned(name):
    if not DATA.is_dir():
        pytest.skip(f"no data sets in {DATA}: set WSS_DATA to the folder that holds them")
    benchmark = BENCHMARKS[name]
    if not (DATA / benchmark.source).is_dir():
        pytest.skip(f"no {benchmark.source} in {DATA}")
    example = benchmark.examples(DATA)[0]
    assert example.truth is not None
    if benchmark.train:
        assert len(benchmark.examples(DATA, benchmark.train)) > 0


def test_data_of_another_revision_are_refused(tmp_path):
    data = boards.write_discs(tmp_path, count=2)
    found = boards.DISCS.examples(data).revision
    assert len(replace(boards.DISCS, revision=found).examples(data)) == 2
    assert len(replace(boards.DISCS, first=1).examples(data)) == 1
    with pytest.raises(ValueError, match="has changed"):
        replace(boards.DISCS, revision="0" * 40).examples(data)
    with pytest.raises(ValueError, match="the data of discs are not in .*Give --data"):
        boards.DISCS.examples(tmp_path / "elsewhere")


CLICKS = {"track": "interactive", "cue": "clicks", "metrics": ("noc85",)}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "../x"}, "a name is letters"),
        ({"name": ""}, "a name is letters"),
        ({"classes": ("a", "a")}, "listed twice"),
        ({"track": "fast"}, "no track 'fast'. Choose one of: trained, interactive"),
        ({"metrics": ()}, "no metric given"),
        ({"metrics": ("mIoU",)}, "no metric mIoU"),
        ({"cue": "points"}, "Give a cue to the interactive track alone"),
        ({"track": "interactive"}, "Give a cue to the interactive track alone"),
        ({"track": "interactive", "cue": "dots"}, "no cue 'dots'"),
        ({"metrics": ("noc85",)}, "measured on simulated users' sessions alone"),
        (CLICKS | {"metrics": ("noc85", "miou")}, "measured on simulated users' sessions alone"),
        (CLICKS | {"metrics": ("miou",)}, "a simulated user gets many"),
        ({"track": "efficiency"}, "it needs all of them"),
        ({"train": "train", "cues": ("points",), "shares": (0.5,)}, "belong to the efficiency track"),
        ({"track": "efficiency", "train": "train", "cues": ("dots",), "shares": (0.5,)}, "no cue 'dots'"),
        ({"track": "efficiency", "train": "train", "cues": ("points",), "shares": (50.0,)}, "at most 1"),
    ],
)
def test_a_contradiction_is_refused(fields, words):
    with pytest.raises(ValueError, match=words):
        replace(boards.DISCS, **fields)


def test_a_file_declares_one(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(to_plain(replace(boards.DISCS, **CLICKS))))
    assert find_benchmark(str(path)) == read_benchmark(path) == replace(boards.DISCS, **CLICKS)
    form = {
        "name": "mine",
        "source": "ann/discs",
        "split": "test",
        "classes": ["background", "disc"],
        "metrics": ["miou"],
    }
    path.write_text(json.dumps(form))
    assert find_benchmark(str(path)) == Benchmark(
        name="mine", source="ann/discs", split="test", classes=("background", "disc"), metrics=("miou",)
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "declares no benchmark: got list"),
        ('{"name": "x"}', "declares no benchmark: a Benchmark needs source, split, classes, metrics"),
        ('{"colour": 1}', "a Benchmark needs name, source, split, classes, metrics"),
        ('{"limit": 1' + "0" * 400 + "}", "limit is a whole number of 401 digits"),
        ("[" * 100_000, "is above 100,000 bytes|is not JSON"),
    ],
)
def test_a_file_that_declares_none_is_refused(text, words, tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=words):
        find_benchmark(str(path))


def test_an_unknown_name_is_told_what_there_is():
    with pytest.raises(ValueError, match="no benchmark 'horse'. Choose one of: horses, nuclei"):
        find_benchmark("horse")
    assert find_benchmark("horses").metric == "miou"
    assert find_benchmark("acdc").metric == "dice"
