"""What a training does (Plan), which decides the result, and how it is run (Run), which does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

STATE, LOG = "state.pt", "log.jsonl"
Progress = Callable[[int, int, dict[str, float]], None]


@dataclass(frozen=True)
class TrainConfig:
    """steps: of the optimizer. batch: crops in a step, and as many of pictures with no place told, if any. crop: pixels
    of its side. side: pixels of a picture's longer side at most. channels: 3, or 1 for grey. rate: of learning, of new
    layers; encoders with weights learn at a tenth. decay: of the teacher's memory, a step. every: steps between
    validations. patience: validations without a better one after which it ends; 0 = never.
    """

    steps: int
    batch: int
    crop: int
    side: int
    channels: int
    rate: float
    seed: int
    decay: float = 0.99
    every: int = 250
    patience: int = 0
    zoom: float = 1.4  # a crop shows a picture up to so many times larger or smaller
    turn: float = 15.0  # degrees either way; not where there are boxes


@dataclass(frozen=True)
class RunOptions:
    """folder: where the state is kept, None = nowhere; resume: go on from there. every: seconds between saves.

    device: "auto", or torch's name of one. precision: "auto", "float32", "bfloat16" or "float16". progress is called
    with (step, steps, figures) after each step; what it raises ends the run, saved. quiet: no bar is shown.
    """

    folder: Path | None = None
    resume: bool = False
    every: float = 120.0
    device: str = "auto"
    precision: str = "auto"
    progress: Progress | None = None
    quiet: bool = False

    def stage(self, name: str, first: bool = False) -> RunOptions:
        """The same for one of several trainings after one another, each with its folder; those not begun begin anew.
        name: "" = there is but one."""
        if self.folder is None or not name:
            return self
        folder = Path(self.folder) / name
        return replace(self, folder=folder, resume=self.resume and (first or (folder / STATE).exists()))


def with_progress(run: RunOptions | None, progress: Progress | None) -> RunOptions:
    """The run, or the usual one, with `progress` if that is given."""
    run = run or RunOptions()
    return run if progress is None else replace(run, progress=progress)
