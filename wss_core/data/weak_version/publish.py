"""A weak version of a data set -> a folder in the Hub's layout, or a repository of the Hub, with a card."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huggingface_hub import CommitOperationAdd, HfApi, hf_hub_download

from ... import hub_client
from .card import Tally, updated
from .rows import WeakVersion, features

TRIES = 5  # of a push, while others push to the same repository


def save(version: WeakVersion, folder) -> Tally:
    """Write the version into `folder`, made if needed: data/SPLIT.parquet and README.md, which keep other splits."""
    folder, split = Path(folder), version.examples.split
    readme = folder / "README.md"
    with _rows(version) as rows:
        tally = Tally.of(rows)
        (folder / "data").mkdir(parents=True, exist_ok=True)
        rows.to_parquet(folder / "data" / f"{split}.parquet")
    text = readme.read_text(encoding="utf-8") if readme.exists() else None
    readme.write_text(updated(text, version, tally, folder.name, f"data/{split}.parquet"), encoding="utf-8")
    return tally


def push(
    version: WeakVersion, repo: str, *, private: bool | None = None, create_pr: bool = False, token: str | None = None
) -> tuple[Tally, str]:
    """Push the version to a data set of the Hub, made if needed, and return what it holds and the commit's hash.

    Other splits, and what others wrote into the card, stay. create_pr: as a pull request. Raises HubError.
    """
    hub_client.check_repo_name(repo)
    with _rows(version) as rows:
        tally = Tally.of(rows)

        def upload() -> str:
            done = rows.push_to_hub(
                repo, split=version.examples.split, private=private, create_pr=create_pr, token=token
            )
            return done.pr_revision or "main"

        revision = _patiently(upload, repo)
    return tally, _patiently(lambda: _push_card(version, tally, repo, revision, token), repo)


def _push_card(version: WeakVersion, tally: Tally, repo: str, revision: str, token: str | None) -> str:
    """Add what the version is to the repository's card, as it is now; the hash of the commit."""
    api = HfApi(token=token)
    head = api.dataset_info(repo, revision=revision).sha
    kept = hf_hub_download(repo, "README.md", repo_type="dataset", revision=head, token=token)
    text = updated(Path(kept).read_text(encoding="utf-8"), version, tally, repo)
    card = CommitOperationAdd("README.md", text.encode())
    title = f"Card of the weak labels of {version.examples.split}"
    done = api.create_commit(
        repo, [card], commit_message=title, repo_type="dataset", revision=revision, parent_commit=head
    )
    return done.oid


def _patiently(push, repo: str) -> str:
    """Push again when someone else was faster: `datasets` means to, and misses how its client says so."""
    for _ in range(TRIES - 1):
        try:
            with hub_client.hub_errors(repo):
                return push()
        except hub_client.HubConflict:
            continue
    with hub_client.hub_errors(repo):
        return push()


@contextmanager
def _rows(version: WeakVersion) -> Iterator:
    """A datasets.Dataset of the version's rows, on disk for as long as it is needed."""
    from datasets import Dataset, NamedSplit

    columns = features(version.examples.classes)
    with tempfile.TemporaryDirectory(prefix="weak-", ignore_cleanup_errors=True) as cache:
        yield Dataset.from_generator(
            version.rows,
            features=columns,
            cache_dir=cache,
            split=NamedSplit(version.examples.split),
            fingerprint=uuid.uuid4().hex,  # the rows are made now, not taken from an earlier run
        )
