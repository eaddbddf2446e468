"""Where a data set in the Hub's layout lies, what belongs to it, and its clients' errors as sentences."""

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

MAX_FILE = 500_000_000
UNREACHED = (httpx.HTTPError, ConnectionError, TimeoutError)  # the Hub did not give what it has
MISSED = (EntryNotFoundError,)  # files that are asked for in case there are such


@dataclass(frozen=True)
class HubLocation:
    """Where a data set lies: a folder, or a repository of the Hub at a commit."""

    name: str  # the folder's path, or USER/REPO
    config: str | None
    sha: str | None  # None = a folder
    token: str | bool | None

    def revision(self) -> str:
        """The commit, or the hash of the folder's files."""
        return self.sha or content_hash(all_files(Path(self.name)), Path(self.name))

    def cache(self) -> str:
        """Where `datasets` keeps what it makes of this place in this state, and of no other.

        By itself it tells folders apart by their last name and their card alone, and when the Hub fails it gives any
        revision that it once read.
        """
        from datasets import config

        if self.sha is not None:
            return str(Path(config.HF_DATASETS_CACHE, "revisions", self.name.replace("/", "--"), self.sha))
        root = Path(self.name).resolve()
        state = [str(root), self.revision(), *sorted(str(path.stat().st_mtime_ns) for path in all_files(root))]
        key = hashlib.blake2b("\0".join(state).encode(errors="surrogateescape"), digest_size=16).hexdigest()
        return str(Path(config.HF_DATASETS_CACHE, "folders", key))

    @contextmanager
    def sentences(self):
        """What the clients raise inside becomes a ValueError that says what to do."""
        from datasets.exceptions import DatasetsError
        from pyarrow import ArrowException

        try:
            yield
        except (DatasetsError, ArrowException, httpx.HTTPError, ImportError, OSError, RuntimeError) as error:
            asked = [link for link in _links(error) if isinstance(link, UNREACHED) and not isinstance(link, MISSED)]
            if self.sha is not None and asked:
                raise hub_client.HubError(hub_client.describe_error(asked[0], self.name, self.sha)) from error
            first = error.__cause__ if isinstance(error, DatasetsError) and error.__cause__ else error
            raise ValueError(f"{self.name} cannot be read as a data set: {first}") from error

    def holds(self, file: str) -> bool:
        """Whether a file belongs to the data set, also one in a zip of it: cards and rows may name any file or URL."""
        *hops, last = file.split("::")
        if not all(hop.startswith("zip://") for hop in hops) or ".." in Path(last).parts:
            return False
        if self.sha is not None:
            return last.startswith(f"hf://datasets/{self.name}@{self.sha}/")
        return "://" not in last and _is_below(last, Path(self.name))

    def read(self, file: str) -> bytes:
        """The bytes of a picture's file that a row names. Raises ImageError unless it belongs to the data set."""
        from datasets import DownloadConfig, config
        from datasets.utils.file_utils import xopen

        fetched = False
        if self.sha is not None and "://" not in file:  # in the caches of the clients
            kept = Path(constants.HF_HUB_CACHE, f"datasets--{self.name.replace('/', '--')}")
            fetched = _is_below(file, kept) or _is_below(file, Path(config.EXTRACTED_DATASETS_PATH))
        if not fetched and not self.holds(file):
            raise ImageError(f"a row names the file {file!r:.80} outside {self.name}. It is not opened")
        with xopen(file, "rb", download_config=DownloadConfig(token=self.token)) as opened:
            data = opened.read(MAX_FILE + 1)
        if len(data) > MAX_FILE:
            raise ImageError(f"the file {file!r:.80} is above {MAX_FILE:,} bytes. Make it smaller")
        return data


def folder(path: Path) -> HubLocation:
    """The place of a folder."""
    return HubLocation(str(path.resolve()), None, None, None)  # as `holds` wants it: without ".."


def repository(name: str, revision: str | None, token: str | bool | None) -> HubLocation:
    """The place of USER/REPO or USER/REPO:CONFIG at the commit that `revision` is now. Raises HubError."""
    repo, _, config = name.partition(":")
    hub_client.check_repo_name(repo, revision)
    with hub_client.hub_errors(repo, revision):
        sha = HfApi(token=token).resolve_revision(repo, repo_type="dataset", revision=revision).resolved
    return HubLocation(repo, config or None, sha, token)


def _links(error: BaseException | None) -> list[BaseException]:
    """The error and those that it came from or came after."""
    links = []
    while error is not None:
        links.append(error)
        error = error.__cause__ or error.__context__
    return links


def _is_below(file: str, folder: Path) -> bool:
    return Path(file).resolve().is_relative_to(folder.resolve())
