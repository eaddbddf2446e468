"""Writes a weak version of a data set to a folder in the Hub's layout, or pushes it to the Hub, with a card."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huggingface_hub import CommitOperationAdd, HfApi, hf_hub_download

from ... import hub_client
from .card import LabellingSummary, update_card
from .rows import WeakVersion, dataset_features

MAX_TRIES = 5  # of a push, when others push to the same repository meanwhile


def save(version: WeakVersion, folder) -> LabellingSummary:
    """Write the version into a folder, which is created if needed: data/SPLIT.parquet and README.md. Other splits stay."""
    folder, split = Path(folder), version.examples.split
    readme = folder / "README.md"
    with _rows(version) as rows:
        summary = LabellingSummary.from_rows(rows)
        (folder / "data").mkdir(parents=True, exist_ok=True)
        rows.to_parquet(folder / "data" / f"{split}.parquet")
    text = readme.read_text(encoding="utf-8") if readme.exists() else None
    readme.write_text(update_card(text, version, summary, folder.name, f"data/{split}.parquet"), encoding="utf-8")
    return summary


def push(
    version: WeakVersion, repo: str, *, private: bool | None = None, create_pr: bool = False, token: str | None = None
) -> tuple[LabellingSummary, str]:
    """Push the version to a data set of the Hub, which is created if needed; return its summary and the commit's hash.

    Other splits, and what others wrote into the card, stay. create_pr: as a pull request. Raises HubError.
    """
    hub_client.check_repo_name(repo)
    with _rows(version) as rows:
        summary = LabellingSummary.from_rows(rows)

        def upload() -> str:
            commit = rows.push_to_hub(
                repo, split=version.examples.split, private=private, create_pr=create_pr, token=token
            )
            return commit.pr_revision or "main"

        revision = _retry_on_conflict(upload, repo)
    return summary, _retry_on_conflict(lambda: _push_card(version, summary, repo, revision, token), repo)


def _push_card(version: WeakVersion, summary: LabellingSummary, repo: str, revision: str, token: str | None) -> str:
    """Add the version's section to the present card of the repository, and return the commit's hash."""
    api = HfApi(token=token)
    parent_commit = api.dataset_info(repo, revision=revision).sha
    card_path = hf_hub_download(repo, "README.md", repo_type="dataset", revision=parent_commit, token=token)
    text = update_card(Path(card_path).read_text(encoding="utf-8"), version, summary, repo)
    card = CommitOperationAdd("README.md", text.encode())
    title = f"Card of the weak labels of {version.examples.split}"
    commit = api.create_commit(
        repo, [card], commit_message=title, repo_type="dataset", revision=revision, parent_commit=parent_commit
    )
    return commit.oid


def _retry_on_conflict(push, repo: str) -> str:
    """Push again after a conflict with another push: `datasets` does not recognise its client's error for that."""
    for _ in range(MAX_TRIES - 1):
        try:
            with hub_client.hub_errors(repo):
                return push()
        except hub_client.HubConflict:
            continue
    with hub_client.hub_errors(repo):
        return push()


@contextmanager
def _rows(version: WeakVersion) -> Iterator:
    """Make a datasets.Dataset of the version's rows in a temporary folder, which is deleted after the block."""
    from datasets import Dataset, NamedSplit

    columns = dataset_features(version.examples.classes)
    with tempfile.TemporaryDirectory(prefix="weak-", ignore_cleanup_errors=True) as cache:
        yield Dataset.from_generator(
            version.rows,
            features=columns,
            cache_dir=cache,
            split=NamedSplit(version.examples.split),
            fingerprint=uuid.uuid4().hex,  # the rows are made now, not taken from an earlier run
        )
