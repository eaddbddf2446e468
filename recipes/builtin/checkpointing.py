"""Checkpoints of a long training, saved every few minutes and resumed; and batches that are prepared ahead."""

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
    """Saves the state of `parts` (each with state_dict) and the step in one file; restores them if the file exists."""

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
        """Count a step, save every EVERY seconds, and log the figures every 100 steps beside the file."""
        self.step += 1
        if self.step % 100 == 0:
            line = {"step": self.step, "seconds": round(self._elapsed(), 1), **figures}
            with open(self.path.with_suffix(".jsonl"), "a") as log:
                log.write(json.dumps(line) + "\n")
        if time.monotonic() - self._saved > EVERY:
            self.save()

    def save(self) -> None:
        """Write everything atomically."""
        state = {name: part.state_dict() for name, part in self.parts.items()}
        with write_atomic(self.path) as part:
            torch.save({**state, "step": self.step, "seconds": self._elapsed()}, part)
        self._saved = time.monotonic()

    def _elapsed(self) -> float:
        return self.seconds + time.monotonic() - self._since


def ahead(make: Callable[[int], Any], start: int, stop: int) -> Iterator[Any]:
    """Yield make(start) .. make(stop - 1), two of them prepared ahead in a thread."""
    with ThreadPoolExecutor(1) as pool:
        yield from queued(pool, make, start, stop, 2)


def queued(pool: Executor, make: Callable[[int], Any], start: int, stop: int, count: int) -> Iterator[Any]:
    """Yield make(start) .. make(stop - 1) in order, `count` of them prepared ahead by the pool."""
    waiting = deque(pool.submit(make, step) for step in range(start, min(start + count, stop)))
    for step in range(start + count, stop + count):
        if step < stop:
            waiting.append(pool.submit(make, step))
        if waiting:
            yield waiting.popleft().result()
