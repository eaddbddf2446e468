"""Batches: which samples a step learns from, decided by (seed, step) alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from ..losses import Batch, TeacherViews
from ..networks import image_to_tensor
from .augment import Crop, random_crop, strong_augment
from .config import TrainConfig
from .cue_labels import has_spatial_cues
from .samples import TrainSample, TrainSamples

RECTANGLE = (0.15, 0.5)  # share of a view that comes from the other one of its pair


@dataclass
class Pool:
    """Samples with similar cues, and how many rows of each batch are drawn from them.

    members: int (N,), their numbers. rows: over all processes.
    """

    members: np.ndarray
    rows: int
    _order: dict[int, np.ndarray] = field(default_factory=dict)

    def draw(self, number: int, seed: int) -> int:
        """Return the sample of the number-th draw: each once, in random order, before any is drawn again."""
        epoch, position = divmod(number, len(self.members))
        if epoch not in self._order:
            self._order = {epoch: np.random.default_rng((seed, 11, epoch)).permutation(self.members)}
        return int(self._order[epoch][position])


@dataclass(frozen=True)
class BatchRow:
    """A sample drawn for a batch, its crop, and the random generator for all further choices about it."""

    sample: TrainSample
    crop: Crop
    random: np.random.Generator


class BatchMaker:
    """Makes the batch of any step from the samples.

    `config.batch` rows of a batch have spatial cues. As many more come from the other samples, in equal parts from
    those with tags only and those without cues, so that images without labels take no rows from the labelled ones.

    kinds: `cue_labels.cue_kinds` of each sample. with_teacher: the teacher labels the other samples, or all of them where
    there are no others. rank, world_size: each process makes its equal part of the batch.

    Raises ValueError when no sample has a cue.
    """

    def __init__(
        self,
        samples: TrainSamples,
        kinds: Sequence[frozenset[str]],
        config: TrainConfig,
        *,
        with_teacher: bool,
        rank: int = 0,
        world_size: int = 1,
    ):
        self.samples, self.config, self.rank, self.world_size = samples, config, rank, world_size
        spatial = np.array([has_spatial_cues(own) for own in kinds])
        tagged = np.array(["tags" in own for own in kinds]) & ~spatial
        masks = {"spatial": spatial, "tags": tagged, "none": ~spatial & ~tagged}
        if not with_teacher:
            masks.pop("none")
        members = {name: np.flatnonzero(mask) for name, mask in masks.items() if mask.any()}
        multiple = 2 * world_size if with_teacher else world_size  # the views of each process are pairs
        rows = _rows_per_pool(config.batch, list(members), multiple)
        self.pools = {name: Pool(numbers, rows[name]) for name, numbers in members.items()}
        self.supervised_pools = [name for name in self.pools if name != "none"]
        others = [name for name in self.pools if name != "spatial"]
        self.teacher_pools = (others or self.supervised_pools) if with_teacher else []

    def make(self, step: int) -> Batch:
        """Make this process's part of the batch of a step."""
        drawn = {name: [self._draw(name, step, row) for row in self._rows(name)] for name in self.pools}
        supervised = [row for name in self.supervised_pools for row in drawn[name]]
        for_teacher = [row for name in self.teacher_pools for row in drawn[name]]
        crops = [row.crop for row in supervised]
        return Batch(
            ids=tuple(row.sample.id for rows in drawn.values() for row in rows),
            images=_image_tensors(crops, self.config.channels),
            labels=torch.stack([torch.from_numpy(crop.labels).long() for crop in crops]),
            tags=torch.stack([torch.from_numpy(crop.tags) for crop in crops]),
            boxes=_box_rows(crops),
            has_partial_labels=torch.tensor([row.sample.has_partial_labels for row in supervised]),
            pseudo_labels=_pseudo_labels(crops),
            views=self._views(for_teacher) if for_teacher else None,
            seeds=tuple(int(row.random.integers(2**31)) for row in supervised),
        )

    def _rows(self, name: str) -> range:
        """The rows of a pool's part of the whole batch that this process makes."""
        count = self.pools[name].rows // self.world_size
        return range(self.rank * count, (self.rank + 1) * count)

    def _draw(self, name: str, step: int, row: int) -> BatchRow:
        pool = self.pools[name]
        sample = self.samples[pool.draw(step * pool.rows + row, self.config.seed)]
        random = np.random.default_rng((self.config.seed, list(self.pools).index(name), step, row))
        return BatchRow(sample, random_crop(sample, self.config, random), random)

    def _views(self, rows: list[BatchRow]) -> TeacherViews:
        crops = [row.crop for row in rows]
        strong = [strong_augment(row.crop.image, row.random) for row in rows]
        return TeacherViews(
            weak=_image_tensors(crops, self.config.channels),
            strong=torch.stack([image_to_tensor(image, self.config.channels) for image in strong]),
            labels=torch.stack([torch.from_numpy(crop.labels).long() for crop in crops]),
            tags=torch.stack([torch.from_numpy(crop.tags) for crop in crops]),
            cutmix_mask=torch.from_numpy(np.stack([_random_rectangle(self.config.crop, row.random) for row in rows])),
        )


def _rows_per_pool(batch: int, names: list[str], multiple: int) -> dict[str, int]:
    """{pool: rows}: `batch` for samples with spatial cues, as many shared by the other pools; multiples of `multiple`."""
    others = [name for name in names if name != "spatial"]
    if names in ([], ["none"]):
        raise ValueError("no picture has a cue to learn from. Give cues on some of them")
    rows = {name: batch if name == "spatial" else batch / len(others) for name in names}
    return {name: max(1, round(count / multiple)) * multiple for name, count in rows.items()}


def _image_tensors(crops: list[Crop], channels: int) -> torch.Tensor:
    """float32 (B, channels, S, S), 0..1."""
    return torch.stack([image_to_tensor(crop.image, channels) for crop in crops])


def _box_rows(crops: list[Crop]) -> torch.Tensor:
    """float32 (N, 7), as `Batch.boxes`."""
    rows = [np.insert(crop.boxes, 0, number, axis=1) for number, crop in enumerate(crops)]
    return torch.from_numpy(np.concatenate(rows)).float()


def _pseudo_labels(crops: list[Crop]) -> torch.Tensor | None:
    """float32 (B, C, S, S), as `Batch.pseudo_labels`."""
    if all(crop.pseudo_labels is None for crop in crops):
        return None
    empty = np.zeros((len(crops[0].tags), *crops[0].labels.shape), np.float32)
    return torch.stack([torch.from_numpy(empty if c.pseudo_labels is None else c.pseudo_labels) for c in crops])


def _random_rectangle(side: int, random: np.random.Generator) -> np.ndarray:
    """bool (side, side): True in a rectangle of random shape and place."""
    area, aspect = random.uniform(*RECTANGLE), np.exp(random.uniform(-0.7, 0.7))
    height, width = (min(side, round(side * np.sqrt(area * ratio))) for ratio in (aspect, 1 / aspect))
    y, x = (int(random.integers(side - size + 1)) for size in (height, width))
    inside = np.zeros((side, side), bool)
    inside[y : y + height, x : x + width] = True
    return inside
