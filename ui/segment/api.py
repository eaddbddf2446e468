"""What the canvas asks the server. Every answer is plain JSON (see `json_endpoint`); cues live in the browser alone."""

from __future__ import annotations

import base64
import json
import re

import numpy as np

from wss_core import CueError, ImageError
from wss_core.conventions import MAX_CLASSES
from wss_core.cues import read_document
from wss_core.imaging.io import image_to_bytes, is_animated, read_image
from wss_core.methods import instant
from wss_core.results.exports import EXPORTS, ExportSource, export

from ..server import label_runs, limits
from ..server.endpoint import json_endpoint
from ..server.slots import slot
from ..server.user import User, reason_not_allowed
from . import gallery
from .predict import Prediction, segment_image
from .session import Session
from .state import SegmentState

MAX_SEQ = 2**53  # JavaScript's whole numbers end there
UNCERTAINTY_STEPS = 15


@json_endpoint
def page_info(state: SegmentState, payload: dict, user: User) -> dict:
    """{} -> what the page needs to draw itself: methods, exports, limits, and why this user cannot push ("" if they can)."""
    methods = instant()
    return {
        "methods": [{"name": "auto", "about": methods[0]}] + [{"name": name, "about": ""} for name in methods],
        "exports": [{"name": name, "about": kind.about} for name, kind in EXPORTS.items()],
        "limits": {"upload": limits.UPLOAD_BYTES},
        "push_refused": reason_not_allowed(user),
        "loading": state.loading.is_loading,
    }


@json_endpoint
def loading_status(state: SegmentState, payload: dict, user: User) -> dict:
    """{} -> {"loading": whether the built-in model is still being loaded}."""
    return {"loading": state.loading.is_loading}


@json_endpoint
def list_examples(state: SegmentState, payload: dict, user: User) -> dict:
    """{} -> {"examples": [{"name", "title", "about", "image": data URL}]}."""
    return {"examples": gallery.thumbnails()}


@json_endpoint
def open_image(state: SegmentState, payload: dict, user: User) -> dict:
    """{"data": base64 of a picture file, "name"} -> {"key", "width", "height", "image": data URL, "note"}."""
    session = read_sent_image(state, payload)
    note = "Animation: the first frame is used." if is_animated(session.source) else ""
    return {**_open(state, session), "note": note}


def read_sent_image(state: SegmentState, payload: dict) -> Session:
    """Decode the picture sent as {"data", "name"}. Raises ImageError, and Busy while others are decoded."""
    text = payload.get("data")
    if not isinstance(text, str) or len(text) > limits.UPLOAD_BYTES * 4 // 3 + 4:
        raise ImageError(f"the file is over {limits.UPLOAD_BYTES // 2**20} MB. Save it smaller and open it again")
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise ImageError("the picture did not arrive whole. Open it again") from None
    with slot(state.decoding):
        image = read_image(data, limits.IMAGE_PIXELS)
        return Session.of(image, str(payload.get("name") or "picture")[:200], data)


@json_endpoint
def open_example(state: SegmentState, payload: dict, user: User) -> dict:
    """{"name"} -> what open_image answers, and "cues", the JSON form of the cues drawn on it."""
    name = str(payload.get("name"))
    session = Session.of(gallery.example_image(name), name)
    return {**_open(state, session), "note": "", "cues": gallery.EXAMPLES[name].cues()}


@json_endpoint
def segment(state: SegmentState, payload: dict, user: User) -> dict:
    """{"key", "seq", "cues": JSON text, "method", "uncertainty"} -> the runs of labels (see `_encode_prediction`).

    Instead {"gone": true} when the picture was dropped, {"stale": true} when a newer request came before, or "empty".
    """
    session = state.sessions.get(payload.get("key"))
    if session is None:
        return {"gone": True}
    seq = payload.get("seq")
    if type(seq) is not int or not session.last_seq <= seq < MAX_SEQ:
        return {"stale": True}
    session.last_seq = seq
    prediction = segment_image(state, session, payload.get("cues"), str(payload.get("method")), user)
    if prediction.result is None:
        return {"seq": seq, "empty": True, "method": prediction.method}
    return {"seq": seq, **_encode_prediction(prediction, bool(payload.get("uncertainty")))}


@json_endpoint
def export_result(state: SegmentState, payload: dict, user: User) -> dict:
    """{"key", "cues", "method", "kind", "colours"} -> {"name", "mime", "data": base64}, at the size that was sent."""
    session = state.sessions.get(payload.get("key"))
    if session is None:
        return {"gone": True}
    prediction = segment_image(state, session, payload.get("cues"), str(payload.get("method")), user)
    if prediction.result is None:
        raise CueError("there is nothing to save yet. Draw a cue first")
    kind = str(payload.get("kind"))
    with slot(state.decoding):
        image = (
            read_image(session.source, limits.IMAGE_PIXELS) if session.source else gallery.example_image(session.name)
        )
        colours = _read_colours(payload.get("colours"))
        view = ExportSource(prediction.result, image, prediction.cues, session.name, colours=colours)
        name, data = export(kind, view)
    return {"name": name, "mime": EXPORTS[kind].mime, "data": base64.b64encode(data).decode()}


@json_endpoint
def read_cues(state: SegmentState, payload: dict, user: User) -> dict:
    """{"text", "width", "height"} -> {"cues": the checked JSON form, and in it "max_label"} of a file of cues."""
    text, width, height = (payload.get(key) for key in ("text", "width", "height"))
    if not isinstance(text, str):
        raise CueError("that is not a text file. Load a cues JSON that was saved here")
    if len(text) > limits.CUES_BYTES:
        raise CueError(f"the file is over {limits.CUES_BYTES // 2**20} MB. Load a cues JSON that was saved here")
    if not all(type(size) is int and 0 < size <= limits.IMAGE_PIXELS for size in (width, height)):
        raise CueError("open the picture before its cues")
    cues, classes = read_document(text, (height, width))
    return {"cues": {**json.loads(cues.to_json(classes)), "max_label": max((0, *cues.labelled_classes))}}


ENDPOINTS = (
    page_info,
    loading_status,
    list_examples,
    open_image,
    open_example,
    segment,
    export_result,
    read_cues,
)


def _read_colours(texts) -> tuple[tuple[int, int, int], ...]:
    """(R, G, B) of "#rrggbb" texts; () unless all are."""
    if not isinstance(texts, list) or not all(isinstance(t, str) and re.fullmatch("#[0-9a-fA-F]{6}", t) for t in texts):
        return ()
    return tuple(tuple(bytes.fromhex(text[1:])) for text in texts[:MAX_CLASSES])


def _open(state: SegmentState, session: Session) -> dict:
    height, width = session.full_size
    webp = base64.b64encode(image_to_bytes(session.image, "WEBP", quality=88, method=2)).decode()
    return {
        "key": state.sessions.add(session),
        "width": width,
        "height": height,
        "image": f"data:image/webp;base64,{webp}",
    }


def _encode_prediction(prediction: Prediction, uncertainty: bool) -> dict:
    """{"width", "height", "runs": base64, "ms", "method", "label_seconds"}, and the runs of "uncertainty" in steps."""
    labels = prediction.result.labels
    answer = {
        "height": labels.shape[0],
        "width": labels.shape[1],
        "runs": base64.b64encode(label_runs.encode_labels(labels)).decode(),
        "ms": round(prediction.seconds * 1000, 1),
        "method": prediction.method,
        "label_seconds": round(prediction.cues.seconds(prediction.classes), 1),
    }
    if uncertainty:
        steps = np.rint(prediction.result.uncertainty * UNCERTAINTY_STEPS).astype(np.uint8)
        answer["uncertainty"] = base64.b64encode(label_runs.encode_labels(steps)).decode()
    return answer
