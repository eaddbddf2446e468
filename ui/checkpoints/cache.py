"""Checkpoints in memory, shared by all who may see them: so many, fetched by a few threads beside the solving."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from wss_core import hub_client

from ..server import limits
from ..server.slots import Busy
from ..server.user import OWNER, User
from . import loading
from .loading import LoadedCheckpoint

Key = tuple[str, str, str | None]  # whose it is, USER/REPO, the hash of its commit
REMEMBERED = 64  # fetches, most of them ended and not asked about again


@dataclass
class Fetch:
    """A fetch under way or ended. asked: when somebody last wanted to know, by time.monotonic()."""

    future: Future
    asked: float

    @property
    def forgotten(self) -> bool:
        """Whether it ended and nobody waits for it: what it found may be old by now."""
        return self.future.done() and time.monotonic() - self.asked > limits.FORGOTTEN_SECONDS


class CheckpointCache:
    """Loaded checkpoints, bounded by entries and by bytes, the least recently used put away first."""

    def __init__(self, entries: int = limits.CHECKPOINTS, nbytes: int = limits.CHECKPOINTS_BYTES):
        self.entries, self.nbytes = entries, nbytes
        self._kept: OrderedDict[Key, LoadedCheckpoint] = OrderedDict()
        self._fetches: OrderedDict[tuple, Fetch] = OrderedDict()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(limits.LOADS_AT_ONCE, "checkpoints")

    def find(self, name: str, user: User, seconds: float | None = None) -> LoadedCheckpoint:
        """The checkpoint that the user calls USER/REPO or USER/REPO@REVISION, fetched if need be.

        Raises Busy when it is not here within `seconds` (LOOK_SECONDS when None): it goes on being fetched. Raises
        ValueError, HubError among them, with what to do.
        """
        repo, revision = parse_name(name)
        if found := self._held(repo, revision, user):
            return found
        asked = repo, revision, user.access_options
        future = self._fetch(asked)
        if not wait([future], limits.LOOK_SECONDS if seconds is None else seconds).done:
            raise Busy
        with self._lock:
            self._fetches.pop(asked, None)
        if found := self._take(future.result()):
            return found
        raise Busy  # put away again meanwhile

    def held(self, name: str, user: User) -> LoadedCheckpoint | None:
        """The checkpoint USER/REPO@SHA when it is here, None for any other name; the Hub is not asked."""
        repo, _, sha = name.partition("@")
        return self._held(repo, sha, user)

    def __len__(self) -> int:
        return len(self._kept)

    def _held(self, repo: str, sha: str | None, user: User) -> LoadedCheckpoint | None:
        found = (self._take((owner, repo, sha)) for owner, _ in user.access_options)
        return next(filter(None, found), None)

    def _take(self, key: Key) -> LoadedCheckpoint | None:
        """The checkpoint under the key, now the most recently used; None when the Hub must be asked (again)."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or (key[0] != OWNER and time.monotonic() - found.seen > limits.CHECKED_SECONDS):
                return None
            self._kept.move_to_end(key)
            return found

    def _fetch(self, asked: tuple) -> Future:
        """The fetch that is under way for just this, or a new one. Raises Busy when too many wait."""
        with self._lock:
            fetch = self._fetches.get(asked)
            if fetch is None or fetch.forgotten:
                if sum(not other.future.done() for other in self._fetches.values()) >= limits.LOADS_WAITING:
                    raise Busy
                fetch = self._fetches[asked] = Fetch(self._pool.submit(self._load, *asked), 0.0)
                while len(self._fetches) > REMEMBERED:
                    self._fetches.popitem(last=False)
            fetch.asked = time.monotonic()
            return fetch.future

    def _load(self, repo: str, revision: str | None, ways) -> Key:
        owner, token, about = loading.find_on_hub(repo, revision, ways)
        key = owner, repo, about.sha
        with self._lock:
            known = self._kept.get(key)
        found = replace(known, seen=time.monotonic()) if known else loading.load_checkpoint(about, token)
        with self._lock:
            self._kept[key] = found
            self._kept.move_to_end(key)
            self._trim()
        return key

    def _trim(self) -> None:
        total = sum(found.nbytes for found in self._kept.values())
        while len(self._kept) > 1 and (len(self._kept) > self.entries or total > self.nbytes):
            total -= self._kept.popitem(last=False)[1].nbytes


def parse_name(name: str) -> tuple[str, str | None]:
    """(USER/REPO, revision or None) of USER/REPO or USER/REPO@REVISION. Raises HubError for anything else."""
    repo, at, revision = name.strip().partition("@")
    hub_client.check_name(repo, revision if at else None)
    return repo, revision if at else None
