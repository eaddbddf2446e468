"""The state of a long training on disk: saved every few minutes, whole or not at all, and resumed from there."""

from __future__ import annotations

import json
import pickle
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..atomic_file import write_atomic
from ..run_options import STATE, RunOptions
from .config import LOG


class StateSaver:
    """Saves the state of a training in the folder of its RunOptions, if any, and resumes from it.

    about: all that decides the result; the state of another training is refused. is_main: only this process writes.
    parts: {name: object with state_dict and load_state_dict}. figures: plain values kept beside them. step: steps done.
    seconds: time spent by earlier runs. Raises ValueError when there is nothing to resume from, or a state is in the
    folder that is damaged, of another training, or not to be resumed.
    """

    def __init__(self, options: RunOptions, *, about: dict[str, Any], is_main: bool, parts: dict[str, Any]):
        self.path = None if options.folder is None else Path(options.folder) / STATE
        self.about, self.save_every, self.is_main, self.parts = about, options.save_every, is_main, parts
        self.figures: dict[str, Any] = {}
        self.step, self.seconds = 0, 0.0
        if self.path is not None and self.path.exists():
            self._load(options.resume)
        elif options.resume:
            raise ValueError(f"there is no {self.path} to go on from. Start without resume")
        self._started = self._saved = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds of training, over all runs."""
        return self.seconds + time.monotonic() - self._started

    def step_done(self) -> None:
        """Count one step, and save if the last save is long ago."""
        self.step += 1
        if time.monotonic() - self._saved > self.save_every:
            self.save()

    def save(self) -> None:
        """Write the state and the log, whole or not at all."""
        self._saved = time.monotonic()
        if self.path is None or not self.is_main:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        states = {name: part.state_dict() for name, part in self.parts.items()}
        progress = {"about": self.about, "figures": self.figures, "step": self.step, "seconds": self.elapsed}
        with write_atomic(self.path) as path:
            torch.save(progress | states, path)
        rows = "".join(json.dumps(row) + "\n" for row in self.figures.get("log", ()))
        self.path.with_name(LOG).write_text(rows, encoding="utf-8")

    def _load(self, resume: bool) -> None:
        try:
            state = torch.load(self.path, map_location="cpu", weights_only=True)
        except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
            raise ValueError(
                f"{self.path} is damaged ({str(error).splitlines()[0]:.80}). Delete it and start anew"
            ) from None
        self.step, self.seconds, self.figures = state["step"], state["seconds"], state["figures"]
        if not resume:
            raise ValueError(
                f"{self.path} holds a training stopped at step {self.step}. Go on with resume, or delete it, or "
                "choose another folder"
            )
        different = [key for key in {*self.about, *state["about"]} if self.about.get(key) != state["about"].get(key)]
        if different:
            raise ValueError(
                f"{self.path} is of a training with another {', '.join(sorted(different))}. Start it as before, or "
                "choose another folder"
            )
        for name, part in self.parts.items():
            part.load_state_dict(state[name])


class BestWeights:
    """The weights with the best validation score so far, and how many validations have been since.

    best: (score, step), or None before the first validation.
    """

    def __init__(self):
        self.best: tuple[float, int] | None = None
        self.weights: dict[str, torch.Tensor] | None = None
        self.validations_without_gain = 0

    def offer(self, score: float, step: int, model: nn.Module) -> None:
        """Keep a copy of the model's weights if its score is the best so far."""
        self.validations_without_gain += 1
        if self.best is None or score > self.best[0]:
            self.best, self.validations_without_gain = (score, step), 0
            self.weights = {name: value.detach().cpu().clone() for name, value in model.state_dict().items()}

    def state_dict(self) -> dict[str, Any]:
        """Return the state under the names that saved trainings hold."""
        return {"found": self.best, "weights": self.weights, "waited": self.validations_without_gain}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over a state that `state_dict` returned."""
        self.best, self.weights = state["found"], state["weights"]
        self.validations_without_gain = state["waited"]


def delete_states(folder: Path) -> None:
    """Delete the saved states of finished trainings in a folder and in the subfolders of its stages.

    The incomplete files that a killed save left there go too.
    """
    for name in (STATE, f".{STATE}.*.part"):
        for path in (*Path(folder).glob(name), *Path(folder).glob(f"*/{name}")):
            path.unlink()
