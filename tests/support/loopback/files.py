"""Files: uploaded, committed, listed and fetched."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from urllib.parse import unquote

from starlette.responses import JSONResponse, Response

from . import answers, cards
from .asks import Ask
from .store import File, Refusal, Repo

BINARY = (".safetensors", ".parquet", ".bin", ".arrow", ".npz", ".zip")
LARGE = 10_000_000


def preupload(hub, ask: Ask, kind: str, repo: str, revision: str) -> Response:
    found = hub.read(ask, kind, repo) if ask.is_set("create_pr") else hub.write(ask, kind, repo)
    files = found.at(revision).files
    rows = []
    for sent in ask.json["files"]:
        path, binary = sent["path"], b"\0" in base64.b64decode(sent["sample"])
        mode = "lfs" if binary or path.endswith(BINARY) or sent["size"] > LARGE else "regular"
        row = {"path": path, "uploadMode": mode, "shouldIgnore": False}
        if path in files:
            row["oid"] = files[path].etag
        rows.append(row)
    return JSONResponse({"files": rows})


def lfs_batch(hub, ask: Ask, kind: str, repo: str) -> Response:
    hub.read(ask, kind, repo)
    rows = []
    for sent in ask.json["objects"]:
        row = {"oid": sent["oid"], "size": sent["size"]}
        if row["oid"] not in hub.blobs:
            row["actions"] = {"upload": {"href": f"{hub.url}/lfs/{row['oid']}", "header": {}}}
        rows.append(row)
    return JSONResponse({"transfer": "basic", "objects": rows}, media_type="application/vnd.git-lfs+json")


def lfs_put(hub, ask: Ask, oid: str) -> Response:
    if hashlib.sha256(ask.body).hexdigest() != oid:
        raise Refusal(400, "the body is not what its name says")
    hub.blobs[oid] = ask.body
    return Response()


def commit(hub, ask: Ask, kind: str, repo: str, revision: str) -> Response:
    """One commit, or a pull request of one: all changes or, refused, none of them."""
    lines = [json.loads(line) for line in ask.body.splitlines()]
    header = lines[0]["value"]
    is_pull = ask.is_set("create_pr")
    found = hub.read(ask, kind, repo) if is_pull else hub.write(ask, kind, repo)
    if ask.user is None:
        raise Refusal(401, "Invalid username or password.")
    head, parent = found.at(revision), header.get("parentCommit")
    if parent and not is_pull and not head.oid.startswith(parent):
        raise Refusal(412, "A commit has happened since. Please refresh and try again.")
    changes = _changes(hub, lines[1:], head.files)
    if changes.get("README.md"):
        cards.check(changes["README.md"].data.decode())
    ref = revision
    answer = {"success": True}
    if is_pull:
        pull = found.open_pull(header["summary"], ask.user, found.at(parent or revision).oid)
        ref = f"refs/pr/{pull.number}"
        answer["pullRequestUrl"] = f"{hub.url}/{_place(found)}/discussions/{pull.number}"
    made = found.add(ref, header["summary"], changes, ask.user)
    return JSONResponse(answer | {"commitOid": made.oid, "commitUrl": f"{hub.url}/{_place(found)}/commit/{made.oid}"})


def _changes(hub, lines: list[dict], files: dict[str, File]) -> dict[str, File | None]:
    changes: dict[str, File | None] = {}
    for line in lines:
        value, path = line["value"], line["value"]["path"]
        if line["key"] == "file":
            changes[path] = File(base64.b64decode(value["content"]))
        elif line["key"] == "lfsFile":
            if value["oid"] not in hub.blobs:
                raise Refusal(400, f"{path} was not uploaded")
            changes[path] = File(hub.blobs[value["oid"]], lfs=True)
        else:
            gone = [name for name in files if name == path or name.startswith(path.rstrip("/") + "/")]
            if not gone:
                raise Refusal(404, f"A file with this name doesn't exist: {path}", "EntryNotFound")
            changes |= dict.fromkeys(gone)
    return changes


def tree(hub, ask: Ask, kind: str, repo: str, revision: str, path: str = "") -> Response:
    found = hub.read(ask, kind, repo).at(revision)
    rows = answers.tree(found, path, ask.is_set("recursive"), ask.is_set("expand"))
    if path and not rows:
        raise Refusal(404, f"no folder {path}", "EntryNotFound")
    return JSONResponse(rows)


def paths_info(hub, ask: Ask, kind: str, repo: str, revision: str) -> Response:
    files = hub.read(ask, kind, repo).at(revision).files
    body = ask.form if "json" not in ask.headers.get("content-type", "") else ask.json
    rows = [answers.entry(path, files[path]) for path in body["paths"] if path in files]
    folders = [path for path in body["paths"] if any(name.startswith(f"{path}/") for name in files)]
    return JSONResponse(rows + [{"type": "directory", "oid": "0" * 40, "size": 0, "path": path} for path in folders])


def resolve(hub, ask: Ask, kind: str, repo: str, revision: str, path: str) -> Response:
    found = hub.read(ask, kind, repo).at(revision)
    file = found.files.get(path)
    if file is None:
        raise Refusal(404, f"{path} does not exist on {revision}", "EntryNotFound")
    headers = {"X-Repo-Commit": found.oid, "ETag": f'"{file.etag}"', "Accept-Ranges": "bytes"}
    if file.lfs:
        headers |= {"X-Linked-Etag": f'"{file.sha256}"', "X-Linked-Size": str(file.size)}
    part = re.fullmatch(r"bytes=(\d+)-(\d*)", ask.headers.get("range", ""))
    if ask.method == "HEAD" or not part:
        return Response(file.data, 200, headers, "application/octet-stream")
    start, end = int(part[1]), min(int(part[2] or file.size - 1), file.size - 1)
    headers["Content-Range"] = f"bytes {start}-{end}/{file.size}"
    return Response(file.data[start : end + 1], 206, headers, "application/octet-stream")


def _place(repo: Repo) -> str:
    return repo.name if repo.kind == "models" else f"{repo.kind}/{repo.name}"


def unquoted(parts: dict[str, str]) -> dict[str, str]:
    """The parts of a path, decoded one by one: a revision may hold a slash of its own."""
    return {key: unquote(value) for key, value in parts.items()}
