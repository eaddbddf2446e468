"""Repositories: made, listed, described, branched, tagged, discussed."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from . import answers, cards
from .asks import Ask, may_write
from .store import Refusal, Repo

KINDS = {"model": "models", "dataset": "datasets", "space": "spaces", None: "models"}
PAGE = 1000


def whoami(hub, ask: Ask) -> Response:
    if ask.user is None:
        raise Refusal(401, "Invalid username or password.")
    orgs = [{"name": org, "type": "org"} for org, members in hub.orgs.items() if ask.user in members]
    token = {"type": "access_token", "accessToken": {"displayName": "test", "role": "write"}}
    return JSONResponse({"type": "user", "name": ask.user, "fullname": ask.user, "orgs": orgs, "auth": token})


def create(hub, ask: Ask) -> Response:
    body = ask.json
    if ask.user is None:
        raise Refusal(401, "Invalid username or password.")
    name = f"{body.get('organization') or ask.user}/{body['name']}"
    if not may_write(ask.user, name.split("/")[0], hub.orgs):
        raise Refusal(403, f"You don't have the rights to create a repository under {name.split('/')[0]}")
    kind = KINDS[body.get("type")]
    place = name if kind == "models" else f"{kind}/{name}"
    url = {"url": f"{hub.url}/{place}", "id": name, "name": name}
    if (kind, name) in hub.repos:
        return JSONResponse(url | {"error": "You already created this repo"}, 409)
    hub.repos[kind, name] = Repo(kind, name, body.get("visibility") == "private", hub.clock)
    return JSONResponse(url)


def delete(hub, ask: Ask) -> Response:
    body = ask.json
    key = KINDS[body.get("type")], f"{body.get('organization') or ask.user}/{body['name']}"
    hub.write(ask, *key)
    del hub.repos[key]
    return JSONResponse({})


def validate(hub, ask: Ask) -> Response:
    text = ask.json["content"]
    cards.check(text)
    warnings = [] if cards.header(text) else [{"message": "empty or missing yaml metadata in repo card"}]
    return JSONResponse({"errors": [], "warnings": warnings})


def listing(hub, ask: Ask, kind: str) -> Response:
    rows = [answers.repository(repo, repo.at("main"), ask.query.get("expand", ())) for repo in _found(hub, ask, kind)]
    start, many = int(ask.one("cursor") or 0), min(int(ask.one("limit") or PAGE), hub.page)
    headers = {}
    if start + many < len(rows):
        more = urlencode({**ask.query, "cursor": [start + many]}, doseq=True)
        headers["Link"] = f'<{hub.url}/api/{kind}?{more}>; rel="next"'
    return JSONResponse(rows[start : start + many], headers=headers)


def _found(hub, ask: Ask, kind: str) -> list[Repo]:
    wanted = set(ask.query.get("filter", ())) | set(ask.query.get("pipeline_tag", ()))
    found = []
    for repo in hub.repos.values():
        author = repo.name.split("/")[0]
        seen = not repo.private or may_write(ask.user, author, hub.orgs)
        fits = repo.kind == kind and ask.one("author") in ("", author) and ask.one("search") in repo.name
        if seen and fits and wanted <= set(cards.tags(cards.read(repo.at("main")))):
            found.append(repo)
    if ask.one("sort") in ("lastModified", "createdAt"):
        place = 0 if ask.one("sort") == "lastModified" else -1
        found.sort(key=lambda repo: repo.line("main")[place].date, reverse=True)
    return found


def info(hub, ask: Ask, kind: str, repo: str, revision: str = "main") -> Response:
    found = hub.read(ask, kind, repo)
    expand = ask.query.get("expand", ())
    return JSONResponse(answers.repository(found, found.at(revision), expand, ask.is_set("blobs")))


def commits(hub, ask: Ask, kind: str, repo: str, revision: str) -> Response:
    return JSONResponse([answers.commit(found) for found in hub.read(ask, kind, repo).line(revision)])


def refs(hub, ask: Ask, kind: str, repo: str) -> Response:
    return JSONResponse(answers.refs(hub.read(ask, kind, repo), ask.is_set("include_prs")))


def branch(hub, ask: Ask, kind: str, repo: str, name: str) -> Response:
    return _name(hub.write(ask, kind, repo), "refs", ask, name, ask.json.get("startingPoint", "main"))


def tag(hub, ask: Ask, kind: str, repo: str, name: str) -> Response:
    if ask.method == "POST":  # then the path names the revision and the body the tag
        return _name(hub.write(ask, kind, repo), "tags", ask, ask.json["tag"], name)
    return _name(hub.write(ask, kind, repo), "tags", ask, name, "")


def _name(repo: Repo, table: str, ask: Ask, name: str, revision: str) -> Response:
    names = getattr(repo, table)
    if ask.method == "POST":
        if name in names:
            raise Refusal(409, f"{name} already exists")
        names[name] = repo.at(revision).oid
    elif names.pop(name, None) is None:
        raise Refusal(404, f"no {name}", "RevisionNotFound")
    return JSONResponse({})


def discuss(hub, ask: Ask, kind: str, repo: str) -> Response:
    found = hub.read(ask, kind, repo)
    if ask.method == "GET":
        rows = [answers.pull(found, pull) for pull in found.pulls.values()]
        return JSONResponse({"discussions": rows, "count": len(rows), "start": 0})
    if ask.user is None:
        raise Refusal(401, "Invalid username or password.")
    return JSONResponse(answers.pull(found, found.open_pull(ask.json["title"], ask.user, found.refs["main"])))


def discussion(hub, ask: Ask, kind: str, repo: str, number: str) -> Response:
    found = hub.read(ask, kind, repo)
    if int(number) not in found.pulls:
        raise Refusal(404, f"no discussion {number}", "EntryNotFound")
    return JSONResponse(answers.pull(found, found.pulls[int(number)]))


def merge(hub, ask: Ask, kind: str, repo: str, number: str) -> Response:
    hub.write(ask, kind, repo).merge(int(number), ask.user)
    return JSONResponse({})
