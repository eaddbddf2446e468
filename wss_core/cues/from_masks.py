"""Cues from masks: what a person would have told of a picture whose true mask is known, and so what that costs.

Everything is decided by (seed, id, kind) alone, never by the order or the process in which pictures are seen, so a
weak version of a data set can be made again from its seed. Pixels whose truth is 255 are never cued.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np

from ..conventions import UNKNOWN
from . import Box, Cues, Example, simulated_user
from .cost import parts

KINDS = {
    "tags": "the names of the object classes present",
    "points": "a click well inside each class, or each object",
    "boxes": "a box round each object",
    "scribbles": "a hand-drawn-looking stroke in each class, or each object",
    "partial": "the true labels of some blocks of the picture",
    "full": "the true labels of the whole picture",
    "none": "nothing: a picture without labels",
}
BLOCKS = 10  # to a side of the picture, as in Lin, Upchurch, Bala, "Block Annotation", ICCV 2019


def weaken(
    truth: np.ndarray,
    kind: str,
    *,
    seed: int,
    id: str,
    classes: tuple[str, ...],
    instances: np.ndarray | None = None,
    per: str = "class",
    points: int = 1,
    strokes: int = 1,
    jitter: float = 0.0,
    share: float = 0.12,
    background: bool = True,
) -> Cues:
    """The cues of one of KINDS for the true mask `truth`, uint8 (H, W), 255 = ignored; class 0 is background.

    Looking for objects and finding none is told as tags=(), whatever the kind (but "none").

    instances: int32 (H, W), an id for each object, 0 = none; where None, the connected `costs.parts` of each class.
    per: "class" or "object", which get `points` clicks or `strokes` strokes each. background: whether it gets points
    and strokes too (one lot for all of it). jitter: how far each edge of a box strays, evenly up to this share of
    the side it moves along. share: of the blocks of a partial mask; a smaller share's blocks are among a larger
    one's. Raises ValueError when one of them does not fit.
    """
    _check(truth, kind, len(classes), instances, per, min(points, strokes), jitter, share)
    if kind == "none" or (truth == UNKNOWN).all():
        return Cues()
    random = _random(seed, id, kind)
    objects = _objects(truth, parts(truth) if instances is None else instances)
    regions = _regions(truth, objects, per, background)
    told = Cues(tags=[classes[label] for label in _labels(truth) if label])
    if kind == "points":
        told = Cues(
            points=[simulated_user.point(region, label, random) for label, region in regions for _ in range(points)]
        )
    elif kind == "boxes":
        told = Cues(
            boxes=[_shaken(simulated_user.box(part, label), truth.shape, jitter, random) for label, part in objects]
        )
    elif kind == "scribbles":
        drawn = [
            (simulated_user.stroke(region, label, random), region) for label, region in regions for _ in range(strokes)
        ]
        told = Cues(strokes=[simulated_user.within(stroke, region) for stroke, region in drawn])
    elif kind == "partial":
        seen = _blocks(truth.shape, share, random)
        outlined = float(sum(seen[part].mean() for _, part in objects))
        told = Cues(labels=np.where(seen, truth, UNKNOWN).astype(np.uint8), objects=outlined)
    elif kind == "full":
        told = Cues(labels=truth.copy(), objects=float(len(objects)))
    return told if told.kinds else Cues(tags=())


def weakened(
    example: Example,
    kind: str,
    *,
    seed: int,
    classes: tuple[str, ...],
    per: str = "class",
    points: int = 1,
    strokes: int = 1,
    jitter: float = 0.0,
    share: float = 0.12,
    background: bool = True,
) -> Example:
    """The example with cues of `kind` made from its truth, instead of its own; the truth stays, for scoring."""
    if kind == "none":
        return replace(example, cues=Cues())
    if example.truth is None:
        raise ValueError(f"the picture {example.id!r} has no mask to make {kind} from. Leave it out, or take 'none'")
    cues = weaken(
        example.truth,
        kind,
        seed=seed,
        id=example.id,
        classes=classes,
        instances=example.instances,
        per=per,
        points=points,
        strokes=strokes,
        jitter=jitter,
        share=share,
        background=background,
    )
    return replace(example, cues=cues)


def _random(seed: int, id: str, kind: str) -> np.random.Generator:
    digest = hashlib.blake2b(json.dumps([int(seed), str(id), kind]).encode(), digest_size=8).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def _labels(truth: np.ndarray) -> list[int]:
    return np.setdiff1d(truth, (UNKNOWN,)).tolist()


def _objects(truth: np.ndarray, instances: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """(label, bool (H, W)) of every object: the pixels of an id whose truth is the class that most of them have."""
    found = []
    for number in np.setdiff1d(instances, (0,)):
        part = instances == number
        counts = np.bincount(truth[part], minlength=256)
        counts[[0, UNKNOWN]] = 0
        if counts.any():
            label = int(counts.argmax())
            found.append((label, part & (truth == label)))
    return found


def _regions(truth: np.ndarray, objects, per: str, background: bool) -> list[tuple[int, np.ndarray]]:
    """(label, bool (H, W)) of everything that gets its own points and strokes, background first."""
    labels = _labels(truth) if per == "class" else [label for label in _labels(truth) if label == 0]
    regions = [(label, truth == label) for label in labels if label or background]
    return regions if per == "class" else regions + objects


def _shaken(box: Box, shape: tuple[int, int], jitter: float, random: np.random.Generator) -> Box:
    """The box with its edges moved to whole pixels of the picture, at least one pixel wide and high."""
    shift = random.uniform(-jitter, jitter, size=4) * np.tile((box.x1 - box.x0, box.y1 - box.y0), 2)
    x0, y0, x1, y1 = np.rint(np.array((box.x0, box.y0, box.x1, box.y1)) + shift).astype(int).tolist()
    x0, y0 = min(max(x0, 0), shape[1] - 1), min(max(y0, 0), shape[0] - 1)
    return Box(x0, y0, min(max(x1, x0 + 1), shape[1]), min(max(y1, y0 + 1), shape[0]), box.label)


def _blocks(shape: tuple[int, int], share: float, random: np.random.Generator) -> np.ndarray:
    """bool (H, W), True in `share` of the blocks, at least in one; fewer blocks in a picture of fewer pixels."""
    rows, columns = (np.arange(size) * min(BLOCKS, size) // size for size in shape)
    numbers = rows[:, None] * (columns[-1] + 1) + columns
    order = random.permutation(int(numbers[-1, -1]) + 1)
    return np.isin(numbers, order[: max(1, round(share * len(order)))])


def _check(truth, kind: str, count: int, instances, per: str, fewest: int, jitter: float, share: float) -> None:
    if kind not in KINDS:
        raise ValueError(f"no cue {kind!r}. Choose one of: {', '.join(KINDS)}")
    if truth.ndim != 2 or truth.dtype != np.uint8 or not truth.size:
        raise ValueError(f"the true mask must be uint8 (H, W), got {truth.dtype} {truth.shape}")
    strange = [label for label in _labels(truth) if label >= count]
    if strange:
        raise ValueError(f"the true mask holds {strange[0]}, but there are {count} classes. Give all their names")
    if instances is not None and instances.shape != truth.shape:
        raise ValueError(f"instances are {instances.shape}, the true mask {truth.shape}. Give them the same size")
    if per not in ("class", "object"):
        raise ValueError(f"points and strokes are per 'class' or per 'object', not per {per!r}")
    if fewest < 1 or not 0 <= jitter < 1 or not 0 < share <= 1:
        raise ValueError("give at least 1 point and 1 stroke, a jitter in [0, 1) and a share in (0, 1]")
