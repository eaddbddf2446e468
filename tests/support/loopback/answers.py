"""The JSON in which the Hub describes repositories, files and pull requests."""

from __future__ import annotations

from datetime import datetime

from . import cards
from .store import Commit, File, Pull, Repo

ALWAYS = ("_id", "id", "private", "tags", "downloads", "likes", "modelId")


def timestamp(date: datetime) -> str:
    return date.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def repository(repo: Repo, commit: Commit, expand=(), blobs: bool = False) -> dict:
    """As /api/models/NAME gives it. expand: only these keys, and those that are always there."""
    card = cards.read(commit)
    form = {
        "_id": commit.oid[:24],
        "id": repo.name,
        "modelId": repo.name,
        "author": repo.name.split("/")[0],
        "sha": commit.oid,
        "lastModified": timestamp(commit.date),
        "createdAt": timestamp(repo.line("main")[-1].date),
        "private": repo.private,
        "gated": False,
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "tags": cards.tags(card),
        "cardData": card,
        "siblings": [_sibling(path, file, blobs) for path, file in sorted(commit.files.items())],
        "evalResults": cards.results(commit),
    }
    form |= {key: card[key] for key in ("pipeline_tag", "library_name") if key in card}
    return {key: value for key, value in form.items() if not expand or key in expand or key in ALWAYS}


def _sibling(path: str, file: File, blobs: bool) -> dict:
    if not blobs:
        return {"rfilename": path}
    row = {"rfilename": path, "size": file.size, "blobId": file.oid}
    if file.lfs:
        row["lfs"] = {"size": file.size, "sha256": file.sha256, "pointerSize": len(file.pointer)}
    return row


def tree(commit: Commit, under: str, recursive: bool, expand: bool) -> list[dict]:
    """Files and folders below `under` ("" = all), folders first."""
    start = f"{under}/" if under else ""
    inside = {path: file for path, file in commit.files.items() if path.startswith(start)}
    parts = [path.removeprefix(start).split("/") for path in inside]
    folders = {
        start + "/".join(p[:depth]) for p in parts for depth in range(1, len(p) if recursive else min(2, len(p)))
    }
    rows = [{"type": "directory", "oid": commit.oid, "size": 0, "path": path} for path in sorted(folders)]
    rows += [entry(p, f) for p, f in sorted(inside.items()) if recursive or "/" not in p.removeprefix(start)]
    if expand:
        last = {"id": commit.oid, "title": commit.title, "date": timestamp(commit.date)}
        rows = [row | {"lastCommit": last} for row in rows]
    return rows


def entry(path: str, file: File) -> dict:
    """One file, as the tree gives it."""
    row = {"type": "file", "oid": file.oid, "size": file.size, "path": path}
    if file.lfs:
        row["lfs"] = {"oid": file.sha256, "size": file.size, "pointerSize": len(file.pointer)}
    return row


def commit(found: Commit) -> dict:
    """One commit, as /commits gives it."""
    authors = [{"user": found.author}]
    return {"id": found.oid, "title": found.title, "message": "", "authors": authors, "date": timestamp(found.date)}


def refs(repo: Repo, pulls: bool) -> dict:
    """Branches, tags and, when asked for, pull requests."""
    rows = [{"name": n.removeprefix("refs/"), "ref": n, "targetCommit": oid} for n, oid in repo.refs.items()]
    branches = [row | {"ref": f"refs/heads/{row['name']}"} for row in rows if not row["ref"].startswith("refs/pr/")]
    tags = [{"name": n, "ref": f"refs/tags/{n}", "targetCommit": oid} for n, oid in repo.tags.items()]
    form = {"branches": branches, "converts": [], "tags": tags}
    if pulls:
        form["pullRequests"] = [row for row in rows if row["ref"].startswith("refs/pr/")]
    return form


def pull(repo: Repo, found: Pull) -> dict:
    """One pull request."""
    return {
        "num": found.number,
        "title": found.title,
        "author": {"name": found.author},
        "createdAt": timestamp(repo.at(f"refs/pr/{found.number}").date),
        "status": found.status,
        "isPullRequest": True,
        "repo": {"name": repo.name, "type": repo.kind.removesuffix("s")},
        "changes": {"base": "refs/heads/main", "mergeCommitId": found.merged},
        "filesWithConflicts": [],
        "events": [],
    }
