"""Records: the result of one evaluation, with the numbers of every image. Written once and never changed, see `store`.

The fields are stored and hashed, and keep their names.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from wss_core.builtin import pretrained
from wss_core.methods.settings import uses_builtin_model

from ..dataclass_json import Stored, to_plain
from .packed_arrays import unpack, unpack_texts


@dataclass(frozen=True, kw_only=True)
class Identity(Stored):
    """All that decides the figures of a record."""

    benchmark: str
    "The benchmark's name."
    definition: str
    "The hash of its meaning, see `Benchmark.definition`."
    checkpoint: str
    "The commit of the checkpoint, or a hash of its files, or of the trial that leads to it."
    data: str
    "The commit of the data, or a hash of their files."
    code: str
    "The version of the project, +, and that of the board's arithmetic."
    seed: int | None
    "The seed of the cues given on the test images, else of the training; None = not known."

    @property
    def name(self) -> str:
        """The record's name: 32 hex digits, a hash of all fields."""
        return hashlib.blake2b(json.dumps(to_plain(self), sort_keys=True).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Labels(Stored):
    """The labels that a method had. None = not known."""

    cue: str = ""
    'The kinds of cue, joined by "+".'
    labelled_images: int | None = None
    unlabelled_images: int | None = None
    label_seconds: float | None = None
    "The time that the labels cost, by the prices of `wss_core.cues.cost`."
    share: float | None = None
    "The share of the training images that have the cue."
    source: str = ""
    '"declared" by the checkpoint, "reproduced" by the board, or "given" on the test images.'


@dataclass(frozen=True, kw_only=True)
class Score(Stored):
    """The value of a metric. NaN = it does not exist."""

    value: float
    low: float
    "The lower end of the bootstrap's 95 % interval."
    high: float
    "Its upper end."
    lost: float = 0.0
    "The share of resamples in which a class is missing."
    classes: tuple[float, ...] = ()
    "The value of each class, where the metric has them."


@dataclass(frozen=True, kw_only=True)
class Record(Stored):
    """The result of an evaluation: one checkpoint, or one trial, on one benchmark."""

    identity: Identity
    checkpoint: str
    'USER/REPO where `on_hub`, else a folder, "builtin", or a trial in words.'
    on_hub: bool
    track: str
    method: str
    settings: dict[str, Any]
    "The method's settings, without its classes."
    labels: Labels
    source: str
    "The data set, as the benchmark names it."
    split: str
    classes: tuple[str, ...]
    background: bool
    "Whether class 0 counts in means over classes."
    metric: str
    "The name of the metric that ranks."
    scores: dict[str, Score]
    "By the metric's name."
    images: int
    "How many images were evaluated."
    device: str
    machine: str
    seconds: float
    "The duration of the evaluation."
    forward: float
    "Seconds of it that the segmenter took."
    date: str
    "UTC, as 2026-01-31T09:30:00Z."
    ids: str = field(repr=False)
    "The ids of the images, packed; `image_ids` unpacks them."
    groups: str = field(repr=False)
    "The groups of the images, packed; `group_names` unpacks them."
    packed: dict[str, dict[str, Any]] = field(repr=False)
    "The numbers of every image that the metrics are computed from, by the name of the part; `parts` unpacks them."
    training: dict[str, Any] = field(default_factory=dict)
    "What the board's own training says of itself; {} where there was none."

    @cached_property
    def parts(self) -> dict[str, np.ndarray]:
        """The numbers that the metrics are computed from, int64, by the name of the part. Raises ValueError when damaged."""
        return {name: unpack(form) for name, form in self.packed.items()}

    @property
    def sample_key(self) -> tuple:
        """A key that is equal for records of the same images, which can then be compared image by image."""
        identity = self.identity
        arithmetic = identity.code.partition("+")[2]
        unknown = json.dumps(identity.unknown, sort_keys=True)
        return identity.benchmark, identity.definition, identity.data, self.images, arithmetic, unknown

    @property
    def trained_on_this_data(self) -> bool:
        """Whether the method uses the built-in model, and that has learned from masks of this data set's training images.

        The cost of those masks is not in `labels`.
        """
        return self.source in pretrained.LEARNED_FROM and any(map(uses_builtin_model, self.settings.values()))

    def group_names(self) -> tuple[str, ...]:
        """The group of every image, with which it is resampled; "" = alone. Raises ValueError when damaged."""
        return unpack_texts(self.groups, self.images)

    def image_ids(self) -> tuple[str, ...]:
        """The id of every image. Raises ValueError when damaged."""
        return unpack_texts(self.ids, self.images)


@dataclass(frozen=True, kw_only=True)
class Failure(Stored):
    """An evaluation that gave no record. It is deleted when one succeeds."""

    identity: Identity
    checkpoint: str
    "As in Record."
    reason: str
    "A sentence for people."
    date: str
