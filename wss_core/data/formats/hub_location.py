"""Locates a data set in the Hub's layout, guards which files belong to it, and explains its clients' errors."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import HfApi, constants
from huggingface_hub.utils import EntryNotFoundError, httpx

from ... import hub_client
from ...conventions import ImageError
from ..files import all_files, content_hash

MAX_FILE_BYTES = 500_000_000
CONNECTION_ERRORS = (httpx.HTTPError, ConnectionError, TimeoutError)  # the Hub could not be reached, or refused
MISSING_FILE_ERRORS = (EntryNotFoundError,)  # the clients try optional files, and go on without them


@dataclass(frozen=True)
class HubLocation:
    """The location of a data set: a folder, or a repository of the Hub at a commit."""

    name: str  # the folder's path, or USER/REPO
    config: str | None
    sha: str | None  # None = a folder
    token: str | bool | None

    def revision(self) -> str:
        """Return the commit, or the hash of the folder's files."""
        return self.sha or content_hash(all_files(Path(self.name)), Path(self.name))

    def cache_folder(self) -> str:
        """Return the folder in which `datasets` caches this data set in this state, and nothing else.

        By default `datasets` distinguishes folders only by their last name and their card, and gives any revision that it
        once read when the Hub fails.
        """
        from datasets import config

        if self.sha is not None:
            return str(Path(config.HF_DATASETS_CACHE, "revisions", self.name.replace("/", "--"), self.sha))
        root = Path(self.name).resolve()
        state = [str(root), self.revision(), *sorted(str(path.stat().st_mtime_ns) for path in all_files(root))]
        key = hashlib.blake2b("\0".join(state).encode(errors="surrogateescape"), digest_size=16).hexdigest()
        return str(Path(config.HF_DATASETS_CACHE, "folders", key))

    @contextmanager
    def explain_errors(self):
        """Raise the clients' errors again as ValueError, or HubError when the Hub failed."""
        from datasets.exceptions import DatasetsError
        from pyarrow import ArrowException

        try:
            yield
        except (DatasetsError, ArrowException, httpx.HTTPError, ImportError, OSError, RuntimeError) as error:
            connection_errors = [
                linked
                for linked in _error_chain(error)
                if isinstance(linked, CONNECTION_ERRORS) and not isinstance(linked, MISSING_FILE_ERRORS)
            ]
            if self.sha is not None and connection_errors:
                raise hub_client.HubError(
                    hub_client.describe_error(connection_errors[0], self.name, self.sha)
                ) from error
            first = error.__cause__ if isinstance(error, DatasetsError) and error.__cause__ else error
            raise ValueError(f"{self.name} cannot be read as a data set: {first}") from error

    def contains(self, file: str) -> bool:
        """Return whether a file, or a zip and a file in it, belongs to the data set: cards and rows may name any file or URL."""
        *hops, last = file.split("::")
        if not all(hop.startswith("zip://") for hop in hops) or ".." in Path(last).parts:
            return False
        if self.sha is not None:
            return last.startswith(f"hf://datasets/{self.name}@{self.sha}/")
        return "://" not in last and _is_below(last, Path(self.name))

    def read_file(self, file: str) -> bytes:
        """Read the picture's file that a row names. Raises ImageError when it does not belong to the data set."""
        from datasets import DownloadConfig, config
        from datasets.utils.file_utils import xopen

        is_cached = False
        if self.sha is not None and "://" not in file:  # in the caches of the clients
            repo_cache = Path(constants.HF_HUB_CACHE, f"datasets--{self.name.replace('/', '--')}")
            is_cached = _is_below(file, repo_cache) or _is_below(file, Path(config.EXTRACTED_DATASETS_PATH))
        if not is_cached and not self.contains(file):
            raise ImageError(f"a row names the file {file!r:.80} outside {self.name}. It is not opened")
        with xopen(file, "rb", download_config=DownloadConfig(token=self.token)) as opened:
            data = opened.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise ImageError(f"the file {file!r:.80} is above {MAX_FILE_BYTES:,} bytes. Make it smaller")
        return data


def folder_location(path: Path) -> HubLocation:
    """Return the location of a folder."""
    return HubLocation(str(path.resolve()), None, None, None)  # as `contains` wants it: without ".."


def repository_location(name: str, revision: str | None, token: str | bool | None) -> HubLocation:
    """Return the location of USER/REPO or USER/REPO:CONFIG at the commit that `revision` means now. Raises HubError."""
    repo, _, config = name.partition(":")
    hub_client.check_repo_name(repo, revision)
    with hub_client.hub_errors(repo, revision):
        sha = HfApi(token=token).resolve_revision(repo, repo_type="dataset", revision=revision).resolved
    return HubLocation(repo, config or None, sha, token)


def _error_chain(error: BaseException | None) -> list[BaseException]:
    """Return the error and, in order, those that caused it or came before it."""
    chain = []
    while error is not None:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _is_below(file: str, folder: Path) -> bool:
    return Path(file).resolve().is_relative_to(folder.resolve())
