"""The interactive track: count how many cues a robot user gives until the mask of a picture is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wss_core import metrics
from wss_core.conventions import UNKNOWN
from wss_core.cues import Cues
from wss_core.cues.simulated_user import add_cue, next_click, next_stroke, strokes_per_class
from wss_core.segmenter import Segmenter

LIMIT = 20  # clicks, the field's usual bound
TARGETS = (0.80, 0.85, 0.90)
DROP = 0.05  # IoU lost after one more correct cue: the mask "flips"
IOU_UNIT = 10_000  # IoU is kept as whole numbers of this share

Robot = Callable[[np.ndarray, np.ndarray, np.random.Generator], object]


@dataclass(frozen=True)
class InteractiveSession:
    """What came of cueing one picture."""

    ious: tuple[float, ...]
    "Mean IoU after each cue; fewer than `limit` only when nothing was left to correct."
    limit: int
    "The most cues."

    def number_of_clicks(self, target: float) -> int:
        """NoC@target: the number of cues until the IoU first reaches `target`; the limit when it never does."""
        return next((i for i, iou in enumerate(self.ious, start=1) if iou >= target), self.limit)

    def fails(self, target: float) -> bool:
        """Whether the IoU never reaches `target`."""
        return all(iou < target for iou in self.ious)

    def at(self, count: int) -> float:
        """The IoU after `count` cues; that of the last cue when fewer were needed."""
        return self.ious[min(count, len(self.ious)) - 1]

    def drops(self) -> int:
        """How often one more correct cue cost more than DROP of IoU."""
        return int((np.diff(self.ious) < -DROP).sum())


def click_robot(truth: np.ndarray, labels: np.ndarray, random: np.random.Generator):
    """The next click: the centre of the largest error region. `random` is not used."""
    return next_click(truth, labels)


def stroke_robot(truth: np.ndarray, labels: np.ndarray, random: np.random.Generator):
    """The next stroke, through the largest error region."""
    return next_stroke(truth, labels, random)


def run_session(
    segmenter: Segmenter, image: np.ndarray, truth: np.ndarray, robot: Robot = click_robot, limit=LIMIT, seed=0
) -> InteractiveSession:
    """Cue one picture, from nothing (all background), until nothing is left to correct or `limit` cues were given.

    truth: uint8 (H, W), 255 is ignored. The protocol of Xu et al., "Deep Interactive Object Selection", CVPR 2016: the first click falls into the object.
    Raises ValueError when the truth holds no object.
    """
    _check(truth)
    random = np.random.default_rng(seed)
    prepared = segmenter.prepare(image)
    cues, labels, ious = Cues(), np.zeros_like(truth), []
    while len(ious) < limit and (cue := robot(truth, labels, random)) is not None:
        cues = add_cue(cues, cue)
        labels = segmenter.segment(image, cues, prepared).labels
        if labels.shape != truth.shape:
            raise ValueError(
                f"the prediction is {labels.shape} and the truth {truth.shape}. Predict at the picture's size"
            )
        ious.append(mean_iou(truth, labels))
    return InteractiveSession(tuple(ious), limit)


def session_row(session: InteractiveSession) -> np.ndarray:
    """int64 (limit,): the IoU after each cue in 1 / IOU_UNIT; -1 once nothing was left to correct."""
    row = np.full(session.limit, -1, np.int64)
    row[: len(session.ious)] = np.floor(np.array(session.ious) * IOU_UNIT + 1e-6)  # a target is reached, not rounded to
    return row


def hold_last_iou(rows: np.ndarray) -> np.ndarray:
    """int64 (N, limit): rows of `session_row` with the last IoU held once nothing was left to correct."""
    last = np.maximum((rows >= 0).sum(axis=1) - 1, 0)
    return np.where(rows >= 0, rows, np.take_along_axis(rows, last[:, None], axis=1))


def mean_curve(rows: np.ndarray) -> np.ndarray:
    """float (limit,): the mean IoU after each cue, of the rows of `session_row` that hold a session. At least one must."""
    return hold_last_iou(rows[rows[:, 0] >= 0]).mean(axis=0) / IOU_UNIT


def clicks_needed(rows: np.ndarray, target: float) -> np.ndarray:
    """int64 (N,): NoC@target of rows of `session_row`, as `InteractiveSession.number_of_clicks`."""
    reached = rows >= round(target * IOU_UNIT)
    return np.where(reached.any(axis=1), reached.argmax(axis=1) + 1, rows.shape[1])


def count_drops(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(drops, steps), int64 (N,) each: how many cues after the first cost more than DROP of IoU, and how many there were."""
    steps = rows[:, 1:] >= 0
    return ((np.diff(rows, axis=1) < -DROP * IOU_UNIT) & steps).sum(axis=1), steps.sum(axis=1)


def iou_after_strokes(segmenter: Segmenter, image: np.ndarray, truth: np.ndarray, count: int, seed=0) -> float:
    """The mean IoU after `count` strokes in every class, background among them, with no correction."""
    _check(truth)
    cues = Cues(strokes=tuple(strokes_per_class(truth, count, np.random.default_rng(seed))))
    return mean_iou(truth, segmenter.segment(image, cues).labels)


def mean_iou(truth: np.ndarray, labels: np.ndarray) -> float:
    """The mean intersection over union of the object classes in `truth`, where the truth is known; NaN without any."""
    ious = metrics.object_ious(truth, labels)
    return float(np.mean(ious)) if len(ious) else float("nan")


def summarize_sessions(sessions: list[InteractiveSession], targets=TARGETS) -> dict[str, float]:
    """The averages of some sessions: NoC@80.., the share of failures, mean IoU after 1, 3, 5, 10, 20 cues, and the share of steps that drop."""
    row: dict[str, float] = {}
    for target in targets:
        row[f"noc{target:.0%}".rstrip("%")] = float(np.mean([s.number_of_clicks(target) for s in sessions]))
        row[f"fail{target:.0%}".rstrip("%")] = float(np.mean([s.fails(target) for s in sessions]))
    for count in (1, 3, 5, 10, 20):
        row[f"iou_at_{count}"] = float(np.mean([s.at(count) for s in sessions]))
    steps = sum(len(s.ious) - 1 for s in sessions)
    row["drops"] = sum(s.drops() for s in sessions) / steps if steps else float("nan")
    return row


def _check(truth: np.ndarray) -> None:
    if not ((truth != 0) & (truth != UNKNOWN)).any():
        raise ValueError("the truth holds no object (only 0 and 255): there is nothing to click on. Leave it out")
