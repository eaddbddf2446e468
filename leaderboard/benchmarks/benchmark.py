"""A benchmark: which images are segmented, from which cues, and which metrics are measured. Its meaning never changes.

`definition` is a hash of all that a figure depends on. Records carry it, so figures of two meanings are never compared; to
change a benchmark, give it a new name. The fields are hashed and stored, and keep their names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from pathlib import Path

from wss_core import hub_client
from wss_core.cues import schema
from wss_core.data import ExampleDataset, load

from .. import bounds
from ..dataclass_json import Stored, from_plain, to_plain, warn_unknown_fields
from ..metrics.registry import METRICS
from . import cue_words

TRACKS = {
    "trained": "a checkpoint segments the pictures without a cue",
    "interactive": "cues are given on the test pictures: by a simulated user until the mask is right, or once",
    "efficiency": "the board trains a method itself, on shares of the training pictures and by kind of cue",
}
ROBOTS = {
    "clicks": "the standard simulated user's clicks, each in the largest error region",
    "strokes": "a stroke through the largest error region",
}
MAX_FILE = 100_000  # bytes
# Fields that decide no figure: how the benchmark is called, and the default labels (each record says which it had).
NOT_HASHED = ("name", "about", "cues", "shares")


@dataclass(frozen=True, kw_only=True)
class Benchmark(Stored):
    """What is compared, and how. Raises ValueError for fields that contradict each other."""

    name: str
    about: str = ""
    source: str
    "A folder below the data folder, a path, or USER/REPO of the Hub."
    split: str
    "The split that is tested on."
    classes: tuple[str, ...]
    "The class names, background first; pixels labelled 255 are ignored."
    metrics: tuple[str, ...]
    "Names of METRICS; the first one ranks."
    track: str = "trained"
    "One of TRACKS."
    revision: str = ""
    'The pinned commit or hash of the data; "" = any.'
    columns: tuple[tuple[str, str], ...] = ()
    "(role, column) pairs, as in the `columns` of `wss_core.data`."
    joined: tuple[tuple[str, tuple[str, ...]], ...] = ()
    "(class, its names in the data) for every class, where the data have finer ones."
    background: bool = False
    "Whether class 0 counts in means over classes."
    grouped: bool = True
    "Whether the images of one group (a patient, a video) are resampled together, and labelled one after another."
    cue: str = ""
    "Interactive track: one of ROBOTS, who gives up to `limit` cues, or a cue word (`cue_words`) given once."
    limit: int = 20
    "Cues of a simulated user on one image, at most."
    seed: int = 0
    "Seed of the simulated user and of the cues made."
    first: int = 0
    "How many images are tested on, from the first; 0 = all."
    train: str = ""
    "Efficiency track: the split to learn from."
    cues: tuple[str, ...] = ()
    "Efficiency track: the default cue words."
    shares: tuple[float, ...] = ()
    "Efficiency track: the default shares of the training images that get labels, each above 0 and at most 1."

    def __post_init__(self):
        for problem in _contradictions(self):
            raise ValueError(f"benchmark {self.name!r:.80}: {problem}")

    @property
    def metric(self) -> str:
        """The name of the metric that ranks."""
        return self.metrics[0]

    @property
    def definition(self) -> str:
        """16 hex digits that change with the meaning: a hash of all fields but NOT_HASHED and those with default values."""
        defaults = {field.name: to_plain(field.default) for field in fields(self) if field.default is not MISSING}
        hashed = {key: value for key, value in to_plain(self).items() if key not in NOT_HASHED}
        meaning = {key: value for key, value in hashed.items() if key not in defaults or value != defaults[key]}
        return hashlib.blake2b(json.dumps(meaning, sort_keys=True).encode(), digest_size=8).hexdigest()

    def examples(self, data: Path, split: str = "") -> ExampleDataset:
        """The examples to test on, or those of another split, from below the folder `data` or from the Hub.

        Raises ValueError when they are not there, or are not of the pinned revision.
        """
        folder = data / self.source
        if not folder.exists() and not hub_client.is_repo_name(self.source):
            raise ValueError(f"the data of {self.name} are not in {folder}. Give --data, the folder that holds them")
        return load(
            folder if folder.exists() else self.source,
            split or self.split,
            revision=self.revision or None,
            columns=dict(self.columns) or None,
            classes=dict(self.joined) or self.classes,
            limit=None if split else self.first or None,
        )


def read_benchmark(path: Path) -> Benchmark:
    """Read the benchmark that a JSON file of fields declares. Raises ValueError when it declares none."""
    if path.stat().st_size > MAX_FILE:
        raise ValueError(f"{path} is above {MAX_FILE:,} bytes: that is no benchmark. Give a JSON file of its fields")
    try:
        form = bounds.parse(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON ({error}). Give a JSON file of a benchmark's fields") from None
    try:
        bounds.check_bounds(form)
        benchmark = from_plain(Benchmark, form)
    except ValueError as error:
        raise ValueError(f"{path} declares no benchmark: {error}") from None
    warn_unknown_fields(benchmark, path)
    return benchmark


def _contradictions(benchmark: Benchmark) -> Iterator[str]:
    """Say what is wrong with the fields, a sentence each."""
    if not bounds.BENCHMARK_NAME.fullmatch(benchmark.name):
        yield "a name is letters, digits, - and _, and at most 60 of them. Choose another"
    try:
        schema.class_names(list(benchmark.classes))
    except ValueError as error:
        yield str(error)
    if benchmark.track not in TRACKS:
        yield f"there is no track {benchmark.track!r:.40}. Choose one of: {', '.join(TRACKS)}"
    yield from _metric_problems(benchmark)
    if (benchmark.track == "interactive") != bool(benchmark.cue):
        yield f"cue is {benchmark.cue!r:.40} and the track {benchmark.track}. Give a cue to the interactive track alone"
    if benchmark.joined and tuple(name for name, _ in benchmark.joined) != benchmark.classes:
        yield "joined names other classes than classes. Give it the same, in the same order"
    for word in {benchmark.cue, *benchmark.cues} - {"", *ROBOTS}:
        yield from _cue_problems(word)
    if (benchmark.track == "efficiency") != bool(benchmark.train and benchmark.cues and benchmark.shares):
        yield "train, cues and shares belong to the efficiency track, and it needs all of them"
    if not all(0 < share <= 1 for share in benchmark.shares):
        yield "shares are above 0 and at most 1"


def _metric_problems(benchmark: Benchmark) -> Iterator[str]:
    unknown = [name for name in benchmark.metrics if name not in METRICS]
    if unknown or not benchmark.metrics:
        yield f"there is no metric {', '.join(unknown) or 'given'}. Choose of: {', '.join(METRICS)}"
    of_sessions = [name for name in benchmark.metrics if "clicks" in METRICS[name].needs]
    if of_sessions and (benchmark.cue not in ROBOTS or len(of_sessions) < len(benchmark.metrics)):
        yield (
            f"{of_sessions[0]} is measured on simulated users' sessions alone. Give cue='clicks' or 'strokes', and no "
            "metric of a single prediction"
        )
    if benchmark.cue in ROBOTS and not of_sessions:
        yield (
            f"{benchmark.metrics[0]} is measured on a single prediction, and a simulated user gets many. Give noc85 or "
            "another metric of sessions"
        )


def _cue_problems(word: str) -> Iterator[str]:
    try:
        cue_words.parse(word)
    except ValueError as error:
        yield str(error)
