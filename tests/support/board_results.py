"""Made-up results for the tests of the board: trainings, seed groups, and a folder of records."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from leaderboard.analysis.seed_groups import SeedGroup
from leaderboard.records import store
from leaderboard.records.record import Labels, Record
from ui.board.records import RecordSource

from . import board_scenes as boards

EVIL = "<img src=x onerror=alert(1)>"


def trial(quality: float, seed: int, method="probe", cue="points", seconds=60.0, share=0.5, **fields) -> Record:
    """A made-up training of the board's own."""
    labels = Labels(cue=cue, labelled_images=10, label_seconds=seconds, share=share, source="reproduced")
    sha = hashlib.sha1(f"{method} {cue} {share} {seed}".encode()).hexdigest()
    record = boards.record(quality=quality, seed=seed, method=method, track="efficiency", sha=sha, **fields)
    return replace(record, labels=labels, checkpoint=f"{method}, {share} {cue}, seed {seed}")


def group(value: float, seconds: float, noise=0.01, **fields) -> SeedGroup:
    """A made-up seed group of one training; all have the same noise on the resamples."""
    record = trial(0.5, 0, seconds=seconds, **fields)
    shared = np.random.default_rng(0).normal(0, noise, 1000)
    return SeedGroup((record,), "miou", (value,), value, value - 0.02, value + 0.02, value + shared)


def write_results(folder: Path) -> Path:
    """Two methods, two kinds of labels, two budgets, two seeds; and two results of a checkpoint of the Hub, on two data sets."""
    for number, (method, cue) in enumerate([("probe", "points"), ("probe", "full"), ("network", "full")]):
        for budget, (seconds, share) in enumerate([(60.0, 0.5), (240.0, 1.0)]):
            for seed in (0, 1):
                quality = 0.5 + 0.1 * number + 0.1 * budget + 0.01 * seed
                store.write(trial(quality, seed, method, cue, (1 + number) * seconds, share), folder)
    on_hub = boards.record(quality=0.4, seed=9, cue="strokes", label_seconds=500.0, labelled_images=7, on_hub=True)
    store.write(on_hub, folder)
    store.write(replace(on_hub, identity=replace(on_hub.identity, benchmark="more", seed=3), source="else"), folder)
    return folder


def read(folder: Path) -> RecordSource:
    """The records of a folder as the page has them, with all their resamples."""
    source = RecordSource(folder)
    source.refresh()
    return source


def until(done: Callable[[], object], seconds=30.0) -> None:
    """Wait until `done()`; fails after so many seconds."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)
