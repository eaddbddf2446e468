"""How a server function of the page answers: always with plain JSON, and an error is a sentence for the person."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable

import gradio as gr

from .slots import Busy
from .user import NOBODY, User, current_user

log = logging.getLogger(__name__)
FAILED = "the server failed on this request. Your cues are kept: change one to try again, or pick another method"
BUSY_MS = 400  # the browser asks again after this time

Endpoint = Callable[..., dict]


def json_endpoint(function: Endpoint) -> Endpoint:
    """Decorate function(state, payload, user) so that it always returns a dict: Gradio drops exceptions silently.

    The dict is what the function returns, {"busy": milliseconds} when no slot was free, or {"error": a sentence}.
    """

    @functools.wraps(function)
    def answer(state, payload: object, user: User = NOBODY) -> dict:
        try:
            if not isinstance(payload, dict):
                raise ValueError(f"expected an object, got {type(payload).__name__}")
            return function(state, payload, user)
        except Busy:
            return {"busy": BUSY_MS}
        except ValueError as error:
            return {"error": str(error)}
        except Exception:
            log.exception("%s failed", function.__name__)
            return {"error": FAILED}

    return answer


def bind_endpoints(endpoints: Iterable[Endpoint], state) -> list[Callable[..., dict]]:
    """Make server functions for gr.HTML of endpoints: each keeps its name, holds `state` and finds out who asks."""
    return [_bind(endpoint, state) for endpoint in endpoints]


def _bind(endpoint: Endpoint, state) -> Callable[..., dict]:
    def server_function(
        payload: dict, request: gr.Request | None = None, signed_in: gr.OAuthToken | None = None
    ) -> dict:
        return endpoint(state, payload, current_user(request, signed_in))

    server_function.__name__ = endpoint.__name__
    server_function.__doc__ = endpoint.__doc__
    return server_function
