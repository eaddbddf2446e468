"""What the server holds for the Segment tab, for all visitors."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from ..checkpoints.state import CheckpointState
from ..server import limits
from ..server.background_loading import BackgroundLoading
from ..server.lru import LruCache
from .session import Session


@dataclass(eq=False)
class SegmentState:
    """sessions: the pictures that people have open. solving, overdue: slots of predictions (see `compute_in_slot`).

    decoding: the slot in which a picture is decoded at its full size. loading: what loads the built-in model.
    """

    checkpoints: CheckpointState = field(default_factory=CheckpointState)
    loading: BackgroundLoading = field(default_factory=BackgroundLoading)
    sessions: LruCache[Session] = field(default_factory=LruCache)
    solving: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(limits.SOLVES_AT_ONCE)
    )
    overdue: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(limits.SOLVES_OVERDUE)
    )
    decoding: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(1))
