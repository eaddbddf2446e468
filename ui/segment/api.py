"""What the canvas asks the server. Every answer is plain JSON.

An answer with "error" holds a sentence for the person; the cues live in the browser and are never touched here.
"""

from __future__ import annotations

import base64
import json
import re
import threading

import gradio as gr
import numpy as np

from wss_core import CueError, ImageError
from wss_core.conventions import MAX_CLASSES
from wss_core.cues import read_document
from wss_core.imaging.io import is_animated, picture_to_bytes, read_image
from wss_core.methods import instant
from wss_core.results.exports import EXPORTS, View, export

from ..server import label_runs, limits, user
from ..server.endpoint import FAILED, json_endpoint
from ..server.slots import slot
from . import gallery
from .predict import Prediction, segment_image, sessions
from .session import Session

__all__ = ["FAILED", "hello", "open_example", "open_picture", "read_cues", "save", "segment"]

_decoding = threading.BoundedSemaphore(1)
MOST_SEQ = 2**53  # JavaScript's whole numbers end there


@json_endpoint
def hello(payload: dict, request: gr.Request | None = None, signed_in: gr.OAuthToken | None = None) -> dict:
    """What the page needs to draw itself: methods, exports, examples, limits, and why this person cannot push."""
    return {
        "methods": [{"name": "auto", "about": instant()[0]}] + [{"name": name, "about": ""} for name in instant()],
        "exports": [{"name": name, "about": kind.about} for name, kind in EXPORTS.items()],
        "examples": gallery.thumbnails(),
        "limits": {"upload": limits.UPLOAD_BYTES},
        "obstacle": user.reason_not_allowed(user.current_user(request, signed_in)),
    }


@json_endpoint
def open_picture(payload: dict) -> dict:
    """{"data": base64 of a picture file, "name"} -> {"key", "width", "height", "image", "note"}."""
    session = read_picture(payload)
    note = "Animation: the first frame is used." if is_animated(session.source) else ""
    return {**_opened(session), "note": note}


def read_picture(payload: dict) -> Session:
    """A session of the picture that was sent as {"data", "name"}. Raises ImageError, and Busy while others are read."""
    text = payload.get("data")
    if not isinstance(text, str) or len(text) > limits.UPLOAD_BYTES * 4 // 3 + 4:
        raise ImageError(f"the file is over {limits.UPLOAD_BYTES // 2**20} MB. Save it smaller and open it again")
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise ImageError("the picture did not arrive whole. Open it again") from None
    with slot(_decoding):
        image = read_image(data, limits.PICTURE_PIXELS)
        return Session.of(image, str(payload.get("name") or "picture")[:200], data)


@json_endpoint
def open_example(payload: dict) -> dict:
    """{"name"} -> what open_picture answers, and "cues", the JSON form of the cues drawn on it."""
    name = str(payload.get("name"))
    session = Session.of(gallery.picture(name), name)
    return {**_opened(session), "note": "", "cues": gallery.EXAMPLES[name].cues()}


@json_endpoint
def segment(payload: dict, request: gr.Request | None = None, signed_in: gr.OAuthToken | None = None) -> dict:
    """{"key", "seq", "cues": JSON text, "method", "uncertainty"} -> the runs of labels, or gone / stale / busy."""
    session = sessions.get(payload.get("key"))
    if session is None:
        return {"gone": True}
    seq = payload.get("seq")
    if type(seq) is not int or not session.latest <= seq < MOST_SEQ:
        return {"stale": True}
    session.latest = seq
    solved = segment_image(
        session, payload.get("cues"), str(payload.get("method")), user.current_user(request, signed_in)
    )
    if solved.result is None:
        return {"seq": seq, "empty": True, "method": solved.method}
    return {"seq": seq, **_mask(solved, bool(payload.get("uncertainty")))}


@json_endpoint
def save(payload: dict, request: gr.Request | None = None, signed_in: gr.OAuthToken | None = None) -> dict:
    """{"key", "cues", "method", "kind", "colours"} -> {"name", "mime", "data": base64}, at the size that was sent."""
    session = sessions.get(payload.get("key"))
    if session is None:
        return {"gone": True}
    solved = segment_image(
        session, payload.get("cues"), str(payload.get("method")), user.current_user(request, signed_in)
    )
    if solved.result is None:
        raise CueError("there is nothing to save yet. Draw a cue first")
    kind = str(payload.get("kind"))
    with slot(_decoding):
        image = read_image(session.source, limits.PICTURE_PIXELS) if session.source else gallery.picture(session.name)
        view = View(solved.result, image, solved.cues, session.name, colours=_colours(payload.get("colours")))
        name, data = export(kind, view)
    return {"name": name, "mime": EXPORTS[kind].mime, "data": base64.b64encode(data).decode()}


@json_endpoint
def read_cues(payload: dict) -> dict:
    """{"text", "width", "height"} -> {"cues": checked JSON form} of a cues file for a picture of that size."""
    text, width, height = (payload.get(key) for key in ("text", "width", "height"))
    if not isinstance(text, str):
        raise CueError("that is not a text file. Load a cues JSON that was saved here")
    if len(text) > limits.CUES_BYTES:
        raise CueError(f"the file is over {limits.CUES_BYTES // 2**20} MB. Load a cues JSON that was saved here")
    if not all(type(size) is int and 0 < size <= limits.PICTURE_PIXELS for size in (width, height)):
        raise CueError("open the picture before its cues")
    cues, classes = read_document(text, (height, width))
    return {"cues": {**json.loads(cues.to_json(classes)), "most": max((0, *cues.labelled_classes))}}


def _colours(names) -> tuple[tuple[int, int, int], ...]:
    """(R, G, B) of "#rrggbb" texts; () unless all are."""
    if not isinstance(names, list) or not all(isinstance(n, str) and re.fullmatch("#[0-9a-fA-F]{6}", n) for n in names):
        return ()
    return tuple(tuple(bytes.fromhex(name[1:])) for name in names[:MAX_CLASSES])


def _opened(session: Session) -> dict:
    height, width = session.full
    picture = base64.b64encode(picture_to_bytes(session.image, "WEBP", quality=88, method=2)).decode()
    return {
        "key": sessions.add(session),
        "width": width,
        "height": height,
        "image": f"data:image/webp;base64,{picture}",
    }


def _mask(solved: Prediction, uncertainty: bool) -> dict:
    labels = solved.result.labels
    answer = {
        "height": labels.shape[0],
        "width": labels.shape[1],
        "runs": base64.b64encode(label_runs.encode_labels(labels)).decode(),
        "ms": round(solved.seconds * 1000, 1),
        "method": solved.method,
        "effort": round(solved.cues.seconds(solved.classes), 1),
    }
    if uncertainty:
        steps = np.rint(solved.result.uncertainty * 15).astype(np.uint8)
        answer["uncertainty"] = base64.b64encode(label_runs.encode_labels(steps)).decode()
    return answer
