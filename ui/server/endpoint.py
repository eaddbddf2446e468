"""How the server answers the canvas: always with plain JSON, and an error is a sentence for the person."""

from __future__ import annotations

import functools
import logging

from .slots import Busy

log = logging.getLogger(__name__)
FAILED = "the server failed on this request. Your cues are kept: change one to try again, or pick another method"


def json_endpoint(function):
    """A server function that always answers: an exception would reach the browser as nothing at all."""

    @functools.wraps(function)
    def answer(payload, *who) -> dict:
        try:
            if not isinstance(payload, dict):
                raise ValueError(f"expected an object, got {type(payload).__name__}")
            return function(payload, *who)
        except Busy:
            return {"busy": 400}
        except ValueError as error:
            return {"error": str(error)}
        except Exception:
            log.exception("%s failed", function.__name__)
            return {"error": FAILED}

    return answer
