"""What the server holds for the Train tab, for all visitors."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..segment.state import SegmentState
from ..server import limits
from ..server.lru import LruCache
from .task import TrainImage
from .training_queue import TrainingQueue


@dataclass(eq=False)
class TrainState:
    """segment: of the Segment tab, whose open pictures can be kept here. images: the small copies of those kept.
    queue: the trainings; their models go where the Segment tab finds them.
    """

    segment: SegmentState = field(default_factory=SegmentState)
    images: LruCache[TrainImage] = field(
        default_factory=lambda: LruCache(limits.TRAIN_CACHE_ENTRIES, limits.TRAIN_CACHE_BYTES)
    )
    queue: TrainingQueue = field(init=False)

    def __post_init__(self):
        self.queue = TrainingQueue(self.segment.checkpoints.trained)
