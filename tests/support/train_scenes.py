"""Small trainings for the tests of the Train tab."""

from __future__ import annotations

from tests.support.scenes import TINY, discs
from ui.train.task import TrainImage, TrainTask
from ui.train.training_set import TrainingSet, merge_cues
from wss_core.cues import Cues, Stroke


def small_training_set(cued: int = 2, uncued: int = 1) -> tuple[TrainingSet, list[TrainImage]]:
    """Pictures of discs sent twice as large as they are kept, with strokes, and some without cues."""
    examples = discs(cued + uncued)
    images = [TrainImage(one.image, (96, 96), f"disc {number % 2}.png") for number, one in enumerate(examples)]
    doubled = [
        Cues(
            strokes=[
                Stroke(s.label, 2 * s.width, [(2 * x + 0.5, 2 * y + 0.5) for x, y in s.path]) for s in one.cues.strokes
            ]
        )
        for one in examples[:cued]
    ]
    pairs = [(cues, ("background", "disc")) for cues in doubled] + [(Cues(), ())] * uncued
    return merge_cues(pairs), images


def small_task(method: str, seconds: float = 60.0, **settings) -> TrainTask:
    """A training of a method that takes seconds."""
    return TrainTask.of(method, TINY[method] | settings, *small_training_set(), seconds)
