"""Jobs: what was asked to be run, and nothing is."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from .asks import Ask, may_write
from .store import Refusal


def run(hub, ask: Ask, namespace: str) -> Response:
    if ask.user is None:
        raise Refusal(401, "Invalid username or password.")
    if not may_write(ask.user, namespace, hub.orgs):
        raise Refusal(403, f"You don't have the rights to run Jobs under {namespace}")
    hub.jobs.append(ask.json)
    job = {key: value for key, value in ask.json.items() if key not in ("secrets", "timeoutSeconds")}
    owner = {"id": namespace, "name": namespace, "type": "user"}
    job |= {"id": f"{len(hub.jobs):024x}", "createdAt": "2026-01-01T00:00:00.000Z", "owner": owner}
    return JSONResponse(job | {"status": {"stage": "SCHEDULING", "message": None}})
