"""A piece of work: a checkpoint at a hash, to be evaluated on a benchmark. Whoever does it makes the same record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wss_core import __version__, remote
from wss_core.hub import Checkpoint
from wss_core.segmenter import Segmenter

from .benchmarks import Benchmark
from .records import Identity, Labels

EVALUATION = 1  # raised when the board's own arithmetic changes a number
CODE = f"{__version__}+{EVALUATION}"

Load = Callable[[str, str], Segmenter]  # (source, hash) -> the segmenter


@dataclass(frozen=True, kw_only=True)
class Work:
    """data: the folder of the benchmarks' data. labels: what the board itself trained with; None = as the checkpoint says."""

    checkpoint: Checkpoint
    benchmark: Benchmark
    data: Path
    data_revision: str
    labels: Labels | None = None

    @property
    def identity(self) -> Identity:
        return Identity(
            benchmark=self.benchmark.name,
            definition=self.benchmark.definition,
            checkpoint=self.checkpoint.sha,
            data=self.data_revision,
            code=CODE,
            seed=self.seed,
        )

    @property
    def on_hub(self) -> bool:
        """Whether the checkpoint is one of the Hub; a folder of that name comes before it."""
        return remote.is_name(self.checkpoint.source) and not Path(self.checkpoint.source).is_dir()

    @property
    def seed(self) -> int | None:
        """Of the cues given on the test pictures, else of the training; None when it does not say."""
        told = self.benchmark.seed if self.benchmark.cue else self.checkpoint.training.get("seed")
        return told if type(told) is int else None
