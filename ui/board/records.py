"""The board's records come from a folder and a results data set of the Hub, which are read in the background."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from huggingface_hub import constants

from leaderboard.analysis.record_index import BootstrapCache, RecordIndex, RecordSummary
from leaderboard.records import hub_sync
from leaderboard.records.record import Failure
from wss_core.hub_client import HubError

REFRESH = 20.0  # seconds between two looks at the folders
PULL = 300.0  # and at the Hub
FIRST = 1.0  # a visitor waits so long for the first reading, then sees that it goes on
MAX_FAILURES = 20  # shown, the newest

logger = logging.getLogger(__name__)


class RecordSource:
    """The records of a folder and of a results data set of the Hub, read again in a thread whenever they change.

    results: the folder. repo: USER/REPO of the data set, "" = none; its files are kept below the Hub's own cache, and
    `results` is then read too.
    """

    def __init__(self, results: Path, repo: str = ""):
        self.results, self.repo = Path(results), repo
        self.summaries: tuple[RecordSummary, ...] = ()
        self.failures: tuple[Failure, ...] = ()
        self.left_out: dict[Path, str] = {}  # files that are no sound records, and why
        self.cache = BootstrapCache()
        self.version = 0  # goes up whenever something else is to be seen
        self.note = ""  # what is wrong with the data set
        self._computed = False  # whether all ranks and intervals can be given without reading files
        self._index = RecordIndex([self.results, *([self.shared] if repo else [])])
        self._first, self._wake = threading.Event(), threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._pulled = -PULL
        self._metrics: tuple[str, ...] = ()

    @property
    def shared(self) -> Path:
        """Where the files of the data set lie."""
        return Path(constants.HF_HOME) / "wss-board" / self.repo.replace("/", "--")

    @property
    def written(self) -> Path:
        """Where new records go."""
        return self.shared if self.repo else self.results

    @property
    def has_read(self) -> bool:
        """Whether the folders were read once."""
        return self._first.is_set()

    def start(self) -> None:
        """Begin to read, unless that has begun."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._refresh_forever, name="board", daemon=True)
                self._thread.start()

    def wait_first(self) -> None:
        """Wait until the folders were read once, but at most FIRST seconds."""
        self.start()
        self._first.wait(FIRST)

    def refresh_soon(self) -> None:
        """Look at the folders soon: a record was added."""
        self._wake.set()

    def request_metric(self, metric: str) -> None:
        """Compute the resamples of this metric too, beside the records' own; of the last two that were requested."""
        if metric not in self._metrics:
            self._metrics, self._computed = (*self._metrics, metric)[-2:], False
            self.refresh_soon()

    def refresh(self) -> None:
        """Read what has changed in the folders and, if it is time, in the data set; compute the resamples that are missing."""
        self.read_folders()
        if self.repo and time.monotonic() - self._pulled >= PULL:
            self._pull()
            self.read_folders()
        self._first.set()
        self._compute_resamples()

    def _refresh_forever(self) -> None:
        while True:
            try:
                self.refresh()
            except Exception:  # the page goes on with what was read before
                logger.exception("the board's records could not be read")
                self._first.set()
            self._wake.wait(REFRESH)
            self._wake.clear()

    def read_folders(self) -> None:
        """Read what has changed in the folders."""
        summaries, failures = self._index.read(), tuple(self._index.failures()[:MAX_FAILURES])
        left_out = self._index.left_out
        if summaries != self.summaries or failures != self.failures or left_out != self.left_out:
            self.summaries, self.failures, self.left_out, self._computed = summaries, failures, left_out, False
            self.version += 1
        if summaries:
            self._first.set()

    def _pull(self) -> None:
        self._pulled = time.monotonic()
        note = ""
        try:
            hub_sync.pull(self.repo, self.shared)
        except (HubError, ValueError, OSError) as error:
            logger.warning("the results data set cannot be read: %s", error)
            note = f"The results data set cannot be read now, so what was read before is shown: {error}"
        if note != self.note:
            self.note, self.version = note, self.version + 1

    def _compute_resamples(self) -> None:
        """Compute the resamples of all records, so that no visitor waits for them."""
        for summary in self.summaries:
            for metric in {summary.record.metric, *self._metrics} & set(summary.record.scores):
                if not self.cache.holds(summary, metric):
                    self.cache.get(summary, metric)
        if not self._computed:
            self._computed, self.version = True, self.version + 1
