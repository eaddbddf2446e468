"""Who sends a request, and so which token the Hub is given: nobody's token serves another person."""

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
    """The person behind a request.

    token: False for someone unknown; a text for someone who signed in; None for the person at this machine, who uses
    the token that is stored on it.
    """

    token: str | bool | None = field(default=False, repr=False)

    @property
    def access_options(self) -> tuple[tuple[str, str | bool | None], ...]:
        """((owner of what is seen this way, token), ...) in the order to try: public first, so that it is shared."""
        if self.token is None:
            return ((OWNER, None),)
        if self.token is False:
            return ((EVERYBODY, False),)
        return ((EVERYBODY, False), (hashlib.sha256(self.token.encode()).hexdigest(), self.token))


NOBODY = User()


def current_user(request: gr.Request | None, signed_in: gr.OAuthToken | None) -> User:
    """Find out who sent a request. One that another site's page sent from the same browser counts as nobody's."""
    if request is None or request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return NOBODY
    if signed_in is not None:
        return User(signed_in.token)
    return User(None) if _is_local(request) else NOBODY


def has_sign_in() -> bool:
    """Whether this page is in a Space that lets people sign in."""
    return bool(get_space() and os.environ.get("OAUTH_CLIENT_ID"))


def reason_not_allowed(user: User) -> str:
    """Explain why the user cannot push and what to do; "" when they can."""
    if isinstance(user.token, str) or (user.token is None and get_token()):
        return ""
    if user.token is None:
        return "To push, log in on this machine: hf auth login, or set HF_TOKEN. Then reload the page."
    if has_sign_in():
        return "To push, sign in with the button above the picture."
    return "To push, run this page on your own machine and open it there as http://127.0.0.1. There is no sign-in here."


def _is_local(request: gr.Request) -> bool:
    """Whether the browser runs on this machine, which is no Space, and opened the page by its local address.

    A name that merely points to this machine (DNS rebinding), a tunnel and a proxy that names itself are not local.
    """
    headers = request.headers
    if os.environ.get("SPACE_ID") or headers.get("x-forwarded-for") or headers.get("forwarded"):
        return False
    hosts = [request.client.host if request.client else ""]
    hosts += [urlsplit(f"//{headers.get('host', '')}").hostname]
    hosts += [urlsplit(headers["origin"]).hostname] if "origin" in headers else []
    return all(host in LOCAL_HOSTS for host in hosts)
