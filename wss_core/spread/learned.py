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
from . import appearance, cuenet_inputs, live, random_walk, seed_maps

TRUST = 0.1  # pull of the model's answer in the walk, beside that of one neighbour
MAX_ANSWERS = 32  # answers: more than a history has steps
MIN_CHANCE = 0.02  # the least chance that the solver's answer to boxes leaves a class
MAX_CLASSES = 16  # with more, only all the cues at once are asked about: it would take too long


class AnswerCache:
    """The last answers by what was seeds; safe to share between threads."""

    def __init__(self):
        self._answers: dict[bytes, np.ndarray] = {}
        self._lock = threading.Lock()

    def get(self, key: bytes) -> np.ndarray | None:
        """The answer kept for `key`, or None."""
        return self._answers.get(key)

    def put(self, key: bytes, answer: np.ndarray) -> None:
        """Keep it, and forget the oldest where there are too many."""
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > MAX_ANSWERS:
                del self._answers[next(iter(self._answers))]


@dataclass(frozen=True)
class Field:
    """The live solver's own, but for its basis, which is large; the features it is made of; the model's maps of the
    picture; the superpixel of each of the model's cells; answers."""

    live: live.Field
    features: np.ndarray
    pyramid: tuple[np.ndarray, ...]
    cells: np.ndarray
    answers: AnswerCache = field(default_factory=AnswerCache)


def prepare(features: np.ndarray, colour: np.ndarray, image: np.ndarray) -> Field:
    """The Field of features float32 (D, h, w), Lab colour float32 (3, h, w) and the image uint8 (H, W, 3)."""
    solver = replace(live.prepare(features, colour, image), basis=np.zeros((0, 0), np.float32))
    pyramid = pretrained.pyramid(image)
    size = pyramid[0].shape[:0:-1]
    return Field(solver, features, pyramid, cv2.resize(solver.regions.labels, size, interpolation=cv2.INTER_NEAREST))


def solve(field: Field, steps: list[SeedMap]) -> np.ndarray:
    """float32 (K, h, w), sums to 1: a row for each label of `steps[-1].class_ids`; see `Spread`."""
    current = steps[-1]
    if len(current.class_ids) > MAX_CLASSES:
        steps = [current]
    if len(current.class_ids) == 1:
        return np.ones((1, *current.seeds.shape), np.float32)
    if _boxes_alone(current):  # the solver finds what is in them better than the model does
        solver = replace(field.live, basis=appearance.basis(field.features))
        return live.solve(solver, current.seeds, current.allowed, current.class_ids)
    prior = _chances(_answer(field, steps), current.seeds.shape).reshape(len(current.class_ids), -1)
    fixed_rows = seed_maps.add_single_class_cells(
        seed_maps.seed_rows(current.seeds, current.class_ids), current.allowed
    )
    probs = random_walk.solve_grid(field.live.adjacent, prior, fixed_rows.ravel(), prior, TRUST)
    return seed_maps.normalize_allowed(probs.reshape(len(current.class_ids), *current.seeds.shape), current.allowed)


def _answer(field: Field, steps: list[SeedMap]) -> np.ndarray:
    """float16 (K - 1, h, w): log-odds of every class but background on the model's grid, after the last step."""
    key, previous, answer = b"", None, None
    for current in steps:
        key = blake2b(key + _key_bytes(current), digest_size=16).digest()
        cached = field.answers.get(key)
        if cached is None:
            cached = _next_answer(field, current, previous, answer)
            field.answers.put(key, cached)
        previous, answer = current, cached
    return answer


def _next_answer(field: Field, current: SeedMap, previous: SeedMap | None, answer: np.ndarray | None) -> np.ndarray:
    """The answer to one more cue. previous, answer: the step previous and what the model said then, None at the start."""
    evidence = live.region_evidence(field.live, current.seeds, current.allowed, current.class_ids)
    if _boxes_alone(current):
        chances = np.log(np.clip(evidence.probs, MIN_CHANCE, 1))
        return (chances[1:] - chances[0])[:, field.cells].astype(np.float16)
    seeds = resize_seeds(current.seeds, field.cells.shape)
    bounds = None
    if current.allowed is not None:
        bounds = np.stack([_resize_linear(row.astype(np.uint8), seeds.shape) > 0 for row in current.allowed])
    rows = range(1, len(current.class_ids))
    planes = np.stack(
        [cuenet_inputs.input_planes(evidence, field.cells, seeds, bounds, current.class_ids, row) for row in rows]
    )
    if previous is not None:
        newest = seeds != resize_seeds(previous.seeds, seeds.shape)
        for row, label in enumerate(current.class_ids[1:]):
            if label in previous.class_ids:
                cuenet_inputs.add_previous_answer(planes[row], answer[previous.class_ids.index(label) - 1], newest)
    return pretrained.class_logits(field.pyramid, planes).astype(np.float16)


def _boxes_alone(current: SeedMap) -> bool:
    return bool((current.seeds == UNKNOWN).all())


def _key_bytes(current: SeedMap) -> bytes:
    parts = [current.seeds, np.asarray(current.class_ids)] + (
        [] if current.allowed is None else [np.packbits(current.allowed)]
    )
    return b"".join(np.ascontiguousarray(part).tobytes() for part in parts)


def _chances(logits: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """float32 (K, h, w), sums to 1, on a finer grid; background's log-odds are 0."""
    logits = np.stack([np.zeros(grid, np.float32), *(_resize_linear(row, grid) for row in logits.astype(np.float32))])
    logits -= logits.max(axis=0)
    np.exp(logits, out=logits)
    return logits / logits.sum(axis=0)


def _resize_linear(plane: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    return cv2.resize(plane, grid[::-1], interpolation=cv2.INTER_LINEAR)
