"""Who asks, and so whose token the Hub is told: nobody's secrets serve another."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import gradio as gr
from gradio.utils import get_space
from huggingface_hub import get_token

EVERYBODY, OWNER = "", "owner"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class User:
    """token: False = nobody we know; a text = theirs, who signed in; None = this machine's own, whoever sits at it."""

    token: str | bool | None = field(default=False, repr=False)

    @property
    def access_options(self) -> tuple[tuple[str, str | bool | None], ...]:
        """((whose a checkpoint is that is seen this way, token), ...): first as anybody, so that it is shared."""
        if self.token is None:
            return ((OWNER, None),)
        if self.token is False:
            return ((EVERYBODY, False),)
        return ((EVERYBODY, False), (hashlib.sha256(self.token.encode()).hexdigest(), self.token))


NOBODY = User()


def current_user(request: gr.Request | None, signed_in: gr.OAuthToken | None) -> User:
    """The person behind a request. A page of someone else, open in the same browser, speaks for nobody."""
    if request is None or request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return NOBODY
    if signed_in is not None:
        return User(signed_in.token)
    return User(None) if _sits_here(request) else NOBODY


def sign_in() -> bool:
    """Whether this page is in a Space that lets people sign in."""
    return bool(get_space() and os.environ.get("OAUTH_CLIENT_ID"))


def reason_not_allowed(user: User) -> str:
    """Why the person cannot push, and what to do; "" when nothing is in the way."""
    if isinstance(user.token, str) or (user.token is None and get_token()):
        return ""
    if user.token is None:
        return "To push, log in on this machine: hf auth login, or set HF_TOKEN. Then reload the page."
    if sign_in():
        return "To push, sign in with the button above the picture."
    return "To push, run this page on your own machine and open it there as http://127.0.0.1. There is no sign-in here."


def _sits_here(request: gr.Request) -> bool:
    """Whether the browser runs on this machine, which is no Space, and was led here by nobody.

    A name that merely points to this machine (DNS rebinding), a tunnel and a proxy that tells of itself are not here.
    """
    told = request.headers
    if os.environ.get("SPACE_ID") or told.get("x-forwarded-for") or told.get("forwarded"):
        return False
    places = [request.client.host if request.client else ""]
    places += [urlsplit(f"//{told.get('host', '')}").hostname]
    places += [urlsplit(told["origin"]).hostname] if "origin" in told else []
    return all(place in LOCAL_HOSTS for place in places)
