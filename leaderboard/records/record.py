"""A record: one checkpoint on one benchmark, with what every picture gave. Written once, never changed (see `store`)."""

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
    """What a record is of. checkpoint, data: hashes; code: of the evaluation; seed: of training, or of the robot user."""

    benchmark: str
    definition: str
    checkpoint: str
    data: str
    code: str
    seed: int | None

    @property
    def name(self) -> str:
        """32 hex digits."""
        return hashlib.blake2b(json.dumps(to_plain(self), sort_keys=True).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Labels(Stored):
    """What labels a method had. cue: the kinds, joined by "+"; share: of the training pictures that have them.

    source: "declared" by the checkpoint, "reproduced" by the board, or "given" on the test pictures. None = not known.
    """

    cue: str = ""
    labelled_images: int | None = None
    unlabelled_images: int | None = None
    label_seconds: float | None = None
    share: float | None = None
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Score(Stored):
    """A metric's value and 95 % interval. lost: the share of resamples that lack a class. classes: by class."""

    value: float
    low: float
    high: float
    lost: float = 0.0
    classes: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Record(Stored):
    """checkpoint: USER/REPO where `on_hub`, else a folder or "builtin", at identity.checkpoint; or a trial in words. source,
    split: of the data. seconds: of the evaluation, forward: of the model's own part in it; date: UTC. ids, groups, packed: of
    the pictures, see `packing`. training: what the board's own training says of itself, {} where there was none."""

    identity: Identity
    checkpoint: str
    on_hub: bool
    track: str
    method: str
    settings: dict[str, Any]
    labels: Labels
    source: str
    split: str
    classes: tuple[str, ...]
    background: bool
    metric: str
    scores: dict[str, Score]
    images: int
    device: str
    machine: str
    seconds: float
    forward: float
    date: str
    ids: str = field(repr=False)
    groups: str = field(repr=False)
    packed: dict[str, dict[str, Any]] = field(repr=False)
    training: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def parts(self) -> dict[str, np.ndarray]:
        """What the metrics are read from (see `scores`). Raises ValueError."""
        return {name: unpack(form) for name, form in self.packed.items()}

    @property
    def sample(self) -> tuple:
        """Records with equal ones were made on the same pictures, and can be compared picture by picture."""
        of = self.identity
        arithmetic = of.code.partition("+")[2]
        return of.benchmark, of.definition, of.data, self.images, arithmetic, json.dumps(of.unknown, sort_keys=True)

    @property
    def trained_on_this_data(self) -> bool:
        """Whether the built-in model takes part, and has learned from masks of the same data set's training pictures: what
        these cost is in no price."""
        return self.source in pretrained.LEARNED_FROM and any(map(uses_builtin_model, self.settings.values()))

    def group_names(self) -> tuple[str, ...]:
        """With which others every picture is drawn in resamples, "" = with none. Raises ValueError."""
        return unpack_texts(self.groups, self.images)

    def picture_ids(self) -> tuple[str, ...]:
        """The id of every picture. Raises ValueError."""
        return unpack_texts(self.ids, self.images)


@dataclass(frozen=True, kw_only=True)
class Failure(Stored):
    """An evaluation that came to nothing, and why. It stands until one succeeds."""

    identity: Identity
    checkpoint: str
    reason: str
    date: str
