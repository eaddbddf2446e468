"""One training as it is asked about: how far it is, and what came of it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from .task import TrainTask

ENDED = ("done", "failed", "cancelled")


@dataclass(eq=False)
class Job:
    """state: "waiting", "training", or one of ENDED. said: how far it is. answers: those for pictures.

    model: what it became, as a method's name. asked: when somebody last wanted to know, by time.monotonic().
    """

    task: TrainTask | None
    state: str = "waiting"
    said: dict = field(default_factory=dict)
    answers: list[dict] = field(default_factory=list)
    model: str = ""
    error: str = ""
    asked: float = field(default_factory=time.monotonic)
    stop: threading.Event = field(default_factory=threading.Event)

    def take(self, said: dict) -> None:
        """What the process says."""
        if "answer" in said:
            self.answers.append(said)
        else:
            self.said = {**self.said, **said}

    def end(self, state: str, model: str = "", error: str = "") -> None:
        """It is over: its pictures need not be kept, nor answers of a training that came to nothing."""
        self.task = None
        self.model, self.error = model, error
        self.answers = self.answers if model else []
        self.state = state

    def told(self, seen: int) -> dict:
        """For whoever asks. seen: how many answers they have already."""
        self.asked = time.monotonic()
        return {
            "state": self.state,
            "model": self.model,
            "error": self.error,
            "answers": self.answers[seen:],
            **self.said,
        }
