"""Evaluation tasks: a checkpoint at a hash, or a trial, to be evaluated on a benchmark. The same task gives the same record."""

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

EVALUATION = 1  # raised when the board's own arithmetic changes a figure
CODE = f"{__version__}+{EVALUATION}"

Load = Callable[[str, str], Segmenter]  # (source, hash) -> the segmenter


@dataclass(frozen=True, kw_only=True)
class EvalTask:
    """One evaluation that can be done anywhere, and leads to one record or one failure."""

    checkpoint: Checkpoint
    "Somebody's checkpoint; with a trial, the description of the checkpoint that the trial leads to."
    benchmark: Benchmark
    data: Path
    "The folder of the benchmarks' data."
    data_revision: str
    "The commit of the data, or the hash of their files."
    trial: Trial | None = None
    "The method that the board itself trains, or gives cues to; None = the checkpoint is somebody's."

    @property
    def identity(self) -> Identity:
        """All that decides the figures; the record is named by its hash."""
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
        """The benchmark, with the cues that a trial without training gives on the test images."""
        if self.trial is None or self.trial.budget is None or self.trial.budget.share is not None:
            return self.benchmark
        given = {"cue": self.trial.budget.cue, "seed": self.trial.seed}
        return replace(self.benchmark, track="interactive", train="", cues=(), shares=(), **given)

    @property
    def on_hub(self) -> bool:
        """Whether the checkpoint is one of the Hub; a local folder of the same name has precedence."""
        source = self.checkpoint.source
        return self.trial is None and hub_client.is_repo_name(source) and not Path(source).is_dir()

    @property
    def seed(self) -> int | None:
        """The seed of the cues given on the test images, else that of the training; None when it is not known."""
        seed = self.benchmark.seed if self.benchmark.cue else self.checkpoint.training.get("seed")
        return seed if type(seed) is int else None
