"""A request to the loopback Hub, and who may do what."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import parse_qs

from .store import Refusal, Repo


@dataclass(frozen=True)
class Ask:
    """One request. path: as it was sent, percent signs included. user: whose token it carries; None without one."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    user: str | None

    def one(self, key: str) -> str:
        """The query's first value; "" when it is missing."""
        return self.query.get(key, [""])[0]

    def is_set(self, key: str) -> bool:
        """Whether the query says yes."""
        return self.one(key).lower() in ("1", "true")

    @property
    def json(self) -> dict:
        return json.loads(self.body or b"{}")

    @property
    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode())


def whoever(headers: dict[str, str], users: dict[str, str]) -> str | None:
    """The user whose token the headers carry. Raises Refusal for a token nobody has."""
    token = headers.get("authorization", "").removeprefix("Bearer ")
    if token and token not in users:
        raise Refusal(401, "Invalid credentials in Authorization header")
    return users.get(token)


def may_write(user: str | None, namespace: str, orgs: dict[str, set[str]]) -> bool:
    return user is not None and (user == namespace or user in orgs.get(namespace, ()))


def check_read(repo: Repo | None, ask: Ask, orgs: dict[str, set[str]]) -> Repo:
    """The repository, if it is there and `ask.user` may see it: the real Hub does not tell the two apart."""
    if repo is None or (repo.private and not may_write(ask.user, repo.name.split("/")[0], orgs)):
        if ask.user is None:  # by https:// the client would know without the code
            raise Refusal(401, "Invalid username or password.", "RepoNotFound")
        raise Refusal(404, "Repository not found", "RepoNotFound")
    return repo


def check_write(repo: Repo, ask: Ask, orgs: dict[str, set[str]]) -> Repo:
    """The repository, if `ask.user` may write there."""
    if ask.user is None:
        raise Refusal(401, "Invalid username or password.")
    if not may_write(ask.user, repo.name.split("/")[0], orgs):
        raise Refusal(403, f"You don't have the rights to write to {repo.name}")
    return repo
