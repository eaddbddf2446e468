"""What a long training keeps on disk: saved every few minutes, whole or not at all, and taken up again."""

from __future__ import annotations

import json
import pickle
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..atomic_file import write_atomic
from .config import LOG, STATE, RunOptions


class StateSaver:
    """Keeps the state of `parts` (each with state_dict) and `figures`, plain values, in the run's folder, if any.

    about: what decides the result; a state of another training is not taken up. step, seconds: so far.
    """

    def __init__(self, run: RunOptions, about: dict[str, Any], main: bool, parts: dict[str, Any]):
        self.path = None if run.folder is None else Path(run.folder) / STATE
        self.about, self.every, self.main, self.parts = about, run.every, main, parts
        self.figures: dict[str, Any] = {}
        self.step, self.seconds = 0, 0.0
        if self.path is not None and self.path.exists():
            self._take_up(run.resume)
        elif run.resume:
            raise ValueError(f"there is no {self.path} to go on from. Start without resume")
        self._since = self._saved = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds of training, over all runs."""
        return self.seconds + time.monotonic() - self._since

    def tick(self) -> None:
        """One step is done; saves now and then."""
        self.step += 1
        if time.monotonic() - self._saved > self.every:
            self.save()

    def save(self) -> None:
        """Write all, whole or not at all."""
        self._saved = time.monotonic()
        if self.path is None or not self.main:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        state = {name: part.state_dict() for name, part in self.parts.items()}
        with write_atomic(self.path) as part:
            torch.save(
                {"about": self.about, "figures": self.figures, "step": self.step, "seconds": self.elapsed, **state},
                part,
            )
        rows = "".join(json.dumps(row) + "\n" for row in self.figures.get("log", ()))
        self.path.with_name(LOG).write_text(rows, encoding="utf-8")

    def _take_up(self, resume: bool) -> None:
        try:
            kept = torch.load(self.path, map_location="cpu", weights_only=True)
        except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
            raise ValueError(
                f"{self.path} is damaged ({str(error).splitlines()[0]:.80}). Delete it and start anew"
            ) from None
        self.step, self.seconds, self.figures = kept["step"], kept["seconds"], kept["figures"]
        if not resume:
            raise ValueError(
                f"{self.path} holds a training stopped at step {self.step}. Go on with resume, or delete it, or "
                "choose another folder"
            )
        differ = [key for key in {*self.about, *kept["about"]} if self.about.get(key) != kept["about"].get(key)]
        if differ:
            raise ValueError(
                f"{self.path} is of a training with another {', '.join(sorted(differ))}. Start it as before, or choose "
                "another folder"
            )
        for name, part in self.parts.items():
            part.load_state_dict(kept[name])


class BestWeights:
    """The weights of the best validation so far. found: (score, step); waited: validations since."""

    def __init__(self):
        self.found: tuple[float, int] | None = None
        self.weights: dict[str, torch.Tensor] | None = None
        self.waited = 0

    @property
    def shown(self) -> dict[str, float]:
        """For the bar."""
        return {} if self.found is None else {"best": self.found[0]}

    def offer(self, score: float, step: int, model: nn.Module) -> float:
        """Keep the model's weights if its score is the best; returns the score."""
        self.waited += 1
        if self.found is None or score > self.found[0]:
            self.found, self.waited = (score, step), 0
            self.weights = {name: value.detach().cpu().clone() for name, value in model.state_dict().items()}
        return score

    def state_dict(self) -> dict[str, Any]:
        return {"found": self.found, "weights": self.weights, "waited": self.waited}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.found, self.weights, self.waited = state["found"], state["weights"], state["waited"]


def delete_states(folder: Path) -> None:
    """Remove the states of trainings that are done, also those of the stages of one, and what a killed save left of them."""
    for name in (STATE, f".{STATE}.*.part"):
        for path in (*Path(folder).glob(name), *Path(folder).glob(f"*/{name}")):
            path.unlink()
