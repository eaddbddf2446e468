"""learned: the live solver's evidence, judged by the built-in model, which has seen what people want; the walk then
settles the edges of this picture.

The model is asked cue after cue, in the order they were given, and sees its last answer each time (Sofiiuk, Petrov,
Konushin, "Reviving Iterative Training with Mask Guidance", 2021): what was right stays right. The answer is still a
function of the picture and the cues alone; earlier answers are only remembered to save time.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from hashlib import blake2b

import cv2
import numpy as np

from ..builtin import pretrained
from ..conventions import UNKNOWN
from ..cues.raster import SeedMap, resize_seeds
from . import appearance, cuenet_inputs, live, random_walk
from . import seed_maps as cues

TRUST = 0.1  # pull of the model's answer in the walk, beside that of one neighbour
REMEMBERED = 32  # answers: more than a history has steps
SURE = 0.02  # the least chance that the solver's answer to boxes leaves a class
MOST_CLASSES = 16  # with more, only all the cues at once are asked about: it would take too long


class Memory:
    """The last answers by what was told; safe to share between threads."""

    def __init__(self):
        self._answers: dict[bytes, np.ndarray] = {}
        self._lock = threading.Lock()

    def recall(self, key: bytes) -> np.ndarray | None:
        """The answer kept for `key`, or None."""
        return self._answers.get(key)

    def keep(self, key: bytes, answer: np.ndarray) -> None:
        """Keep it, and forget the oldest where there are too many."""
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > REMEMBERED:
                del self._answers[next(iter(self._answers))]


@dataclass(frozen=True)
class Field:
    """The live solver's own, but for its basis, which is large; the features it is made of; the model's maps of the
    picture; the superpixel of each of the model's cells; answers."""

    live: live.Field
    features: np.ndarray
    pyramid: tuple[np.ndarray, ...]
    cells: np.ndarray
    memory: Memory = field(default_factory=Memory)


def prepare(features: np.ndarray, colour: np.ndarray, image: np.ndarray) -> Field:
    """The Field of features float32 (D, h, w), Lab colour float32 (3, h, w) and the image uint8 (H, W, 3)."""
    solver = replace(live.prepare(features, colour, image), basis=np.zeros((0, 0), np.float32))
    pyramid = pretrained.pyramid(image)
    size = pyramid[0].shape[:0:-1]
    return Field(solver, features, pyramid, cv2.resize(solver.regions.labels, size, interpolation=cv2.INTER_NEAREST))


def solve(field: Field, steps: list[SeedMap]) -> np.ndarray:
    """float32 (K, h, w), sums to 1: a row for each label of `steps[-1].class_ids`; see `Spread`."""
    now = steps[-1]
    if len(now.class_ids) > MOST_CLASSES:
        steps = [now]
    if len(now.class_ids) == 1:
        return np.ones((1, *now.seeds.shape), np.float32)
    if _boxes_alone(now):  # the solver finds what is in them better than the model does
        solver = replace(field.live, basis=appearance.basis(field.features))
        return live.solve(solver, now.seeds, now.allowed, now.class_ids)
    prior = _chances(_answer(field, steps), now.seeds.shape).reshape(len(now.class_ids), -1)
    told = cues.with_outside(cues.rows_drawn(now.seeds, now.class_ids), now.allowed)
    probs = random_walk.over_grid(field.live.adjacent, prior, told.ravel(), prior, TRUST)
    return cues.share_out(probs.reshape(len(now.class_ids), *now.seeds.shape), now.allowed)


def _answer(field: Field, steps: list[SeedMap]) -> np.ndarray:
    """float16 (K - 1, h, w): log-odds of every class but background on the model's grid, after the last step."""
    key, before, answer = b"", None, None
    for now in steps:
        key = blake2b(key + _content(now), digest_size=16).digest()
        known = field.memory.recall(key)
        if known is None:
            known = _step(field, now, before, answer)
            field.memory.keep(key, known)
        before, answer = now, known
    return answer


def _step(field: Field, now: SeedMap, before: SeedMap | None, answer: np.ndarray | None) -> np.ndarray:
    """The answer to one more cue. before, answer: the step before and what the model said then, None at the start."""
    found = live.evidence(field.live, now.seeds, now.allowed, now.class_ids)
    if _boxes_alone(now):
        chances = np.log(np.clip(found.probs, SURE, 1))
        return (chances[1:] - chances[0])[:, field.cells].astype(np.float16)
    told = resize_seeds(now.seeds, field.cells.shape)
    bounds = None
    if now.allowed is not None:
        bounds = np.stack([_enlarged(row.astype(np.uint8), told.shape) > 0 for row in now.allowed])
    rows = range(1, len(now.class_ids))
    shown = np.stack([cuenet_inputs.planes(found, field.cells, told, bounds, now.class_ids, row) for row in rows])
    if before is not None:
        newest = told != resize_seeds(before.seeds, told.shape)
        for row, label in enumerate(now.class_ids[1:]):
            if label in before.class_ids:
                cuenet_inputs.remember(shown[row], answer[before.class_ids.index(label) - 1], newest)
    return pretrained.answer(field.pyramid, shown).astype(np.float16)


def _boxes_alone(now: SeedMap) -> bool:
    return bool((now.seeds == UNKNOWN).all())


def _content(now: SeedMap) -> bytes:
    parts = [now.seeds, np.asarray(now.class_ids)] + ([] if now.allowed is None else [np.packbits(now.allowed)])
    return b"".join(np.ascontiguousarray(part).tobytes() for part in parts)


def _chances(logits: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """float32 (K, h, w), sums to 1, on a finer grid; background's log-odds are 0."""
    logits = np.stack([np.zeros(grid, np.float32), *(_enlarged(row, grid) for row in logits.astype(np.float32))])
    logits -= logits.max(axis=0)
    np.exp(logits, out=logits)
    return logits / logits.sum(axis=0)


def _enlarged(plane: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    return cv2.resize(plane, grid[::-1], interpolation=cv2.INTER_LINEAR)
