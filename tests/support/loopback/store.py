"""What the loopback Hub keeps, in memory: repositories, their commits and files."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n"


class Refusal(Exception):
    """An answer that is an error. code: what the real Hub puts into X-Error-Code."""

    def __init__(self, status: int, message: str, code: str = "", errors: list[str] | None = None):
        super().__init__(message)
        self.status, self.message, self.code, self.errors = status, message, code, errors


@dataclass(frozen=True)
class File:
    """One version of a file. claimed: a size for the listings that need not be true."""

    data: bytes
    lfs: bool = False
    claimed: int | None = None

    @property
    def size(self) -> int:
        return len(self.data) if self.claimed is None else self.claimed

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def pointer(self) -> bytes:
        return POINTER.format(self.sha256, self.size).encode()

    @property
    def oid(self) -> str:
        """As git hashes it; of the pointer when the file is in LFS."""
        data = self.pointer if self.lfs else self.data
        return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()

    @property
    def etag(self) -> str:
        return self.sha256 if self.lfs else self.oid


@dataclass(frozen=True)
class Commit:
    """The files of a repository at one time."""

    oid: str
    parent: str | None
    title: str
    author: str
    date: datetime
    files: dict[str, File]


@dataclass
class Pull:
    """A pull request, whose commits are on refs/pr/NUMBER."""

    number: int
    title: str
    author: str
    status: str = "open"
    merged: str | None = None


@dataclass
class Repo:
    """A repository. kind: "models", "datasets" or "spaces"; name: "user/repo"."""

    kind: str
    name: str
    private: bool
    clock: itertools.count
    refs: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)

    def __post_init__(self):
        attributes = File(b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n")
        self.add("main", "initial commit", {".gitattributes": attributes}, author=self.name.split("/")[0])

    def at(self, revision: str) -> Commit:
        """The commit that a branch, a tag, a pull request's ref or a hash names."""
        oid = self.refs.get(revision) or self.tags.get(revision) or revision
        found = [commit for commit in self.commits.values() if commit.oid.startswith(oid)] if len(oid) >= 7 else []
        if not found:
            raise Refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return found[0]

    def add(self, ref: str, title: str, changes: dict[str, File | None], author: str) -> Commit:
        """A commit on top of `ref`, made if needed. changes: None = delete the file."""
        parent = self.refs.get(ref)
        files = dict(self.commits[parent].files) if parent else {}
        for path, file in changes.items():
            files.pop(path, None) if file is None else files.update({path: file})
        tick = next(self.clock)
        date = datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=tick)  # every commit has its own second
        content = f"{self.kind}{self.name}{parent}{title}{tick}{[(path, f.oid) for path, f in sorted(files.items())]}"
        commit = Commit(hashlib.sha1(content.encode()).hexdigest(), parent, title, author, date, files)
        self.commits[commit.oid] = commit
        self.refs[ref] = commit.oid
        return commit

    def open_pull(self, title: str, author: str, base: str) -> Pull:
        """A pull request that begins at the commit `base`."""
        number = len(self.pulls) + 1
        self.refs[f"refs/pr/{number}"] = base
        self.pulls[number] = Pull(number, title, author)
        return self.pulls[number]

    def merge(self, number: int, author: str) -> Commit:
        """The files a pull request changed, onto main."""
        pull, head = self.pulls[number], self.at(f"refs/pr/{number}")
        base = head
        while base.parent and base.oid not in self._line(self.refs["main"]):
            base = self.commits[base.parent]
        changes = {path: file for path, file in head.files.items() if base.files.get(path) != file}
        changes |= {path: None for path in base.files if path not in head.files}
        commit = self.add("main", pull.title, changes, author)
        pull.status, pull.merged = "merged", commit.oid
        return commit

    def line(self, revision: str) -> list[Commit]:
        """The commits up to `revision`, newest first."""
        return [self.commits[oid] for oid in self._line(self.at(revision).oid)]

    def _line(self, oid: str | None) -> list[str]:
        found = []
        while oid:
            found.append(oid)
            oid = self.commits[oid].parent
        return found
