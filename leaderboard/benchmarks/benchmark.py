"""A benchmark: which pictures are segmented, from which cues, and which numbers say how well. Its meaning never changes.

`definition` is a hash of all that a number depends on; records carry it, so numbers of two meanings are never compared.
To change a benchmark, give it a new name.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import MISSING, dataclass, fields
from pathlib import Path

from wss_core import data as examples
from wss_core import hub_client
from wss_core.cues import schema

from .. import bounds
from ..dataclass_json import Stored, from_plain, to_plain, warn_unknown_fields
from ..metrics.registry import METRICS
from . import cue_words

TRACKS = {
    "trained": "a checkpoint segments the pictures without a cue",
    "interactive": "cues are given on the test pictures: by a robot user until the mask is right, or once",
    "efficiency": "the board trains a method itself, on shares of the training pictures and by kind of cue",
}
ROBOTS = {"clicks": "the standard robot user's clicks", "strokes": "a stroke through the largest error region"}
MAX_FILE = 100_000
NAME = re.compile(r"[\w-]{1,60}")
# What says nothing about a number: what it is called, and which labels are usual (each record tells its own).
NOT_MEANT = ("name", "about", "cues", "shares")


@dataclass(frozen=True, kw_only=True)
class Benchmark(Stored):
    """source: a folder below the data folder, a path, or USER/REPO of the Hub; revision: pinned, "" = any.

    classes: background first; pixels of 255 are ignored. columns: (role, column) pairs, see `wss_core.examples`. joined:
    (class, names of the data that are this class) for every class, where the data have finer ones. metrics: what is
    reported, the first one above all. background: whether class 0 counts in means over classes. grouped: whether pictures
    of one group are drawn together, in resamples and for labelling. cue: of the interactive track, one of ROBOTS (at most
    `limit` cues), or a word of `cueing` given once; seed: of the robot and of cues. first: only so many pictures, 0 = all.
    train: of the efficiency track, the split to learn from; cues, shares: the words of `cueing` and the shares of pictures
    that are labelled so, unless others are asked for.
    """

    name: str
    about: str = ""
    source: str
    split: str
    classes: tuple[str, ...]
    metrics: tuple[str, ...]
    track: str = "trained"
    revision: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    joined: tuple[tuple[str, tuple[str, ...]], ...] = ()
    background: bool = False
    grouped: bool = True
    cue: str = ""
    limit: int = 20
    seed: int = 0
    first: int = 0
    train: str = ""
    cues: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()

    def __post_init__(self):
        for problem in _contradictions(self):
            raise ValueError(f"benchmark {self.name!r:.80}: {problem}")

    @property
    def metric(self) -> str:
        """The name of the metric that stands for the benchmark."""
        return self.metrics[0]

    @property
    def definition(self) -> str:
        """16 hex digits that change with the meaning: with every field that is not NOT_MEANT and not as usual."""
        usual = {field.name: to_plain(field.default) for field in fields(self) if field.default is not MISSING}
        told = {key: value for key, value in to_plain(self).items() if key not in NOT_MEANT}
        meaning = {key: value for key, value in told.items() if key not in usual or value != usual[key]}
        return hashlib.blake2b(json.dumps(meaning, sort_keys=True).encode(), digest_size=8).hexdigest()

    def examples(self, data: Path, split: str = "") -> examples.Examples:
        """The Examples to test on (or of another split), below the folder `data` or on the Hub.

        Raises ValueError when they are not there, or are not of the pinned revision.
        """
        place = data / self.source
        if not place.exists() and not hub_client.is_name(self.source):
            raise ValueError(f"the data of {self.name} are not in {place}. Give --data, the folder that holds them")
        return examples.read(
            place if place.exists() else self.source,
            split or self.split,
            revision=self.revision or None,
            columns=dict(self.columns) or None,
            classes=dict(self.joined) or self.classes,
            limit=None if split else self.first or None,
        )


def read_benchmark(path: Path) -> Benchmark:
    """The benchmark that a JSON file of fields declares. Raises ValueError."""
    if path.stat().st_size > MAX_FILE:
        raise ValueError(f"{path} is above {MAX_FILE:,} bytes: that is no benchmark. Give a JSON file of its fields")
    try:
        form = bounds.parse(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON ({error}). Give a JSON file of a benchmark's fields") from None
    try:
        bounds.check(form)
        found = from_plain(Benchmark, form)
    except ValueError as error:
        raise ValueError(f"{path} declares no benchmark: {error}") from None
    warn_unknown_fields(found, path)
    return found


def _contradictions(benchmark: Benchmark):
    """What cannot be evaluated."""
    if not NAME.fullmatch(benchmark.name):
        yield "a name is letters, digits, - and _, and at most 60 of them. Choose another"
    try:
        schema.class_names(list(benchmark.classes))
    except ValueError as error:
        yield str(error)
    if benchmark.track not in TRACKS:
        yield f"there is no track {benchmark.track!r:.40}. Choose one of: {', '.join(TRACKS)}"
    strange = [name for name in benchmark.metrics if name not in METRICS]
    if strange or not benchmark.metrics:
        yield f"there is no metric {', '.join(strange) or 'given'}. Choose of: {', '.join(METRICS)}"
    clicked = [name for name in benchmark.metrics if "clicks" in METRICS[name].needs]
    if clicked and (benchmark.cue not in ROBOTS or len(clicked) < len(benchmark.metrics)):
        yield f"{clicked[0]} is of robot users alone. Give cue='clicks' and no metric of one prediction"
    if benchmark.cue in ROBOTS and not clicked:
        yield f"{benchmark.metrics[0]} is of one prediction, and a robot user gets many. Give noc85 or the like"
    if (benchmark.track == "interactive") != bool(benchmark.cue):
        yield f"cue is {benchmark.cue!r:.40} and the track {benchmark.track}. Give a cue to the interactive track alone"
    if benchmark.joined and tuple(name for name, _ in benchmark.joined) != benchmark.classes:
        yield "joined names other classes than classes. Give it the same, in the same order"
    for word in {benchmark.cue, *benchmark.cues} - {"", *ROBOTS}:
        yield from _unknown(word)
    if (benchmark.track == "efficiency") != bool(benchmark.train and benchmark.cues and benchmark.shares):
        yield "train, cues and shares belong to the efficiency track, and it needs all of them"
    if not all(0 < share <= 1 for share in benchmark.shares):
        yield "shares are above 0 and at most 1"


def _unknown(word: str):
    """Why a word is no cue."""
    try:
        cue_words.parse(word)
    except ValueError as error:
        yield str(error)
