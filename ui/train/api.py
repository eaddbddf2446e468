"""What the Train tab asks the server. Every answer is plain JSON; pictures and cues live in the browser."""

from __future__ import annotations

import base64
import json

import gradio as gr

from wss_core.cues import Cues, read_document
from wss_core.imaging.io import picture_to_bytes
from wss_core.imaging.resize import resize_to_fit
from wss_core.segmenter import default_classes

from ..checkpoints import trained
from ..segment import gallery
from ..segment.api import read_picture
from ..segment.predict import sessions
from ..server import limits, user
from ..server.endpoint import json_endpoint
from .job_queue import workshop
from .presets import PRESETS, preset_settings
from .task import TrainImage, TrainTask, pictures
from .training_set import TrainingSet, merge_cues, reason_not_trainable, suggestions

THUMBNAIL = 320


@json_endpoint
def offer(payload: dict, request: gr.Request | None = None, signed_in: gr.OAuthToken | None = None) -> dict:
    """What the tab needs to draw itself: methods, limits, and why this person cannot push."""
    return {
        "methods": [
            {"name": name, "title": choice.title, "about": choice.about, "efforts": list(choice.efforts)}
            for name, choice in PRESETS.items()
        ],
        "limits": {"pictures": limits.TRAIN_PICTURES, "upload": limits.UPLOAD_BYTES},
        "obstacle": user.reason_not_allowed(user.current_user(request, signed_in)),
    }


@json_endpoint
def keep(payload: dict) -> dict:
    """{"key": of an open picture} or {"example": name} or {"data", "name"} -> {"key", "width", "height", "thumb"}.

    {"gone": true} for an open picture that was put away: send it again.
    """
    if "example" in payload and "key" not in payload:
        image = gallery.picture(str(payload["example"]))
        picture = TrainImage.of(image, image.shape[:2], str(payload["example"]))
    else:
        session = sessions.get(payload["key"]) if "key" in payload else read_picture(payload)
        if session is None:
            return {"gone": True}
        picture = TrainImage.of(session.image, session.full, session.name)
    workshop.expect()
    small = picture_to_bytes(resize_to_fit(picture.image, THUMBNAIL), "WEBP", quality=80)
    thumb = f"data:image/webp;base64,{base64.b64encode(small).decode()}"
    height, width = picture.full
    return {"key": pictures.add(picture), "width": width, "height": height, "thumb": thumb}


@json_endpoint
def look(payload: dict) -> dict:
    """{"pictures": [{"cues", "width", "height"}]} -> {"obstacle", "notes", "cued", "classes", "seconds": of labelling}."""
    lesson = _lesson(payload)
    return {
        "obstacle": reason_not_trainable(lesson),
        "notes": suggestions(lesson),
        "cued": lesson.cued,
        "classes": list(lesson.classes),
        "seconds": round(lesson.seconds),
    }


@json_endpoint
def start(payload: dict) -> dict:
    """{"pictures": [{"key", "cues", "width", "height"}], "method", "effort"} -> {"job"}, or {"gone": [places]} of
    pictures that were put away: keep them again."""
    lesson = _lesson(payload)
    wanted = preset_settings(str(payload.get("method")), str(payload.get("effort")), lesson.boxed)
    if why := reason_not_trainable(lesson):
        raise ValueError(why)
    found = [pictures.get(row.get("key")) for row in payload["pictures"]]
    if gone := [place for place, picture in enumerate(found) if picture is None]:
        return {"gone": gone}
    for cues, picture in zip(lesson.cues, found, strict=True):
        cues.check(picture.full, len(lesson.classes))
    return {"job": workshop.begin(TrainTask.of(payload["method"], wanted, lesson, found, limits.TRAIN_LEARN_SECONDS))}


@json_endpoint
def ask(payload: dict) -> dict:
    """{"job", "seen": answers had so far} -> what `TrainingQueue.ask` tells, and "told": of the checkpoint once there is one."""
    seen = payload.get("seen")
    told = workshop.ask(payload.get("job"), seen if type(seen) is int and seen > 0 else 0)
    return {**told, "told": trained.summarize(told["model"])} if told.get("model") else told


@json_endpoint
def cancel(payload: dict) -> dict:
    """{"job"} -> {}."""
    workshop.cancel(payload.get("job"))
    return {}


@json_endpoint
def fetch(payload: dict) -> dict:
    """{"model", "kind": "checkpoint" or "masks"} -> {"name", "mime", "data": base64}."""
    found = trained.find(str(payload.get("model")))
    files = {"checkpoint": found.checkpoint, "masks": found.masks}
    kind = str(payload.get("kind"))
    if kind not in files:
        raise ValueError(f"no file {kind!r:.40}. Choose one of: {', '.join(files)}")
    data = base64.b64encode(files[kind]).decode()
    return {"name": f"{found.about.method}_{kind}.zip", "mime": "application/zip", "data": data}


def _lesson(payload: dict) -> TrainingSet:
    """The cues that were sent, as one. Raises ValueError for too many of them, or what is none."""
    rows = payload.get("pictures")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("no list of pictures came. Reload the page")
    if len(rows) > limits.TRAIN_PICTURES:
        raise ValueError(f"{len(rows)} pictures are too many: at most {limits.TRAIN_PICTURES} go. Remove some")
    if sum(len(json.dumps(row.get("cues"))) for row in rows) > limits.CUES_BYTES:
        raise ValueError(f"the cues are over {limits.CUES_BYTES // 2**20} MB. Use fewer or shorter strokes")
    return merge_cues([_told(row) for row in rows])


def _told(row: dict) -> tuple[Cues, tuple[str, ...]]:
    if row.get("cues") is None:
        return Cues(), ()
    sides = row.get("height"), row.get("width")
    if not all(type(side) is int and 0 < side <= limits.PICTURE_PIXELS for side in sides):
        raise ValueError("the size of a picture is missing. Reload the page")
    cues, classes = read_document(row["cues"], sides)
    return cues, classes or default_classes(cues)
