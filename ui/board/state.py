"""What the server holds for the Board tab, for all visitors."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from leaderboard.paths import RESULTS

from .evaluation import evaluate_submission
from .records import RecordSource
from .submission_queue import EvaluationQueue


def default_source() -> RecordSource:
    """The records that the environment names: the folder WSS_RESULTS, and the results data set WSS_BOARD of the Hub."""
    return RecordSource(Path(os.environ.get("WSS_RESULTS", RESULTS)), os.environ.get("WSS_BOARD", ""))


@dataclass(eq=False)
class BoardState:
    """source: of the records. queue: the checkpoints that visitors submitted; their records go where the source finds them."""

    source: RecordSource = field(default_factory=default_source)
    queue: EvaluationQueue = field(init=False)

    def __post_init__(self):
        self.queue = EvaluationQueue(partial(evaluate_submission, source=self.source))
