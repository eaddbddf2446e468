"""Cues from masks: what a person would have marked in a picture whose true mask is known, and so what that costs.

Everything is decided by (seed, id, kind) alone, never by the order or the process in which pictures are seen, so a
weak version of a data set can be made again from its seed. Pixels whose truth is 255 are never cued.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np

from ..conventions import UNKNOWN
from . import Box, Cues, CueSpec, Example, simulated_user
from .cost import connected_objects

BLOCKS = 10  # to a side of the picture, as in Lin, Upchurch, Bala, "Block Annotation", ICCV 2019


def cues_from_mask(
    truth: np.ndarray,
    spec: CueSpec,
    *,
    seed: int,
    id: str,
    classes: tuple[str, ...],
    instances: np.ndarray | None = None,
) -> Cues:
    """Cues that a simulated person gives for the true mask `truth`, uint8 (H, W), 255 = ignored; class 0 is background.

    A picture without objects, where they were looked for, gives tags=(), whatever the kind (but "none").

    id: the picture's name; the same (seed, id, kind) gives the same cues. classes: the class names, background first.
    instances: int32 (H, W), an id for each object, 0 = none; where None, the connected patches (`cost.connected_objects`) of each class.
    Raises ValueError when the mask, its classes or the instances do not fit each other.
    """
    _check(truth, len(classes), instances)
    if spec.kind == "none" or (truth == UNKNOWN).all():
        return Cues()
    rng = _rng(seed, id, spec.kind)
    objects = _objects(truth, connected_objects(truth) if instances is None else instances)
    cues = _make_cues(truth, spec, objects, classes, rng)
    return cues if cues.kinds else Cues(tags=())


def simulate_cues(example: Example, spec: CueSpec, *, seed: int, classes: tuple[str, ...]) -> Example:
    """The example with cues made from its true mask in place of its own; the truth stays, for scoring.

    Raises ValueError for a picture without a mask, unless the kind is "none", and as `cues_from_mask` does.
    """
    if spec.kind == "none":
        return replace(example, cues=Cues())
    if example.truth is None:
        raise ValueError(
            f"the picture {example.id!r} has no mask to make {spec.kind} from. Leave it out, or take 'none'"
        )
    cues = cues_from_mask(example.truth, spec, seed=seed, id=example.id, classes=classes, instances=example.instances)
    return replace(example, cues=cues)


def _make_cues(truth: np.ndarray, spec: CueSpec, objects, classes: tuple[str, ...], rng: np.random.Generator) -> Cues:
    regions = _regions(truth, objects, spec.per, spec.background)
    match spec.kind:
        case "points":
            return Cues(
                points=[
                    simulated_user.random_point(region, label, rng)
                    for label, region in regions
                    for _ in range(spec.points)
                ]
            )
        case "boxes":
            return Cues(
                boxes=[
                    _jittered(simulated_user.tight_box(part, label), truth.shape, spec.jitter, rng)
                    for label, part in objects
                ]
            )
        case "scribbles":
            drawn = [
                (simulated_user.random_stroke(region, label, rng), region)
                for label, region in regions
                for _ in range(spec.strokes)
            ]
            return Cues(strokes=[simulated_user.trim_stroke(stroke, region) for stroke, region in drawn])
        case "partial":
            labelled = _blocks(truth.shape, spec.share, rng)
            outlined = float(sum(labelled[part].mean() for _, part in objects))
            return Cues(labels=np.where(labelled, truth, UNKNOWN).astype(np.uint8), objects=outlined)
        case "full":
            return Cues(labels=truth.copy(), objects=float(len(objects)))
    return Cues(tags=[classes[label] for label in _labels(truth) if label])


def _rng(seed: int, id: str, kind: str) -> np.random.Generator:
    digest = hashlib.blake2b(json.dumps([int(seed), str(id), kind]).encode(), digest_size=8).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def _labels(truth: np.ndarray) -> list[int]:
    return np.setdiff1d(truth, (UNKNOWN,)).tolist()


def _objects(truth: np.ndarray, instances: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """(label, bool (H, W)) of every object: the pixels of an id that have the class of most of them."""
    objects = []
    for number in np.setdiff1d(instances, (0,)):
        part = instances == number
        counts = np.bincount(truth[part], minlength=256)
        counts[[0, UNKNOWN]] = 0
        if counts.any():
            label = int(counts.argmax())
            objects.append((label, part & (truth == label)))
    return objects


def _regions(truth: np.ndarray, objects, per: str, background: bool) -> list[tuple[int, np.ndarray]]:
    """(label, bool (H, W)) of every region that gets points and strokes of its own, background first."""
    labels = _labels(truth) if per == "class" else [label for label in _labels(truth) if label == 0]
    regions = [(label, truth == label) for label in labels if label or background]
    return regions if per == "class" else regions + objects


def _jittered(box: Box, shape: tuple[int, int], jitter: float, rng: np.random.Generator) -> Box:
    """The box with its edges moved at random, to whole pixels of the picture, at least one pixel wide and high."""
    shift = rng.uniform(-jitter, jitter, size=4) * np.tile((box.x1 - box.x0, box.y1 - box.y0), 2)
    x0, y0, x1, y1 = np.rint(np.array((box.x0, box.y0, box.x1, box.y1)) + shift).astype(int).tolist()
    x0, y0 = min(max(x0, 0), shape[1] - 1), min(max(y0, 0), shape[0] - 1)
    return Box(x0, y0, min(max(x1, x0 + 1), shape[1]), min(max(y1, y0 + 1), shape[0]), box.label)


def _blocks(shape: tuple[int, int], share: float, rng: np.random.Generator) -> np.ndarray:
    """bool (H, W): True in a fraction `share` of the blocks, at least in one; small pictures have fewer blocks."""
    rows, columns = (np.arange(size) * min(BLOCKS, size) // size for size in shape)
    numbers = rows[:, None] * (columns[-1] + 1) + columns
    order = rng.permutation(int(numbers[-1, -1]) + 1)
    return np.isin(numbers, order[: max(1, round(share * len(order)))])


def _check(truth, count: int, instances) -> None:
    if truth.ndim != 2 or truth.dtype != np.uint8 or not truth.size:
        raise ValueError(f"the true mask must be uint8 (H, W), got {truth.dtype} {truth.shape}")
    strange = [label for label in _labels(truth) if label >= count]
    if strange:
        raise ValueError(f"the true mask holds {strange[0]}, but there are {count} classes. Give all their names")
    if instances is not None and instances.shape != truth.shape:
        raise ValueError(f"instances are {instances.shape}, the true mask {truth.shape}. Give them the same size")
