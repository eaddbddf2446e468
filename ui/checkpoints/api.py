"""What the canvas asks about checkpoints: the newest on the Hub, one of them, and to push the model in use."""

from __future__ import annotations

import time

from wss_core import hub
from wss_core.cues.schema import class_names
from wss_core.hub.card import About

from ..server import limits
from ..server.endpoint import json_endpoint
from ..server.slots import slot
from ..server.user import User, reason_not_allowed
from . import summary
from .resolve import ResolvedModel, resolve_model
from .state import CheckpointState


@json_endpoint
def list_checkpoints(state: CheckpointState, payload: dict, user: User) -> dict:
    """{} -> {"rows": [{"name", "about"}]}: the newest checkpoints on the Hub, newest first, listed minutes ago at most."""
    owner, token = user.access_options[0]
    with slot(state.listing, 0):
        listed_at, rows = state.newest.get(owner, (None, []))
        if listed_at is None or time.monotonic() - listed_at > limits.LISTED_SECONDS:
            newest = hub.checkpoints(limit=limits.LISTED_CHECKPOINTS, token=token)
            rows = [{"name": info.source, "about": summary.one_line(info)} for info in newest]
            state.newest[owner] = time.monotonic(), rows
    return {"rows": rows}


@json_endpoint
def use_checkpoint(state: CheckpointState, payload: dict, user: User) -> dict:
    """{"name": USER/REPO or USER/REPO@REVISION} -> its summary (see `summary.summarize`), or busy while it is fetched."""
    return summary.summarize(state.cache.find(str(payload.get("name")), user))


@json_endpoint
def push(state: CheckpointState, payload: dict, user: User) -> dict:
    """{"repo", "private", "create_pr", "method", "classes"} -> {"repo", "sha", "url", "pull_request"} of the commit."""
    if reason := reason_not_allowed(user):
        raise ValueError(reason)
    repo = str(payload.get("repo")).strip()
    model = resolve_model(state, str(payload.get("method")), class_names(payload.get("classes")), user)
    with slot(state.pushing):
        pushed = hub.push(
            model.segmenter,
            repo,
            private=True if payload.get("private") else None,  # None: as the account, or the repository, has it
            create_pr=bool(payload.get("create_pr")),
            about=_card_origin(model, repo),
            token=user.token,
        )
    return {"repo": pushed.repo, "sha": pushed.sha, "url": pushed.url, "pull_request": pushed.is_pull_request}


ENDPOINTS = (list_checkpoints, use_checkpoint, push)


def card(state: CheckpointState, name: str, user: User) -> tuple[str, str]:
    """Return (short name, card as harmless HTML) of a checkpoint USER/REPO@SHA in memory; ("", "") for any other name."""
    checkpoint = state.cache.in_memory(name, user)
    return (summary.short_name(checkpoint.info), summary.card_html(checkpoint.info)) if checkpoint else ("", "")


def _card_origin(model: ResolvedModel, repo: str) -> About:
    """What the card is to say of where the model comes from."""
    if model.checkpoint is None or model.checkpoint.info.source == repo:
        return About()
    origin = model.checkpoint.info
    return About(f"A copy of [{origin.source}]({summary.hub_url(origin)}).", base_model=(origin.source,))
