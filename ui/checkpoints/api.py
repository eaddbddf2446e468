"""What the canvas asks about the Hub: which checkpoints there are, one of them, and to push what is in use."""

from __future__ import annotations

import threading
import time

import gradio as gr

from wss_core import hub
from wss_core.cues.schema import class_names
from wss_core.hub.card import About

from ..server import limits, user
from ..server.endpoint import json_endpoint
from ..server.slots import slot
from ..server.user import User
from . import summary
from .resolve import ResolvedModel, resolve_model, shelf

_listing = threading.BoundedSemaphore(1)
_pushing = threading.BoundedSemaphore(limits.PUSHES_AT_ONCE)
_listed: dict[str, tuple[float, list[dict]]] = {}  # whose list, when, its rows


@json_endpoint
def known(payload: dict, request: gr.Request | None = None, signed_in: gr.OAuthToken | None = None) -> dict:
    """{} -> {"rows": [{"name", "about"}]}: the newest checkpoints on the Hub, newest first, as of some minutes ago."""
    owner, token = user.current_user(request, signed_in).access_options[0]
    with slot(_listing, 0):
        when, rows = _listed.get(owner, (None, []))
        if when is None or time.monotonic() - when > limits.LISTED_SECONDS:
            found = hub.checkpoints(limit=limits.LISTED, token=token)
            rows = [{"name": about.source, "about": summary.one_line(about)} for about in found]
            _listed[owner] = time.monotonic(), rows
    return {"rows": rows}


@json_endpoint
def use(payload: dict, request: gr.Request | None = None, signed_in: gr.OAuthToken | None = None) -> dict:
    """{"name": USER/REPO or USER/REPO@REVISION} -> what `facts` tells, or busy while it is being fetched."""
    return summary.summarize(shelf.find(str(payload.get("name")), user.current_user(request, signed_in)))


@json_endpoint
def push(payload: dict, request: gr.Request | None = None, signed_in: gr.OAuthToken | None = None) -> dict:
    """{"repo", "private", "create_pr", "method", "classes"} -> {"repo", "sha", "url", "pull_request"} of the commit."""
    person = user.current_user(request, signed_in)
    if why := user.reason_not_allowed(person):
        raise ValueError(why)
    repo = str(payload.get("repo")).strip()
    chosen = resolve_model(str(payload.get("method")), class_names(payload.get("classes")), person)
    with slot(_pushing):
        pushed = hub.push(
            chosen.segmenter,
            repo,
            private=True if payload.get("private") else None,  # None: as the account, or the repository, has it
            create_pr=bool(payload.get("create_pr")),
            about=_source(chosen, repo),
            token=person.token,
        )
    return {"repo": pushed.repo, "sha": pushed.sha, "url": pushed.url, "pull_request": pushed.is_pull_request}


def card(name: str, person: User) -> tuple[str, str]:
    """(its short name, its card as harmless HTML) of the checkpoint USER/REPO@SHA in memory; ("", "") of any other."""
    loaded = shelf.held(name, person)
    return (summary.short_name(loaded.about), summary.card_html(loaded.about)) if loaded else ("", "")


def _source(chosen: ResolvedModel, repo: str) -> About:
    """What the card is to say of where the model comes from."""
    if chosen.loaded is None or chosen.loaded.about.source == repo:
        return About()
    origin = chosen.loaded.about
    return About(f"A copy of [{origin.source}]({summary.hub_url(origin)}).", base_model=(origin.source,))
