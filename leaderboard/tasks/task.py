"""A piece of work: a checkpoint at a hash, or a trial, to be evaluated on a benchmark. Whoever does it makes the same record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from wss_core import __version__, hub_client
from wss_core.hub import Checkpoint
from wss_core.segmenter import Segmenter

from ..benchmarks.benchmark import Benchmark
from ..records.record import Identity
from .trial import Trial

EVALUATION = 1  # raised when the board's own arithmetic changes a number
CODE = f"{__version__}+{EVALUATION}"

Load = Callable[[str, str], Segmenter]  # (source, hash) -> the segmenter


@dataclass(frozen=True, kw_only=True)
class EvalTask:
    """data: the folder of the benchmarks' data. trial: what the board does itself; then `checkpoint` stands for what it
    leads to. None = a checkpoint of somebody's."""

    checkpoint: Checkpoint
    benchmark: Benchmark
    data: Path
    data_revision: str
    trial: Trial | None = None

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
    def benchmark_with_cues(self) -> Benchmark:
        """The benchmark as the segmenter meets it: with the cues that a trial without training gives on the test pictures."""
        if self.trial is None or self.trial.budget is None or self.trial.budget.share is not None:
            return self.benchmark
        given = {"cue": self.trial.budget.cue, "seed": self.trial.seed}
        return replace(self.benchmark, track="interactive", train="", cues=(), shares=(), **given)

    @property
    def on_hub(self) -> bool:
        """Whether the checkpoint is one of the Hub; a folder of that name comes before it."""
        source = self.checkpoint.source
        return self.trial is None and hub_client.is_name(source) and not Path(source).is_dir()

    @property
    def seed(self) -> int | None:
        """Of the cues given on the test pictures, else of the training; None when it does not say."""
        told = self.benchmark.seed if self.benchmark.cue else self.checkpoint.training.get("seed")
        return told if type(told) is int else None
