"""Thousands of records in memory: each file is read once, and kept without what every picture gave, which is read again
where it is needed."""

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
from .resampling import resampled_values

MAX_RECORDS = 20_000  # the rest is left out, with a warning
MAX_SAMPLES = 20_000  # bootstrap distributions kept, 4 kB each

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RecordSummary:
    """A record without what every picture gave, which stayed in its file."""

    record: Record
    path: Path
    curve: tuple[float, ...] = ()
    "The mean IoU after each cue of a robot user, () where there was none."

    @property
    def name(self) -> str:
        """The record's name, 32 hex digits."""
        return self.record.identity.name


class RecordIndex:
    """The records below folders of results; one that is in several of them counts once."""

    def __init__(self, folders: Sequence[Path]):
        self.folders = tuple(folders)
        self._files: dict[Path, tuple[tuple[int, int], RecordSummary | str]] = {}

    def read(self) -> tuple[RecordSummary, ...]:
        """All sound records, oldest first. Only files that are new or have changed are read; damaged ones are warned of once."""
        files = {path: self._look(path) for path in self._paths()}
        self._files = {path: file for path, file in files.items() if file is not None}
        summaries = [summary for _, summary in reversed(self._files.values()) if isinstance(summary, RecordSummary)]
        by_name = {summary.name: summary for summary in summaries}
        return tuple(sorted(by_name.values(), key=lambda summary: (summary.record.date, summary.name)))

    @property
    def left_out(self) -> dict[Path, str]:
        """The files that were no sound records at the last reading, and why."""
        return {path: reason for path, (_, reason) in self._files.items() if isinstance(reason, str)}

    def failures(self) -> list[Failure]:
        """The evaluations that failed and did not succeed since, newest first."""
        failures = [failure for folder in self.folders for failure in store.read_failures(folder)]
        return sorted(failures, key=lambda failure: failure.date, reverse=True)

    def _paths(self) -> list[Path]:
        paths = [path for folder in self.folders for path in sorted(folder.glob("*/*.json"))]
        paths = [path for path in paths if not path.name.endswith(store.FAILED)]
        if (count := len(paths)) > MAX_RECORDS:
            logger.warning("left out %d of %d records: at most %d are shown", count - MAX_RECORDS, count, MAX_RECORDS)
        return paths[:MAX_RECORDS]

    def _look(self, path: Path) -> tuple[tuple[int, int], RecordSummary | str] | None:
        """((modified, size), summary or why there is none); None for a file that has just gone."""
        try:
            status = path.stat()
        except OSError:
            return None
        state = status.st_mtime_ns, status.st_size
        known = self._files.get(path)
        return known if known is not None and known[0] == state else (state, _read_summary(path))


class BootstrapCache:
    """Values of records on the resamples that all records of the same pictures share; the least recently used go first."""

    def __init__(self, max_samples: int = MAX_SAMPLES):
        self.max_samples = max_samples
        self._samples: OrderedDict[tuple[str, str], np.ndarray] = OrderedDict()
        self._lock = Lock()

    def holds(self, summary: RecordSummary, metric: str) -> bool:
        """Whether `get` need not read the file again."""
        return (summary.name, metric) in self._samples

    def get(self, summary: RecordSummary, metric: str) -> np.ndarray:
        """float32 (RESAMPLES,); NaN where the file is gone or damaged, which is warned of."""
        key = summary.name, metric
        with self._lock:
            if key in self._samples:
                self._samples.move_to_end(key)
                return self._samples[key]
        values = _resample(summary, metric)
        with self._lock:
            self._samples[key] = values
            while len(self._samples) > self.max_samples:
                self._samples.popitem(last=False)
        return values


def _read_summary(path: Path) -> RecordSummary | str:
    """The summary of a record's file, or why there is none."""
    try:
        record = store.read(path)
    except (ValueError, OSError) as error:
        store.warn_left_out(path, error)
        return bounds.visible(str(error))
    return RecordSummary(replace(record, ids="", groups="", packed={}), path, tuple(click_curve(record)))


def click_curve(record: Record) -> list[float]:
    """The mean IoU after each cue of a robot user; [] where none gave cues."""
    if "clicks" not in record.packed:
        return []
    rows = record.parts["clicks"]
    return interactive.mean_curve(rows).tolist() if (rows[:, :1] >= 0).any() else []


def _resample(summary: RecordSummary, metric: str) -> np.ndarray:
    try:
        return resampled_values(store.read(summary.path), metric).astype(np.float32)
    except (ValueError, OSError, MemoryError) as error:
        logger.warning("no resamples of %s: %s", summary.path, bounds.visible(str(error)))
        return np.full(RESAMPLES, np.nan, np.float32)
