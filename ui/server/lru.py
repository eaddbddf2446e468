"""A least-recently-used cache, bounded by the number of its entries and by their bytes."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar

from . import limits


class HasBytes(Protocol):
    """An object that knows how many bytes it holds."""

    @property
    def nbytes(self) -> int: ...


T = TypeVar("T", bound=HasBytes)


class LruCache(Generic[T]):
    """Keeps items that have `nbytes` by key; when a bound is passed, the least recently used items are dropped.

    entries: the most items that are kept. nbytes: the most bytes that they hold together. Safe for several threads.
    """

    def __init__(self, entries: int = limits.CACHE_ENTRIES, nbytes: int = limits.CACHE_BYTES):
        self.entries, self.nbytes = entries, nbytes
        self._items: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, item: T) -> str:
        """Keep the item and return its key: a random text that nobody can guess, so that it also grants access."""
        key = secrets.token_urlsafe(18)
        self.put(key, item)
        return key

    def put(self, key: Hashable, item: T) -> None:
        """Keep the item under a key of the caller's, as the most recently used; it replaces the key's older item."""
        with self._lock:
            self._items[key] = item
            self._items.move_to_end(key)
        self.trim()

    def get(self, key: object) -> T | None:
        """Return the item and mark it as the most recently used; None for a key that was dropped or never given."""
        with self._lock:
            if not isinstance(key, Hashable) or key not in self._items:
                return None
            self._items.move_to_end(key)
            return self._items[key]

    def trim(self) -> None:
        """Drop the least recently used items until both bounds hold; the newest item always stays."""
        with self._lock:
            sizes = {key: item.nbytes for key, item in self._items.items()}
            total = sum(sizes.values())
            while len(self._items) > 1 and (len(self._items) > self.entries or total > self.nbytes):
                key, _ = self._items.popitem(last=False)
                total -= sizes[key]

    def clear(self) -> None:
        """Drop all items."""
        with self._lock:
            self._items.clear()

    def __len__(self) -> int:
        return len(self._items)
