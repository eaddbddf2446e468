"""The solver "learned": the built-in model improves the live solver's result, and a random walk decides the edges.

The model runs once for each cue, in the order they were given, and sees its last answer each time (Sofiiuk, Petrov,
Konushin, "Reviving Iterative Training with Mask Guidance", 2021): what was right stays right. The answer is still a
function of the picture and the cues alone; earlier answers are only cached to save time.
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
MAX_ANSWERS = 32  # answers; a history has fewer steps
MIN_CHANCE = 0.02  # of a class, in the live solver's answer to boxes, before its log
MAX_CLASSES = 16  # with more the model runs once, for all cues together: else it would take too long


class AnswerCache:
    """A cache of the last answers by the seeds they belong to; safe to share between threads."""

    def __init__(self):
        self._answers: dict[bytes, np.ndarray] = {}
        self._lock = threading.Lock()

    def get(self, key: bytes) -> np.ndarray | None:
        """Return the answer kept for `key`, or None."""
        return self._answers.get(key)

    def put(self, key: bytes, answer: np.ndarray) -> None:
        """Keep an answer and forget the oldest where there are too many."""
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > MAX_ANSWERS:
                del self._answers[next(iter(self._answers))]


@dataclass(frozen=True)
class Field:
    """A prepared picture, with the answers given so far."""

    live: live.Field
    "The live solver's, without its basis, which is large and can be made from `features`."
    features: np.ndarray
    "float32 (D, h, w) on the grid."
    pyramid: tuple[np.ndarray, ...]
    "The model's feature maps of the picture, float32 (32, h, w) at strides 4, 8, 16, 32."
    cells: np.ndarray
    "int32 (h, w): the superpixel of each cell of the model's grid."
    answers: AnswerCache = field(default_factory=AnswerCache)
    "The model's last answers."


def prepare(features: np.ndarray, colour: np.ndarray, image: np.ndarray) -> Field:
    """Prepare a picture from features float32 (D, h, w), Lab colour float32 (3, h, w) and the image uint8 (H, W, 3)."""
    solver = replace(live.prepare(features, colour, image), basis=np.zeros((0, 0), np.float32))
    pyramid = pretrained.pyramid(image)
    size = pyramid[0].shape[:0:-1]
    return Field(solver, features, pyramid, cv2.resize(solver.regions.labels, size, interpolation=cv2.INTER_NEAREST))


def solve(field: Field, steps: list[SeedMap]) -> np.ndarray:
    """Spread the seeds of all steps: float32 (K, h, w), sums to 1, a row for each label of `steps[-1].class_ids`."""
    last = steps[-1]
    if len(last.class_ids) > MAX_CLASSES:
        steps = [last]
    if len(last.class_ids) == 1:
        return np.ones((1, *last.seeds.shape), np.float32)
    if _boxes_alone(last):  # the solver finds what is in them better than the model does
        solver = replace(field.live, basis=appearance.basis(field.features))
        return live.solve(solver, last.seeds, last.allowed, last.class_ids)
    prior = _chances(_log_odds(field, steps), last.seeds.shape).reshape(len(last.class_ids), -1)
    rows = seed_maps.add_single_class_cells(seed_maps.seed_rows(last.seeds, last.class_ids), last.allowed)
    probs = random_walk.solve_grid(field.live.adjacent, prior, rows.ravel(), prior, TRUST)
    return seed_maps.normalize_allowed(probs.reshape(len(last.class_ids), *last.seeds.shape), last.allowed)


def _log_odds(field: Field, steps: list[SeedMap]) -> np.ndarray:
    """Compute the log-odds of every class but background on the model's grid after the last step: float16 (K - 1, h, w)."""
    key, previous_step, answer = b"", None, None
    for step in steps:
        key = blake2b(key + _seed_bytes(step), digest_size=16).digest()
        cached = field.answers.get(key)
        if cached is None:
            cached = _answer_step(field, step, previous_step, answer)
            field.answers.put(key, cached)
        previous_step, answer = step, cached
    return answer


def _answer_step(field: Field, step: SeedMap, previous_step: SeedMap | None, previous: np.ndarray | None) -> np.ndarray:
    """Run the model after one more cue: float16 (K - 1, h, w). previous_step, previous: the step before and its answer, or None."""
    evidence = live.region_evidence(field.live, step.seeds, step.allowed, step.class_ids)
    if _boxes_alone(step):
        log_probs = np.log(np.clip(evidence.probs, MIN_CHANCE, 1))
        return (log_probs[1:] - log_probs[0])[:, field.cells].astype(np.float16)
    seeds = resize_seeds(step.seeds, field.cells.shape)
    allowed = None
    if step.allowed is not None:
        allowed = np.stack([_resize_linear(row.astype(np.uint8), seeds.shape) > 0 for row in step.allowed])
    rows = range(1, len(step.class_ids))
    planes = np.stack(
        [cuenet_inputs.input_planes(evidence, field.cells, seeds, allowed, step.class_ids, row) for row in rows]
    )
    if previous_step is not None:
        newest = seeds != resize_seeds(previous_step.seeds, seeds.shape)
        for row, label in enumerate(step.class_ids[1:]):
            if label in previous_step.class_ids:
                cuenet_inputs.add_previous_answer(
                    planes[row], previous[previous_step.class_ids.index(label) - 1], newest
                )
    return pretrained.class_logits(field.pyramid, planes).astype(np.float16)


def _boxes_alone(step: SeedMap) -> bool:
    return bool((step.seeds == UNKNOWN).all())


def _seed_bytes(step: SeedMap) -> bytes:
    parts = [step.seeds, np.asarray(step.class_ids)] + ([] if step.allowed is None else [np.packbits(step.allowed)])
    return b"".join(np.ascontiguousarray(part).tobytes() for part in parts)


def _chances(log_odds: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Turn log-odds (K - 1, h, w) into probabilities float32 (K, h, w) on a finer grid; background's log-odds are 0."""
    logits = np.stack([np.zeros(grid, np.float32), *(_resize_linear(row, grid) for row in log_odds.astype(np.float32))])
    logits -= logits.max(axis=0)
    np.exp(logits, out=logits)
    return logits / logits.sum(axis=0)


def _resize_linear(plane: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    return cv2.resize(plane, grid[::-1], interpolation=cv2.INTER_LINEAR)
