"""The Hub's one landlord: files of a repository at a revision, and its client's errors as sentences."""

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
    """Something the Hub does not have, or does not let us do; the message says what to do."""


class HubConflict(HubError):
    """Someone else changed the repository at the same time; trying again helps."""


@dataclass(frozen=True)
class Snapshot:
    """Files of a repository. folder: where they lie, to be read only; sha: the commit they are of."""

    folder: Path
    sha: str


def fetch(repo: str, most: dict[str, int], revision: str | None = None, token: str | bool | None = None) -> Snapshot:
    """The files of a model repository that are named in `most`, {name: most bytes}; other files are never fetched.

    token: None = this machine's own, and what the cache holds of a commit is given without asking the Hub; a text or
    False (none) = someone else's, and the Hub is asked whether they may see it. Raises HubError.
    """
    check_repo_name(repo, revision)
    with hub_errors(repo, revision):
        sha = HfApi(token=token).resolve_revision(repo, revision=revision).resolved
    kept = _kept(repo, most, sha) if token is None else None
    if kept:
        return Snapshot(kept, sha)
    with hub_errors(repo, revision):
        siblings = HfApi(token=token).model_info(repo, revision=sha, files_metadata=True).siblings or []
    _check_sizes(repo, {file.rfilename: file.size for file in siblings}, most)
    with hub_errors(repo, revision):
        return Snapshot(Path(snapshot_download(repo, revision=sha, allow_patterns=list(most), token=token)), sha)


def is_repo_name(text: str) -> bool:
    """Whether `text` has the form USER/REPO."""
    return REPO_NAME.fullmatch(text) is not None


def check_repo_name(repo: str, revision: str | None = None) -> None:
    """Raise HubError unless the repository's name and the revision have the form of such."""
    if not is_repo_name(repo):
        raise HubError(f"{repo!r:.80} is no name on the Hub. Give USER/REPO")
    if revision is not None and not REVISION.fullmatch(revision):
        raise HubError(f"{revision!r:.80} is no revision. Give a branch, a tag or the hash of a commit")


@contextmanager
def hub_errors(repo: str, revision: str | None = None):
    """What fails inside, in the Hub's client, is raised as HubError with a sentence that says what to do."""
    try:
        yield
    except CLIENT_ERRORS as error:
        if isinstance(error, OSError) and error.filename:  # a file of this machine, not the Hub
            raise
        logger.debug("the Hub's client failed on %s", repo, exc_info=True)
        kind = HubConflict if getattr(getattr(error, "response", None), "status_code", 0) in (409, 412) else HubError
        raise kind(describe_error(error, repo, revision)) from error


def describe_error(error: BaseException, repo: str, revision: str | None = None) -> str:
    """What went wrong with `repo` and what to do about it. Says nothing of tokens."""
    chain = _chain(error)
    for kind, words in MESSAGES:
        if any(isinstance(link, kind) for link in chain):
            return words.format(repo=repo, revision=revision or "main", hub=constants.ENDPOINT)
    answers = [link for link in chain if isinstance(link, errors.HfHubHTTPError)]
    if isinstance(error, ValueError) and error not in answers:  # the client's own words, of a bad card for instance
        return f"the Hub refused {repo}: {' '.join(str(error).split()):.300}"
    if answers:
        return _answered(answers[0], repo)
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


def _answered(error: errors.HfHubHTTPError, repo: str) -> str:
    """By the status of the Hub's answer."""
    status = error.response.status_code
    said = next(iter((error.server_message or "").split("\n")), "") or "no reason given"
    if status == 401:
        return "the Hub does not know who you are (401). Log in with hf auth login, or set HF_TOKEN to a valid token"
    if status == 403:
        return (
            f"you may not do this to {repo} (403: {said:.200}). Use a token that may write there, or push as a pull "
            "request"
        )
    if status in (409, 412):
        return f"{repo} was changed by someone else at the same time ({status}). Try again"
    if status == 429:
        wait = error.response.headers.get("Retry-After", "")
        return f"the Hub asks to slow down (429). Try again {f'in {wait:.10} seconds' if wait else 'in some minutes'}"
    if status >= 500:
        return f"the Hub has a fault of its own ({status}). Try again later"
    return f"the Hub refused {repo} ({status}: {said:.300})"


def _chain(error: BaseException) -> list[BaseException]:
    """The error and those it came from."""
    chain = [error]
    while cause := chain[-1].__cause__:
        chain.append(cause)
    return chain


def _kept(repo: str, most: dict[str, int], sha: str) -> Path | None:
    """The folder of a commit of which the cache holds all we want, else None."""
    try:
        get_cached_repo_tree(repo, revision=sha)  # without it nobody knows whether the folder is complete
        return Path(snapshot_download(repo, revision=sha, allow_patterns=list(most), local_files_only=True))
    except (errors.CachedRepoTreeNotFoundError, errors.LocalEntryNotFoundError):
        return None


def _check_sizes(repo: str, sizes: dict[str, int | None], most: dict[str, int]) -> None:
    for name, limit in most.items():
        size = sizes.get(name, 0)
        if size is None or size > limit:
            told = "of unknown size" if size is None else f"{size:,} bytes"
            raise HubError(f"{name} of {repo} is {told}; at most {limit:,} bytes are fetched. Nothing was fetched")
