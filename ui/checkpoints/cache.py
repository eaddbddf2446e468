"""Checkpoints of the Hub in memory, shared by all who may see them, and fetched by a few threads of their own."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from wss_core import hub_client

from ..server import limits
from ..server.lru import LruCache
from ..server.slots import Busy
from ..server.user import OWNER, User
from . import loading
from .loading import LoadedCheckpoint

Key = tuple[str, str, str | None]  # owner, USER/REPO, the hash of the commit
REMEMBERED_FETCHES = 64  # most of them ended and not asked about again


@dataclass
class Fetch:
    """A fetch that runs or has ended. asked_at: when somebody last wanted to know, by time.monotonic()."""

    future: Future
    asked_at: float

    @property
    def expired(self) -> bool:
        """Whether it ended and nobody waits for it: its outcome may be out of date by now."""
        return self.future.done() and time.monotonic() - self.asked_at > limits.FETCH_KEPT_SECONDS


class CheckpointCache:
    """Loaded checkpoints, bounded by entries and by bytes; the least recently used are dropped first."""

    def __init__(self, entries: int = limits.CHECKPOINTS, nbytes: int = limits.CHECKPOINTS_BYTES):
        self._loaded: LruCache[LoadedCheckpoint] = LruCache(entries, nbytes)
        self._fetches: OrderedDict[tuple, Fetch] = OrderedDict()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(limits.LOADS_AT_ONCE, "checkpoints")

    def find(self, name: str, user: User, seconds: float | None = None) -> LoadedCheckpoint:
        """Return the checkpoint USER/REPO or USER/REPO@REVISION that the user may see, fetched if need be.

        Raises Busy when it is not here within `seconds` (FETCH_WAIT_SECONDS when None); the fetch goes on. Raises
        ValueError, HubError among them, with what to do.
        """
        repo, revision = parse_name(name)
        if checkpoint := self._in_memory(repo, revision, user):
            return checkpoint
        request = repo, revision, user.access_options
        future = self._fetch(request)
        if not wait([future], limits.FETCH_WAIT_SECONDS if seconds is None else seconds).done:
            raise Busy
        with self._lock:
            self._fetches.pop(request, None)
        if checkpoint := self._get(future.result()):
            return checkpoint
        raise Busy  # dropped again meanwhile

    def in_memory(self, name: str, user: User) -> LoadedCheckpoint | None:
        """Return the checkpoint USER/REPO@SHA when it is in memory, None for any other name; the Hub is not asked."""
        repo, _, sha = name.partition("@")
        return self._in_memory(repo, sha, user)

    def clear(self) -> None:
        """Drop all checkpoints."""
        self._loaded.clear()

    def close(self) -> None:
        """End the threads that fetch, once their fetches are done."""
        self._pool.shutdown()

    def __len__(self) -> int:
        return len(self._loaded)

    def _in_memory(self, repo: str, sha: str | None, user: User) -> LoadedCheckpoint | None:
        candidates = (self._get((owner, repo, sha)) for owner, _ in user.access_options)
        return next(filter(None, candidates), None)

    def _get(self, key: Key) -> LoadedCheckpoint | None:
        """The checkpoint of the key; None when it is not here, or when the Hub must be asked again for access."""
        checkpoint = self._loaded.get(key)
        if checkpoint is None or key[0] == OWNER:
            return checkpoint
        return checkpoint if time.monotonic() - checkpoint.checked_at <= limits.ACCESS_CHECK_SECONDS else None

    def _fetch(self, request: tuple) -> Future:
        """The fetch that runs for just this request, or a new one. Raises Busy when too many wait."""
        with self._lock:
            fetch = self._fetches.get(request)
            if fetch is None or fetch.expired:
                if sum(not other.future.done() for other in self._fetches.values()) >= limits.LOADS_WAITING:
                    raise Busy
                fetch = self._fetches[request] = Fetch(self._pool.submit(self._load, *request), 0.0)
                while len(self._fetches) > REMEMBERED_FETCHES:
                    self._fetches.popitem(last=False)
            fetch.asked_at = time.monotonic()
            return fetch.future

    def _load(self, repo: str, revision: str | None, access_options) -> Key:
        owner, token, info = loading.find_on_hub(repo, revision, access_options)
        key = owner, repo, info.sha
        known = self._loaded.get(key)
        checkpoint = replace(known, checked_at=time.monotonic()) if known else loading.load_checkpoint(info, token)
        self._loaded.put(key, checkpoint)
        return key


def parse_name(name: str) -> tuple[str, str | None]:
    """Split USER/REPO or USER/REPO@REVISION into (USER/REPO, revision or None). Raises HubError for anything else."""
    repo, at, revision = name.strip().partition("@")
    hub_client.check_repo_name(repo, revision if at else None)
    return repo, revision if at else None
