"""A least-recently-used cache behind keys nobody can guess, bounded by entries and by bytes."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from typing import Generic, Protocol, TypeVar

from . import limits


class HasBytes(Protocol):
    """What says how many bytes it holds."""

    @property
    def nbytes(self) -> int: ...


T = TypeVar("T", bound=HasBytes)


class LruCache(Generic[T]):
    """Whatever has `nbytes`, by key, bounded by entries and by bytes; the least recently used goes first."""

    def __init__(self, entries: int = limits.CACHE_ENTRIES, nbytes: int = limits.CACHE_BYTES):
        self.entries, self.nbytes = entries, nbytes
        self._open: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, item: T) -> str:
        """The key under which the item is kept."""
        key = secrets.token_urlsafe(18)
        with self._lock:
            self._open[key] = item
        self.trim()
        return key

    def get(self, key) -> T | None:
        """The item, now the most recently used; None when it was put away or never was."""
        with self._lock:
            if not isinstance(key, str) or key not in self._open:
                return None
            self._open.move_to_end(key)
            return self._open[key]

    def trim(self) -> None:
        """Put the least recently used items away until both bounds hold; the newest always stays."""
        with self._lock:
            sizes = {key: item.nbytes for key, item in self._open.items()}
            total = sum(sizes.values())
            while len(self._open) > 1 and (len(self._open) > self.entries or total > self.nbytes):
                key, _ = self._open.popitem(last=False)
                total -= sizes[key]

    def __len__(self) -> int:
        return len(self._open)
