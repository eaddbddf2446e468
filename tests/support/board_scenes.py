"""A small data set, a benchmark on it, and stand-ins for checkpoints, for the tests of the board."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
from PIL import Image

from leaderboard.benchmarks.benchmark import Benchmark
from leaderboard.evaluation.build_record import build_record
from leaderboard.records.record import Labels, Record
from leaderboard.tasks.task import EvalTask
from wss_core.hub import Checkpoint
from wss_core.segmenter import Segmenter

CLASSES = ("background", "disc", "bar")
DISCS = Benchmark(
    name="discs",
    source="discs",
    split="test",
    classes=CLASSES,
    metrics=("miou", "dice", "accuracy", "boundary_f", "boundary_iou", "hd95", "box_ap", "tag_map", "ece"),
)
LABELS = replace(
    DISCS,
    name="discs-labels",
    track="efficiency",
    metrics=("miou",),
    train="train",
    cues=("points",),
    shares=(0.25, 1.0),
)
TRAINING = {"cues": {"strokes": 5, "none": 3}, "labelled": 5, "unlabelled": 3, "label_seconds": 109.0, "seed": 7}


def write_discs(folder: Path, count: int = 6, side: int = 64, split: str = "", seed: int = 0) -> Path:
    """`count` pictures of a disc and, on every second one, a bar; with noise, and an ignored column."""
    random = np.random.default_rng(seed)
    for name in ("images", "masks"):
        (folder / "discs" / name / split).mkdir(parents=True)
    ys, xs = np.mgrid[:side, :side]
    for number in range(count):
        truth = np.zeros((side, side), np.uint8)
        y, x = random.integers(20, side - 20, 2)
        truth[(ys - y) ** 2 + (xs - x) ** 2 < 144] = 1
        if number % 2:
            truth[4:10, 8:56] = 2
        colours = np.array([(60, 140, 70), (190, 60, 50), (60, 60, 190)])
        image = np.clip(colours[truth] + random.normal(0, 25, (side, side, 3)), 0, 255).astype(np.uint8)
        truth[:, -2:] = 255
        Image.fromarray(image).save(folder / "discs" / "images" / split / f"{number}.png")
        Image.fromarray(truth).save(folder / "discs" / "masks" / split / f"{number}.png")
    return folder


def write_splits(folder: Path) -> Path:
    """Pictures to learn from, and others to test on."""
    write_discs(folder, 8, split="train", seed=1)
    return write_discs(folder, 4, split="test")


def eval_task(data: Path, sha: str = "a" * 40, benchmark: Benchmark = DISCS, training: dict | None = None) -> EvalTask:
    """The evaluation of a stand-in for a checkpoint."""
    training = TRAINING if training is None else training
    settings = {"classes": list(CLASSES), "width": 8}
    checkpoint = Checkpoint(source="ann/discs", sha=sha, method="colours", settings=settings, training=training)
    return EvalTask(
        checkpoint=checkpoint, benchmark=benchmark, data=data, data_revision=benchmark.examples(data).revision
    )


@dataclass(kw_only=True)
class Colours(Segmenter):
    """Knows the three colours, and blurs nothing: right but for the noise."""

    name: ClassVar[str] = "colours"
    learns: ClassVar[bool] = True
    fitted = True

    def _probabilities(self, image, cues, class_ids, cache):
        pixels = image.astype(float)
        distances = [
            np.linalg.norm(pixels - colour, axis=2) for colour in ((60, 140, 70), (190, 60, 50), (60, 60, 190))
        ]
        closeness = np.exp(-np.array(distances) / 40)
        return (closeness / closeness.sum(axis=0)).astype(np.float32)


class Hangs(Colours):
    def _probabilities(self, image, cues, class_ids, cache):
        time.sleep(600)


class Grows(Colours):
    def _probabilities(self, image, cues, class_ids, cache):
        held = []
        while True:
            held.append(np.ones(10_000_000))
            time.sleep(0.01)


class Fails(Colours):
    def _probabilities(self, image, cues, class_ids, cache):
        raise RuntimeError("no such layer")


class Dies(Colours):
    """Ends its process at the fourth picture."""

    segmented = 0

    def _probabilities(self, image, cues, class_ids, cache):
        Dies.segmented += 1
        if Dies.segmented == 4:
            time.sleep(0.5)  # what was said before is heard
            os._exit(9)
        return super()._probabilities(image, cues, class_ids, cache)


def good(source: str, sha: str) -> Segmenter:
    return Colours(classes=CLASSES)


def hangs(source: str, sha: str) -> Segmenter:
    return Hangs(classes=CLASSES)


def grows(source: str, sha: str) -> Segmenter:
    return Grows(classes=CLASSES)


def fails(source: str, sha: str) -> Segmenter:
    return Fails(classes=CLASSES)


def dies(source: str, sha: str) -> Segmenter:
    return Dies(classes=CLASSES)


def record(benchmark: str = "discs", **fields) -> Record:
    """A made-up record: `quality` (0..1) of its masks, and fields of Record, Labels or Identity by name."""
    quality, seed, count = fields.pop("quality", 0.8), fields.pop("seed", 0), fields.pop("count", 40)
    random = np.random.default_rng(1)  # all records find the same pictures hard
    size = random.integers(400, 900, (count, 1))
    found = np.clip(size * (quality + random.normal(0, 0.05, (count, 1))), 0, size).astype(int)
    missed = size - found
    noise = np.random.default_rng([seed, int(1000 * quality)]).integers(0, 12, (count, 1))
    back = np.stack([np.full((count, 1), 3000), missed, noise], axis=-1)
    disc = np.stack([found, noise, missed], axis=-1)
    counts = np.concatenate([back, disc], axis=1)
    base = Benchmark(
        name=benchmark,
        source="discs",
        split="test",
        classes=("background", "disc"),
        metrics=("miou", "dice", "accuracy"),
    )
    labels = Labels(
        **{name: fields.pop(name) for name in ("cue", "labelled_images", "label_seconds", "share") if name in fields}
    )
    checkpoint = Checkpoint(
        source=fields.pop("checkpoint", "ann/discs"),
        sha=fields.pop("sha", f"{seed:040x}"),
        method=fields.pop("method", "colours"),
        settings=fields.pop("settings", {"backbone": "unet"}),
        training={"seed": seed},
    )
    task = EvalTask(checkpoint=checkpoint, benchmark=base, data=Path(), data_revision="d" * 40)
    rows = [
        {"place": i, "id": str(i), "group": "", "seconds": 1.0, "forward": 0.9, "parts": {"counts": row.tolist()}}
        for i, row in enumerate(counts)
    ]
    return replace(build_record(task, {"device": "cpu", "machine": "m"}, rows), labels=labels, **fields)
