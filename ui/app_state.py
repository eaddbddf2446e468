"""Everything that the running page holds in memory, for all visitors."""

from __future__ import annotations

from .board.state import BoardState
from .segment.state import SegmentState
from .server.background_loading import BackgroundLoading
from .train.state import TrainState


class AppState:
    """The state of each tab. `page.build` gets one; a test makes its own.

    loading: what is loaded behind the page. Checkpoints, which all tabs use, are in segment.checkpoints.
    """

    def __init__(self, loading: BackgroundLoading | None = None):
        self.loading = loading or BackgroundLoading()
        self.segment = SegmentState(loading=self.loading)
        self.train = TrainState(segment=self.segment)
        self.board = BoardState()
