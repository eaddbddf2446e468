"""Synchronise a folder of results with a results data set on the Hub: records are added on both sides, and never changed."""

from __future__ import annotations

import logging
import re
import shutil
from pathlib import Path

from huggingface_hub import CommitOperationAdd, HfApi, snapshot_download

from wss_core import hub_client
from wss_core.atomic_file import write_atomic

from . import store

RECORD = re.compile(r"[\w-]{1,60}/[0-9a-f]{32}\.json")
TRIES = 8  # of a commit: when several boards commit at once, one succeeds and the others try again
MAX_FILES = 20_000  # of one pull
CARD = """\
---
tags:
- weakly-supervised-segmentation
- leaderboard
---

Results of a leaderboard of weakly supervised segmentation: BENCHMARK/NAME.json, one file an evaluation, never changed.
NAME is a hash of the checkpoint, the data, the benchmark's definition, the code and the seed.
"""

logger = logging.getLogger(__name__)


def push(results: Path, repo: str, *, private: bool | None = None, token: str | None = None) -> tuple[int, str]:
    """Add the records of a folder that the data set lacks, in one commit; damaged ones are left out with a warning.

    The data set is created where there is none. When it has changed meanwhile, the commit is made anew. Returns how many
    records were added, and the hash of the head then. Raises ValueError (`hub_client.HubError`) when the Hub does not take it.
    """
    hub_client.check_repo_name(repo)
    api = HfApi(token=token)
    with hub_client.hub_errors(repo):
        api.create_repo(repo, repo_type="dataset", private=private, exist_ok=True)
    records = {f"{r.identity.benchmark}/{r.identity.name}.json": r for r in store.read_all(results)}
    for tries_left in reversed(range(TRIES)):
        try:
            return _add(api, repo, results, sorted(records))
        except hub_client.HubConflict:
            if not tries_left:
                raise
    raise AssertionError


def pull(repo: str, results: Path, *, revision: str | None = None, token: str | None = None) -> int:
    """Copy the records that a folder lacks from the data set, and return how many; damaged ones are left out with a warning.

    Raises ValueError (`hub_client.HubError`) when they cannot be fetched, or the data set holds other things than results.
    """
    hub_client.check_repo_name(repo, revision)
    with hub_client.hub_errors(repo, revision):
        info = HfApi(token=token).dataset_info(repo, revision=revision, files_metadata=True)
        _check_sizes(repo, {file.rfilename: file.size for file in info.siblings or ()})
        snapshot = Path(
            snapshot_download(
                repo,
                repo_type="dataset",
                revision=info.sha,
                allow_patterns="*/*.json",
                ignore_patterns="*/*/*",
                token=token,
            )
        )
    added = 0
    for name in sorted(str(path.relative_to(snapshot).as_posix()) for path in snapshot.glob("*/*.json")):
        if RECORD.fullmatch(name) and not (results / name).exists() and store.is_sound(snapshot / name):
            _copy(snapshot / name, results / name)
            added += 1
    return added


def _add(api: HfApi, repo: str, results: Path, names: list[str]) -> tuple[int, str]:
    """Commit on top of the current head. Raises HubConflict when another commit came first."""
    with hub_client.hub_errors(repo):
        head = api.dataset_info(repo)
    present = {file.rfilename for file in head.siblings or ()}
    adds = [CommitOperationAdd(name, str(results / name)) for name in names if name not in present]
    if not adds:
        return 0, head.sha
    count = len(adds)
    if "README.md" not in present:
        adds.append(CommitOperationAdd("README.md", CARD.encode()))
    message = f"Add {count} record{'s' if count > 1 else ''}"
    with hub_client.hub_errors(repo):
        commit = api.create_commit(repo, adds, commit_message=message, repo_type="dataset", parent_commit=head.sha)
    return count, commit.oid


def _check_sizes(repo: str, sizes: dict[str, int | None]) -> None:
    """Raise ValueError for more files, or larger ones, than a results data set has."""
    record_sizes = {name: size for name, size in sizes.items() if name.endswith(".json")}
    large = [name for name, size in record_sizes.items() if size is None or size > store.MAX_FILE]
    if large or len(record_sizes) > MAX_FILES:
        problem = f"{large[0]} is above {store.MAX_FILE:,} bytes" if large else f"there are {len(record_sizes):,} files"
        raise ValueError(f"{repo} is no data set of results: {problem}. Nothing was fetched")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with write_atomic(target) as part:
        shutil.copyfile(source, part)
