"""Files of a repository on the Hub at a revision, and the errors of the Hub's client as sentences that say what to do."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import HfApi, constants, errors, get_cached_repo_tree, snapshot_download
from huggingface_hub.utils import httpx

REPO_NAME = re.compile(r"(?!.*\.\.)[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
REVISION = re.compile(r"(?!.*\.\.)[\w][\w./+-]{0,199}")  # the client makes a file name of it
CLIENT_ERRORS = (errors.HfHubHTTPError, errors.RevisionResolutionError, httpx.HTTPError, OSError, ValueError)

logger = logging.getLogger(__name__)


class HubError(ValueError):
    """Something that the Hub does not have or does not allow; the message says what to do."""


class HubConflict(HubError):
    """The repository was changed by someone else at the same time; trying again helps."""


@dataclass(frozen=True)
class Snapshot:
    """Fetched files of a repository. folder: where they lie, only to be read. sha: their commit."""

    folder: Path
    sha: str


def fetch(
    repo: str, max_bytes: dict[str, int], revision: str | None = None, token: str | bool | None = None
) -> Snapshot:
    """Fetch the files named in `max_bytes`, {name: largest size allowed}, of a model repository, and no others.

    revision: a branch, a tag or a commit; None = main. token: None = this machine's own, and cached files of a commit
    are given without asking the Hub; a text, or False for none = a visitor's, and the Hub is asked whether they may see
    the files. Raises HubError.
    """
    check_repo_name(repo, revision)
    with hub_errors(repo, revision):
        sha = HfApi(token=token).resolve_revision(repo, revision=revision).resolved
    cached = _cached_folder(repo, list(max_bytes), sha) if token is None else None
    if cached:
        return Snapshot(cached, sha)
    with hub_errors(repo, revision):
        siblings = HfApi(token=token).model_info(repo, revision=sha, files_metadata=True).siblings or []
    _check_sizes(repo, {file.rfilename: file.size for file in siblings}, max_bytes)
    with hub_errors(repo, revision):
        return Snapshot(Path(snapshot_download(repo, revision=sha, allow_patterns=list(max_bytes), token=token)), sha)


def is_repo_name(text: str) -> bool:
    """Whether a text has the form USER/REPO of a repository's name."""
    return REPO_NAME.fullmatch(text) is not None


def check_repo_name(repo: str, revision: str | None = None) -> None:
    """Raise HubError unless `repo` is a well-formed repository name and `revision` a well-formed revision, or None."""
    if not is_repo_name(repo):
        raise HubError(f"{repo!r:.80} is no name on the Hub. Give USER/REPO")
    if revision is not None and not REVISION.fullmatch(revision):
        raise HubError(f"{revision!r:.80} is no revision. Give a branch, a tag or the hash of a commit")


@contextmanager
def hub_errors(repo: str, revision: str | None = None):
    """A context in which errors of the Hub's client become HubErrors that say what to do. revision: None = main."""
    try:
        yield
    except CLIENT_ERRORS as error:
        if isinstance(error, OSError) and error.filename:  # a file of this machine, not the Hub
            raise
        logger.debug("the Hub's client failed on %s", repo, exc_info=True)
        kind = HubConflict if getattr(getattr(error, "response", None), "status_code", 0) in (409, 412) else HubError
        raise kind(describe_error(error, repo, revision)) from error


def describe_error(error: BaseException, repo: str, revision: str | None = None) -> str:
    """A sentence about what went wrong with `repo` and what to do; it never contains a token."""
    chain = _chain(error)
    for kind, message in MESSAGES:
        if any(isinstance(link, kind) for link in chain):
            return message.format(repo=repo, revision=revision or "main", hub=constants.ENDPOINT)
    responses = [link for link in chain if isinstance(link, errors.HfHubHTTPError)]
    if isinstance(error, ValueError) and error not in responses:  # the client's own words, of a bad card for instance
        return f"the Hub refused {repo}: {' '.join(str(error).split()):.300}"
    if responses:
        return _describe_status(responses[0], repo)
    return (
        f"the Hub cannot be reached, or the connection broke ({type(chain[-1]).__name__}). Check the network and try "
        f"{repo} again; what was fetched only in part is not used"
    )


MESSAGES = (
    (
        errors.OfflineModeIsEnabled,
        "{repo} is not in the cache, and HF_HUB_OFFLINE forbids to fetch it. Unset that, or fetch it beforehand with "
        "python -m wss_core pull {repo}",
    ),
    (
        errors.GatedRepoError,
        "{repo} is gated. Ask for access at {hub}/{repo}, then log in with hf auth login",
    ),
    (
        errors.RevisionNotFoundError,
        "{repo} has no revision {revision}. Give a branch, a tag or the hash of a commit",
    ),
    (
        errors.RepositoryNotFoundError,
        "there is no {repo} on {hub} that you may see. Check the name; if it is private, log in with hf auth login or "
        "set HF_TOKEN",
    ),
    (
        errors.HFValidationError,
        "{repo} is no name on the Hub. Give USER/REPO",
    ),
    (
        errors.LocalTokenNotFoundError,
        "the Hub wants to know who you are. Log in with hf auth login, or set HF_TOKEN",
    ),
)


def _describe_status(error: errors.HfHubHTTPError, repo: str) -> str:
    """The sentence for an error response of the Hub, by its HTTP status."""
    status = error.response.status_code
    reason = next(iter((error.server_message or "").split("\n")), "") or "no reason given"
    if status == 401:
        return "the Hub does not know who you are (401). Log in with hf auth login, or set HF_TOKEN to a valid token"
    if status == 403:
        return (
            f"you may not do this to {repo} (403: {reason:.200}). Use a token that may write there, or push as a pull "
            "request"
        )
    if status in (409, 412):
        return f"{repo} was changed by someone else at the same time ({status}). Try again"
    if status == 429:
        wait = error.response.headers.get("Retry-After", "")
        return f"the Hub asks to slow down (429). Try again {f'in {wait:.10} seconds' if wait else 'in some minutes'}"
    if status >= 500:
        return f"the Hub has a fault of its own ({status}). Try again later"
    return f"the Hub refused {repo} ({status}: {reason:.300})"


def _chain(error: BaseException) -> list[BaseException]:
    """The error, its cause, the cause of that, and so on."""
    chain = [error]
    while cause := chain[-1].__cause__:
        chain.append(cause)
    return chain


def _cached_folder(repo: str, names: list[str], sha: str) -> Path | None:
    """The folder of a commit in the cache, when it holds all of the files that exist of `names`; else None."""
    try:
        get_cached_repo_tree(repo, revision=sha)  # without it nobody knows whether the folder is complete
        return Path(snapshot_download(repo, revision=sha, allow_patterns=names, local_files_only=True))
    except (errors.CachedRepoTreeNotFoundError, errors.LocalEntryNotFoundError):
        return None


def _check_sizes(repo: str, sizes: dict[str, int | None], max_bytes: dict[str, int]) -> None:
    """Raise HubError for a file that is larger than allowed, or of unknown size. sizes: {name: bytes}."""
    for name, limit in max_bytes.items():
        size = sizes.get(name, 0)
        if size is None or size > limit:
            description = "of unknown size" if size is None else f"{size:,} bytes"
            raise HubError(
                f"{name} of {repo} is {description}; at most {limit:,} bytes are fetched. Nothing was fetched"
            )
