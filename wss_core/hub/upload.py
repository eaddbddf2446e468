"""Push a segmenter to a repository of the Hub: weights, settings, card and scores in one commit, or none of them."""

from __future__ import annotations

import logging
import random
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

from .. import hub_client
from ..imaging.io import ImageLike, image_to_bytes, read_image
from ..segmenter import Segmenter
from . import checkpoint_config, checkpoint_folder
from .card import SAMPLE_FILE, About, eval_results_yaml, render_card

ATTEMPTS = 6
RESULTS_FILE = ".eval_results/wss_core.yaml"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PushResult:
    """Where a pushed segmenter lies on the Hub."""

    repo: str
    "USER/REPO."
    sha: str
    "The hash of the commit."
    url: str
    "The address of the commit, or of the pull request."
    is_pull_request: bool
    "Whether it waits as a pull request."


def push(
    segmenter: Segmenter,
    repo: str,
    *,
    private: bool | None = None,
    create_pr: bool = False,
    about: About = About(),
    card: str = "",
    picture: ImageLike | None = None,
    message: str = "",
    token: str | bool | None = None,
) -> PushResult:
    """Push the segmenter to USER/REPO of the Hub as one commit or pull request; the repository is created if need be.

    private: whether a repository that is created is private; None = as the account has it. about: texts and scores for
    the card. card: README.md to begin with, where there is none. picture: a sample for the card, anything `read_image`
    takes. message: the title of the commit. token: None = the one that is logged in.

    Of an existing card only our part and our metadata change, and no file of others. Where someone else commits at the
    same time it is tried again on top of theirs. Raises ValueError, HubError among them, with what to do.
    """
    hub_client.check_repo_name(repo)
    api = HfApi(token=token)
    with tempfile.TemporaryDirectory() as folder:
        files = _files(segmenter, Path(folder), picture)
        about = replace(about, picture=SAMPLE_FILE in files)
        _ensure_repo(api, repo, private, create_pr)
        for attempt in range(ATTEMPTS):
            try:
                return _commit(api, repo, files, about, card, message or f"{segmenter.name}, by wss-core", create_pr)
            except hub_client.HubConflict as error:
                logger.info("%s (attempt %d of %d)", error, attempt + 1, ATTEMPTS)
                time.sleep(random.uniform(0, 0.1 * 2**attempt))  # so that two who push at once do not stay in step
    raise hub_client.HubError(f"{repo} was changed by others at each of {ATTEMPTS} attempts. Try again later")


def _files(segmenter: Segmenter, folder: Path, picture) -> dict[str, Path]:
    """The files that do not depend on what lies in the repository, {name there: file here}, written into `folder`."""
    checkpoint_folder.save(segmenter, folder)
    if picture is not None:
        (folder / SAMPLE_FILE).write_bytes(image_to_bytes(read_image(picture), "JPEG", quality=90))
    return {file.name: file for file in folder.iterdir()}


def _ensure_repo(api: HfApi, repo: str, private: bool | None, create_pr: bool) -> None:
    """Create the repository where there is none. Raises ValueError when there is one of the other visibility."""
    with hub_client.hub_errors(repo):
        exists = api.repo_exists(repo)
        if not exists and not create_pr:
            api.create_repo(repo, private=private, exist_ok=True)
        info = api.model_info(repo, expand=["private"])
    if private is not None and info.private != private:
        is_now = "private" if info.private else "public"
        raise ValueError(f"{repo} is {is_now} already. Change that in its settings on the Hub, or choose another name")


def _commit(
    api: HfApi, repo: str, files: dict[str, Path], about: About, card: str, message: str, create_pr: bool
) -> PushResult:
    """Push one commit on top of what lies there now. Raises Moved when that is no longer the head."""
    with hub_client.hub_errors(repo):
        head = api.model_info(repo)
    names = {file.rfilename for file in head.siblings or ()}
    theirs, before = _read_existing(api, repo, head.sha, names)
    document = checkpoint_config.read(files[checkpoint_folder.CONFIG], checkpoint_folder.CONFIG)
    adds = {name: CommitOperationAdd(name, str(file)) for name, file in files.items()}
    adds[checkpoint_folder.CARD] = CommitOperationAdd(
        checkpoint_folder.CARD, render_card(repo, document, about, theirs or card, before).encode()
    )
    if scores := eval_results_yaml(about.scores):
        adds[RESULTS_FILE] = CommitOperationAdd(RESULTS_FILE, scores.encode())
    gone = [name for name in (checkpoint_folder.WEIGHTS, RESULTS_FILE) if name in names and name not in adds]
    operations = [*adds.values(), *(CommitOperationDelete(name) for name in gone)]
    with hub_client.hub_errors(repo):
        commit = api.create_commit(
            repo, operations, commit_message=message, parent_commit=head.sha, create_pr=create_pr
        )
    return PushResult(repo, commit.oid, commit.pr_url or commit.commit_url, commit.pr_url is not None)


def _read_existing(api: HfApi, repo: str, sha: str, names: set[str]) -> tuple[str, dict | None]:
    """Read README.md and config.json of the repository: ("", None) where there is none, or no config.json of ours."""
    if not names & set(checkpoint_folder.TEXT_FILES):
        return "", None
    folder = hub_client.fetch(repo, checkpoint_folder.TEXT_FILES, sha, api.token).folder
    card = checkpoint_folder.read_card(folder, repo)
    try:
        before = checkpoint_config.read(folder / checkpoint_folder.CONFIG, checkpoint_folder.CONFIG)
    except ValueError:
        before = None
    return card, before
