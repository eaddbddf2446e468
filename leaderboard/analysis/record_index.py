"""Thousands of records in memory: each file is read once and kept without its pictures, which are read again where needed."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

import numpy as np

from .. import bounds
from ..metrics import interactive
from ..metrics.bootstrap import RESAMPLES
from ..records import store
from ..records.record import Failure, Record
from . import grouping

MOST = 20_000  # records; the rest is left out, with a warning
SAMPLES = 20_000  # bootstrap distributions kept, 4 kB each

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RecordSummary:
    """record: without what every picture gave, which stayed in the file at `path`. curve: the mean IoU after each cue of a
    robot user, () where there was none."""

    record: Record
    path: Path
    curve: tuple[float, ...] = ()

    @property
    def name(self) -> str:
        return self.record.identity.name


class RecordIndex:
    """The records below folders of results; one that is in several of them counts once."""

    def __init__(self, folders: Sequence[Path]):
        self.folders = tuple(folders)
        self._kept: dict[Path, tuple[tuple[int, int], RecordSummary | str]] = {}

    def read(self) -> tuple[RecordSummary, ...]:
        """All sound records, oldest first. Only files that are new or have changed are read; damaged ones are warned of once."""
        kept = {path: self._look(path) for path in self._paths()}
        self._kept = {path: found for path, found in kept.items() if found is not None}
        found = {entry.name: entry for _, entry in reversed(self._kept.values()) if isinstance(entry, RecordSummary)}
        return tuple(sorted(found.values(), key=lambda entry: (entry.record.date, entry.name)))

    @property
    def left_out(self) -> dict[Path, str]:
        """The files that are no sound records, and why, as of the last reading."""
        return {path: why for path, (_, why) in self._kept.items() if isinstance(why, str)}

    def failures(self) -> list[Failure]:
        """What has failed and not succeeded since, newest first."""
        found = [failure for folder in self.folders for failure in store.failures(folder)]
        return sorted(found, key=lambda failure: failure.date, reverse=True)

    def _paths(self) -> list[Path]:
        every = [path for folder in self.folders for path in sorted(folder.glob("*/*.json"))]
        found = [path for path in every if not path.name.endswith(store.FAILED)]
        if len(found) > MOST:
            logger.warning("left out %d of %d records: at most %d are shown", len(found) - MOST, len(found), MOST)
        return found[:MOST]

    def _look(self, path: Path) -> tuple[tuple[int, int], RecordSummary | str] | None:
        """(what shows that the file is the same, its entry or why it has none); None for a file that has just gone."""
        try:
            about = path.stat()
        except OSError:
            return None
        state = about.st_mtime_ns, about.st_size
        known = self._kept.get(path)
        return known if known is not None and known[0] == state else (state, _entry(path))


class BootstrapCache:
    """Values of records on the resamples that all records of the same pictures share; the least recently used go first."""

    def __init__(self, most: int = SAMPLES):
        self.most = most
        self._kept: OrderedDict[tuple[str, str], np.ndarray] = OrderedDict()
        self._lock = Lock()

    def holds(self, entry: RecordSummary, metric: str) -> bool:
        """Whether `get` need not read the file again."""
        return (entry.name, metric) in self._kept

    def get(self, entry: RecordSummary, metric: str) -> np.ndarray:
        """float32 (RESAMPLES,); NaN where the file is gone or damaged, which is warned of."""
        key = entry.name, metric
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = _resampled(entry, metric)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return made


def _entry(path: Path) -> RecordSummary | str:
    """The entry of a record's file, or why there is none."""
    try:
        record = store.read(path)
    except (ValueError, OSError) as error:
        store.warn(path, error)
        return bounds.visible(str(error))
    return RecordSummary(replace(record, ids="", groups="", packed={}), path, _curve(record))


def _curve(record: Record) -> tuple[float, ...]:
    if "clicks" not in record.packed:
        return ()
    rows = record.parts["clicks"]
    return tuple(interactive.mean_curve(rows).round(4).tolist()) if (rows[:, 0] >= 0).any() else ()


def _resampled(entry: RecordSummary, metric: str) -> np.ndarray:
    try:
        return grouping.resampled_values(store.read(entry.path), metric).astype(np.float32)
    except (ValueError, OSError, MemoryError) as error:
        logger.warning("no resamples of %s: %s", entry.path, bounds.visible(str(error)))
        return np.full(RESAMPLES, np.nan, np.float32)
