"""LoopHub: the routes, the people, what is kept, and what goes wrong on purpose."""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections.abc import Callable
from urllib.parse import parse_qs

import uvicorn
from starlette.responses import JSONResponse, Response

from . import asks, environment, files, jobs, repos
from .asks import Ask
from .store import File, Refusal, Repo

_API = r"/api/(?P<kind>models|datasets|spaces)"
_REPO = _API + r"/(?P<repo>[^/]+/[^/]+)"
_AT = r"/(?P<revision>[^/]+)"
_FILES = r"/(?:(?P<kind>datasets|spaces)/)?(?P<repo>[^/]+/[^/]+?)"
ROUTES: list[tuple[str, str, Callable]] = [
    ("GET", r"/api/whoami-v2", repos.whoami),
    ("POST", r"/api/jobs/(?P<namespace>[^/]+)", jobs.run),
    ("POST", r"/api/repos/create", repos.create),
    ("DELETE", r"/api/repos/delete", repos.delete),
    ("POST", r"/api/validate-yaml", repos.validate),
    ("GET", _API, repos.listing),
    ("GET", _REPO, repos.info),
    ("GET", _REPO + "/revision" + _AT, repos.info),
    ("GET", _REPO + "/commits" + _AT, repos.commits),
    ("GET", _REPO + "/refs", repos.refs),
    ("POST DELETE", _REPO + r"/branch/(?P<name>[^/]+)", repos.branch),
    ("POST DELETE", _REPO + r"/tag/(?P<name>[^/]+)", repos.tag),
    ("GET POST", _REPO + r"/discussions", repos.discuss),
    ("GET", _REPO + r"/discussions/(?P<number>\d+)", repos.discussion),
    ("POST", _REPO + r"/discussions/(?P<number>\d+)/merge", repos.merge),
    ("POST", _REPO + "/preupload" + _AT, files.preupload),
    ("POST", _REPO + "/commit" + _AT, files.commit),
    ("GET", _REPO + "/tree" + _AT + r"(?:/(?P<path>.+))?", files.tree),
    ("POST", _REPO + "/paths-info" + _AT, files.paths_info),
    ("POST", _FILES + r"\.git/info/lfs/objects/batch", files.lfs_batch),
    ("PUT", r"/lfs/(?P<oid>[0-9a-f]{64})", files.lfs_put),
    ("GET HEAD", _FILES + "/resolve" + _AT + r"/(?P<path>.+)", files.resolve),
]
TABLE = [(methods.split(), re.compile(path), handler) for methods, path, handler in ROUTES]


class LoopHub:
    """A Hub of one process. users: {token: name}; orgs: {organisation: names}; page: most rows of one listing.

    asked: every request since `reset`, "METHOD /path?query"; jobs: what was to be run, as it was sent. All requests run one by one, on the server's thread.
    """

    url = property(lambda self: environment.endpoint())
    token, user = next(iter(environment.TOKENS.items()))

    def __init__(self):
        self.clock = itertools.count(1)  # goes on after `reset`: clients remember commits by their hash
        self.reset()

    def reset(self) -> None:
        """Empty again, and so is the clients' cache."""
        self.users, self.orgs, self.page = dict(environment.TOKENS), {"lab": {"ann"}}, repos.PAGE
        self.repos: dict[tuple[str, str], Repo] = {}
        self.blobs: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.jobs: list[dict] = []
        self.mishaps: list[tuple[re.Pattern, object]] = []
        environment.empty_cache()

    def start(self) -> LoopHub:
        """Serve on the address the clients know, until `stop`."""
        # On a busy machine a client may be slow to come back: its connection must still be there.
        config = uvicorn.Config(self, log_level="critical", lifespan="off", timeout_keep_alive=3600)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, args=([environment.listener()],), daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)

    def files(self, name: str, revision: str = "main", kind: str = "models") -> dict[str, bytes]:
        """{path: content} of a repository, without .gitattributes."""
        found = self.repos[kind, name].at(revision).files
        return {path: file.data for path, file in found.items() if path != ".gitattributes"}

    def put(self, name: str, contents: dict[str, bytes | File | None], kind: str = "models", private=False) -> str:
        """A commit made behind the clients' back, the repository too if needed; its hash."""
        if (kind, name) not in self.repos:
            self.repos[kind, name] = Repo(kind, name, private, self.clock)
        made = {path: File(data) if isinstance(data, bytes) else data for path, data in contents.items()}
        return self.repos[kind, name].add("main", "put", made, name.split("/")[0]).oid

    def fail(self, pattern: str, status: int, times: int = 1) -> None:
        """Answer the next `times` requests that match "METHOD /path" with an error."""
        self._plan(pattern, status, times)

    def drop(self, pattern: str, times: int = 1) -> None:
        """Break the connection half way through the answer to the next `times` requests that match."""
        self._plan(pattern, "drop", times)

    def before(self, pattern: str, act: Callable[[], object]) -> None:
        """Call `act` once, before the next request that matches is looked at."""
        self._plan(pattern, act, 1)

    def _plan(self, pattern: str, mishap: object, times: int) -> None:
        self.mishaps += [(re.compile(pattern), mishap)] * times

    def read(self, ask: Ask, kind: str, name: str) -> Repo:
        """The repository, if `ask.user` may see it."""
        return asks.check_read(self.repos.get((kind, name)), ask, self.orgs)

    def write(self, ask: Ask, kind: str, name: str) -> Repo:
        """The repository, if `ask.user` may change it."""
        return asks.check_write(self.read(ask, kind, name), ask, self.orgs)

    async def __call__(self, scope, receive, send) -> None:
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        path, query = scope["raw_path"].decode(), scope["query_string"].decode()
        self.asked.append(f"{scope['method']} {path}" + (f"?{query}" if query else ""))
        headers = {key.decode().lower(): value.decode() for key, value in scope["headers"]}
        mishap = self._mishap(f"{scope['method']} {path}")
        answer = self._answer(scope["method"], path, query, headers, body, mishap)
        if mishap == "drop":
            await send({"type": "http.response.start", "status": answer.status_code, "headers": answer.raw_headers})
            await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
            raise ConnectionError("dropped on purpose")
        await answer(scope, receive, send)

    def _mishap(self, line: str) -> object:
        for place, (pattern, mishap) in enumerate(self.mishaps):
            if pattern.search(line):
                del self.mishaps[place]
                return mishap
        return None

    def _answer(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes, mishap) -> Response:
        try:
            if callable(mishap):
                mishap()
            if isinstance(mishap, int):
                raise Refusal(mishap, "on purpose")
            ask = Ask(method, path, parse_qs(query), headers, body, asks.whoever(headers, self.users))
            for methods, pattern, handler in TABLE:
                parts = pattern.fullmatch(path)
                if parts and method in methods:
                    named = {key: value for key, value in parts.groupdict().items() if value is not None}
                    named |= {"kind": "models"} if "kind" in pattern.groupindex and "kind" not in named else {}
                    return handler(self, ask, **files.unquoted(named))
            raise Refusal(404, f"this Hub has no {method} {path}")
        except Refusal as error:
            body = {"error": error.message, "errors": [{"message": text} for text in error.errors or ()]}
            headers = {"X-Error-Message": error.message.splitlines()[0]}
            headers |= {"X-Error-Code": error.code} if error.code else {}
            return JSONResponse(body, error.status, headers)
