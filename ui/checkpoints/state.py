"""What the server holds about checkpoints, for all visitors."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from ..server import limits
from ..server.lru import LruCache
from .cache import CheckpointCache
from .trained import TrainedCheckpoint


@dataclass(eq=False)
class CheckpointState:
    """cache: checkpoints of the Hub in memory. trained: those that visitors trained, by the key their browser has.

    listing, pushing: slots for asking the Hub for the newest, and for pushes. newest: {owner: (when it was listed, by
    time.monotonic(), rows)}.
    """

    cache: CheckpointCache = field(default_factory=CheckpointCache)
    trained: LruCache[TrainedCheckpoint] = field(
        default_factory=lambda: LruCache(limits.TRAINED_ENTRIES, limits.TRAINED_BYTES)
    )
    listing: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(1))
    pushing: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(limits.PUSHES_AT_ONCE)
    )
    newest: dict[str, tuple[float, list[dict]]] = field(default_factory=dict)
