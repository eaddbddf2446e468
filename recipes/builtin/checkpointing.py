"""What a long run keeps: saved every few minutes, taken up again; and batches made ahead in a thread."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch

from wss_core.atomic_file import write_atomic

EVERY = 120  # seconds between saves


class Saver:
    """Keeps the state of `parts` (each with state_dict) and the step in one file; reads it back when it exists."""

    def __init__(self, path: Path, **parts):
        self.path, self.parts, self.step, self.seconds = path, parts, 0, 0.0
        path.parent.mkdir(parents=True, exist_ok=True)
        self._since = time.monotonic()
        self._saved = self._since
        if path.exists():
            kept = torch.load(path, map_location="cpu", weights_only=True)
            self.step, self.seconds = kept.pop("step"), kept.pop("seconds")
            for name, state in kept.items():
                parts[name].load_state_dict(state)

    def tick(self, **figures) -> None:
        """One step is done. Saves now and then; the figures go to a line of the log beside the file."""
        self.step += 1
        if self.step % 100 == 0:
            line = {"step": self.step, "seconds": round(self._elapsed(), 1), **figures}
            with open(self.path.with_suffix(".jsonl"), "a") as log:
                log.write(json.dumps(line) + "\n")
        if time.monotonic() - self._saved > EVERY:
            self.save()

    def save(self) -> None:
        """Write all, whole or not at all."""
        state = {name: part.state_dict() for name, part in self.parts.items()}
        with write_atomic(self.path) as part:
            torch.save({**state, "step": self.step, "seconds": self._elapsed()}, part)
        self._saved = time.monotonic()

    def _elapsed(self) -> float:
        return self.seconds + time.monotonic() - self._since


def ahead(make: Callable[[int], Any], start: int, stop: int) -> Iterator[Any]:
    """make(start) .. make(stop - 1), two of them made ahead in a thread while the last is used."""
    with ThreadPoolExecutor(1) as pool:
        yield from queued(pool, make, start, stop, 2)


def queued(pool: Executor, make: Callable[[int], Any], start: int, stop: int, count: int) -> Iterator[Any]:
    """make(start) .. make(stop - 1) in order, `count` of them made ahead by the pool."""
    waiting = deque(pool.submit(make, step) for step in range(start, min(start + count, stop)))
    for step in range(start + count, stop + count):
        if step < stop:
            waiting.append(pool.submit(make, step))
        if waiting:
            yield waiting.popleft().result()
