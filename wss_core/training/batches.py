"""Which pictures make a batch, decided by (seed, step) alone; batches are made ahead in a thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from ..losses import Batch, Views
from ..networks import image_to_tensor
from .augment import Crop, cut, strong
from .config import TrainConfig
from .samples import TrainSample, TrainSamples, has_spatial_cues

AHEAD = 3  # batches made before they are wanted
RECTANGLE = (0.15, 0.5)  # share of a view that comes from the other one of its pair


@dataclass
class Pool:
    """Pictures that are alike in what is told of them, and how many of each batch are theirs."""

    members: np.ndarray
    rows: int
    _order: dict[int, np.ndarray] = field(default_factory=dict)

    def draw(self, number: int, seed: int) -> int:
        """The number-th picture drawn: each once, in random order, before any comes again."""
        turn, place = divmod(number, len(self.members))
        if turn not in self._order:
            self._order = {turn: np.random.default_rng((seed, 11, turn)).permutation(self.members)}
        return int(self._order[turn][place])


@dataclass(frozen=True)
class Drawn:
    """A picture drawn for a batch, its crop, and the generator that whatever is random about it comes from."""

    picture: TrainSample
    crop: Crop
    random: np.random.Generator


class Batches:
    """Makes the batch of any step. `kinds` says of each picture what `samples.cue_kinds` does.

    `plan.batch` of a batch have places told, and as many more come from the rest, in equal parts from those with tags
    only and those without cues: pictures without labels take nothing from the others. asked: pictures are also shown to
    the teacher: the rest, or all of them where there is no rest.
    share: (which, of how many) equal parts of the batch this process makes.
    """

    def __init__(self, pictures: TrainSamples, kinds, plan: TrainConfig, asked: bool, share: tuple[int, int] = (0, 1)):
        self.pictures, self.plan, self.share = pictures, plan, share
        located = np.array([has_spatial_cues(told) for told in kinds])
        tagged = np.array(["tags" in told for told in kinds]) & ~located
        groups = {"located": located, "tagged": tagged, "none": ~located & ~tagged}
        if not asked:
            groups.pop("none")
        members = {name: np.flatnonzero(of) for name, of in groups.items() if of.any()}
        rows = _shared_out(plan.batch, list(members), 2 * share[1] if asked else share[1])
        self.pools = {name: Pool(found, rows[name]) for name, found in members.items()}
        self.told = [name for name in self.pools if name != "none"]
        rest = [name for name in self.pools if name != "located"]
        self.asked = (rest or self.told) if asked else []

    def make(self, step: int) -> Batch:
        """This process's part of the batch of a step."""
        drawn = {name: [self._drawn(name, step, row) for row in self._rows(name)] for name in self.pools}
        told = [one for name in self.told for one in drawn[name]]
        asked = [one for name in self.asked for one in drawn[name]]
        return Batch(
            tuple(one.picture.id for rows in drawn.values() for one in rows),
            torch.stack([image_to_tensor(one.crop.image, self.plan.channels) for one in told]),
            torch.stack([torch.from_numpy(one.crop.labels).long() for one in told]),
            torch.stack([torch.from_numpy(one.crop.tags) for one in told]),
            _boxes([one.crop for one in told]),
            torch.tensor([one.picture.cued for one in told]),
            _soft([one.crop for one in told]),
            self._views(asked) if asked else None,
            tuple(int(one.random.integers(2**31)) for one in told),
        )

    def _rows(self, name: str) -> range:
        """The rows of the pool's part of the whole batch that are this process's."""
        which, count = self.share
        size = self.pools[name].rows // count
        return range(which * size, (which + 1) * size)

    def _drawn(self, name: str, step: int, row: int) -> Drawn:
        pool = self.pools[name]
        picture = self.pictures[pool.draw(step * pool.rows + row, self.plan.seed)]
        random = np.random.default_rng((self.plan.seed, list(self.pools).index(name), step, row))
        return Drawn(picture, cut(picture, self.plan, random), random)

    def _views(self, asked: list[Drawn]) -> Views:
        channels = self.plan.channels
        return Views(
            torch.stack([image_to_tensor(one.crop.image, channels) for one in asked]),
            torch.stack([image_to_tensor(strong(one.crop.image, one.random), channels) for one in asked]),
            torch.stack([torch.from_numpy(one.crop.labels).long() for one in asked]),
            torch.stack([torch.from_numpy(one.crop.tags) for one in asked]),
            torch.from_numpy(np.stack([_rectangle(self.plan.crop, one.random) for one in asked])),
        )


def ahead(make: Callable[[int], Any], start: int, stop: int, count: int = AHEAD) -> Iterator[Any]:
    """make(start) .. make(stop - 1), `count` of them made ahead in a thread while the last is used."""
    with ThreadPoolExecutor(1, initializer=_alone) as pool:
        waiting = deque(pool.submit(make, step) for step in range(start, min(start + count, stop)))
        try:
            for step in range(start + count, stop + count):
                if step < stop:
                    waiting.append(pool.submit(make, step))
                if waiting:
                    yield waiting.popleft().result()
        finally:
            for left in waiting:
                left.cancel()


def _alone() -> None:
    """Have this thread work without helpers: where threads outnumber cores, those of the network's arithmetic sleep between
    its operations, and a step takes half as long again."""
    torch.get_num_threads()  # the first call in a thread sets its number
    threadpool_limits(1, user_api="openmp")  # of this thread alone


def _shared_out(batch: int, names: list[str], multiple: int) -> dict[str, int]:
    """{pool: rows}: `batch` for the pictures with places told, as many shared by the rest; multiples of `multiple`."""
    rest = [name for name in names if name != "located"]
    if names in ([], ["none"]):
        raise ValueError("nothing is told of any picture. Give cues on some of them")
    rows = {name: batch if name == "located" else batch / len(rest) for name in names}
    return {name: max(1, round(count / multiple)) * multiple for name, count in rows.items()}


def _boxes(crops: list[Crop]) -> torch.Tensor:
    """float32 (N, 7), see Batch."""
    rows = [np.insert(crop.boxes, 0, row, axis=1) for row, crop in enumerate(crops)]
    return torch.from_numpy(np.concatenate(rows)).float()


def _soft(crops: list[Crop]) -> torch.Tensor | None:
    if all(crop.soft is None for crop in crops):
        return None
    nothing = np.zeros((len(crops[0].tags), *crops[0].labels.shape), np.float32)
    return torch.stack([torch.from_numpy(nothing if crop.soft is None else crop.soft) for crop in crops])


def _rectangle(side: int, random: np.random.Generator) -> np.ndarray:
    """bool (side, side): a rectangle of random shape and place."""
    area, shape = random.uniform(*RECTANGLE), np.exp(random.uniform(-0.7, 0.7))
    height, width = (min(side, round(side * np.sqrt(area * ratio))) for ratio in (shape, 1 / shape))
    y, x = (int(random.integers(side - size + 1)) for size in (height, width))
    inside = np.zeros((side, side), bool)
    inside[y : y + height, x : x + width] = True
    return inside
