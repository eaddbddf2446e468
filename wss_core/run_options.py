"""RunOptions: how a training is run (device, precision, where its state is kept), which does not change its result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

STATE = "state.pt"  # the file in a training's folder that a stopped training continues from
Progress = Callable[[int, int, dict[str, float]], None]


@dataclass(frozen=True)
class RunOptions:
    """How a training is run: where its state is kept, on what device, who is informed. They do not change its result."""

    folder: Path | None = None
    "Where the training's state is saved; None = nowhere."
    resume: bool = False
    "Continue the stopped training that `folder` holds."
    save_every: float = 120.0
    "Seconds between two saves."
    device: str = "auto"
    'A device as PyTorch names it, or "auto": a GPU where there is one.'
    precision: str = "auto"
    '"float32", "bfloat16", "float16", or "auto": the fastest that the device supports.'
    progress: Progress | None = None
    "Called with (step, steps, {name: value}) after each step; whatever it raises stops the training, saved."
    quiet: bool = False
    "Show no progress bar."

    def stage(self, name: str, first: bool = False) -> RunOptions:
        """Return the options for one of several trainings in a row, each with a subfolder of its own.

        name: that of the subfolder; "" = there is only one training. Stages that have no state yet begin anew.
        """
        if self.folder is None or not name:
            return self
        folder = Path(self.folder) / name
        return replace(self, folder=folder, resume=self.resume and (first or (folder / STATE).exists()))


def with_progress(options: RunOptions | None, progress: Progress | None) -> RunOptions:
    """Return the options, or the default ones, with `progress` if that is given."""
    options = options or RunOptions()
    return options if progress is None else replace(options, progress=progress)
