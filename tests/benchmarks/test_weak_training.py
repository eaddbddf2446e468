"""The table of learning from weak labels, and the first board: what they declare can be done, and the arithmetic is that of
a case by hand."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.support import board_scenes as boards

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

from backbone import WEIGHTS
from first_board import PARTS
from saliency import baselines
from weak_claims import Estimate, claim_line, row_line, untrained_estimates
from weak_rows import CLAIMS, ROWS, UNLEARNED, Claim

from leaderboard.benchmarks import cue_words
from leaderboard.benchmarks.catalog import find_benchmark
from leaderboard.sweeps.grid import trials
from leaderboard.tasks.trial import Trial
from wss_core.methods import METHODS


def test_every_row_can_be_tried():
    assert len({row.name for row in ROWS}) == len(ROWS)
    uses = {method.name: method.uses for method in METHODS}
    for row in ROWS:
        settings = {key: value for key, value in row.settings.items() if value != WEIGHTS}
        Trial(method=row.method, settings=settings).segmenter(find_benchmark(f"{row.data}-labels").classes)
        assert cue_words.parse(row.budget.cue).used in uses[row.method]


def test_every_claim_is_of_rows():
    names = {row.name for row in ROWS}
    for claim in CLAIMS:
        assert claim.row in names
        assert claim.against in names or claim.row in UNLEARNED


def test_full_supervision_is_the_same_network_with_the_same_steps():
    rows = {row.name: row for row in ROWS}
    for claim in CLAIMS:
        if claim.kind == "share":
            one, other = rows[claim.row].settings, rows[claim.against].settings
            assert {key: one.get(key) for key in other} == other


def test_a_claim_by_hand():
    ours = [Estimate(0.6, np.array([0.6, 0.5])), None, Estimate(0.8, np.array([0.7, 0.9]))]
    theirs = [Estimate(0.8, np.array([0.8, 0.8])), Estimate(0.1, np.zeros(2)), Estimate(0.8, np.array([0.8, 0.8]))]
    share = claim_line(Claim("a", "b", 0.88), ours, theirs)
    assert (share["seeds"], share["met"]) == (2, False)
    assert share["found"] == pytest.approx(0.7 / 0.8)
    gap = claim_line(Claim("a", "b", -0.2, "gap"), ours, theirs)
    assert gap["found"] == pytest.approx(-0.1)
    assert gap["met"]
    assert -0.31 < gap["low"] <= gap["high"] < 0.11
    assert "met" not in claim_line(Claim("a", "b", None), ours, theirs)
    assert claim_line(Claim("a", "b", 0.5), [None], [None])["seeds"] == 0


def test_a_row_is_the_mean_of_its_seeds():
    (row,) = (row for row in ROWS if row.name == "acdc full")
    records = [boards.record(seed=seed, quality=q, label_seconds=9.0) for seed, q in ((0, 0.8), (1, 0.6))]
    line = row_line(row, [*records, None])
    values = [record.scores["miou"].value for record in records]
    assert (line["seeds"], line["label_seconds"]) == (2, 9)
    assert line["value"] == pytest.approx(sum(values) / 2)
    assert line["spread"] == pytest.approx(abs(values[0] - values[1]) / 2**0.5)
    assert line["low"] < line["value"] < line["high"]


def test_what_needs_no_learning(tmp_path):
    data = boards.write_splits(tmp_path)
    train, test = boards.LABELS.examples(data, "train"), boards.LABELS.examples(data)
    tables = baselines(boards.LABELS, train, test)
    assert list(tables) == ["discs best constant", "discs saliency", "discs saliency, tags given"]
    constant = tables["discs best constant"].sum(axis=0)
    assert constant[0, 0] == constant[0, 1] == 0  # no pixel is background
    whole = sum(np.bincount(example.truth.ravel(), minlength=3)[:3] for example in test)
    assert constant[1].tolist() == [whole[1], whole[0] + whole[2], 0] or constant[2].tolist() == [
        whole[2],
        whole[0] + whole[1],
        0,
    ]
    (first, second) = untrained_estimates(replace(boards.LABELS, metrics=("miou",)), data, 2)["discs best constant"]
    assert first is second
    assert 0 < first.value < 0.3
    assert len(first.resampled) == 1000


def test_the_first_board_can_be_tried():
    assert {part.benchmark.split("-")[0] for part in PARTS} >= {"nuclei", "acdc", "horses", "camvid"}
    for part in PARTS:
        benchmark = find_benchmark(part.benchmark)
        tried = trials(benchmark, part.methods, cues=part.cues, shares=part.shares, settings=part.settings, rest="")
        assert {trial.method for trial in tried} == set(part.methods)
        for trial in tried:
            trial.segmenter(benchmark.classes)
        if part.methods == ("network",):  # at least one has its record from the table of weak labels
            assert any(trial.budget == r.budget and trial.settings == r.settings for trial in tried for r in ROWS)
        if part.name == benchmark.source:  # a part of a data set, with the quick methods
            cues = {trial.budget.cue for trial in tried if trial.method == "probe"}
            assert len(cues) == 4
            assert len({trial.budget.share for trial in tried if trial.method == "probe"}) == 4
