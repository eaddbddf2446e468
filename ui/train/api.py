"""What the Train tab asks the server. Every answer is plain JSON; pictures and cues live in the browser."""

from __future__ import annotations

import base64
import json

from wss_core.cues import Cues, read_document
from wss_core.imaging.io import image_to_bytes
from wss_core.imaging.resize import resize_to_fit
from wss_core.segmenter import default_classes

from ..checkpoints import trained
from ..segment import gallery
from ..segment.api import read_sent_image
from ..server import limits
from ..server.endpoint import json_endpoint
from ..server.user import User, reason_not_allowed
from .presets import PRESETS, preset_settings
from .state import TrainState
from .task import TrainImage, TrainTask
from .training_set import TrainingSet, merge_cues, reason_not_trainable, suggestions

THUMBNAIL_SIDE = 320


@json_endpoint
def train_options(state: TrainState, payload: dict, user: User) -> dict:
    """{} -> what the tab needs to draw itself: methods, limits, and why this user cannot push ("" if they can)."""
    return {
        "methods": [
            {"name": name, "title": preset.title, "about": preset.about, "efforts": list(preset.efforts)}
            for name, preset in PRESETS.items()
        ],
        "limits": {"images": limits.TRAIN_IMAGES, "upload": limits.UPLOAD_BYTES},
        "push_refused": reason_not_allowed(user),
    }


@json_endpoint
def add_image(state: TrainState, payload: dict, user: User) -> dict:
    """{"key" of an open picture} or {"example": name} or {"data", "name"} -> {"key", "width", "height", "thumbnail"}.

    {"gone": true} for an open picture that was dropped: send it again.
    """
    if "example" in payload and "key" not in payload:
        full = gallery.example_image(str(payload["example"]))
        image = TrainImage.of(full, full.shape[:2], str(payload["example"]))
    else:
        if "key" in payload:
            session = state.segment.sessions.get(payload["key"])
        else:
            session = read_sent_image(state.segment, payload)
        if session is None:
            return {"gone": True}
        image = TrainImage.of(session.image, session.full_size, session.name)
    state.queue.start_process()
    small = image_to_bytes(resize_to_fit(image.image, THUMBNAIL_SIDE), "WEBP", quality=80)
    thumbnail = f"data:image/webp;base64,{base64.b64encode(small).decode()}"
    height, width = image.full_size
    return {"key": state.images.add(image), "width": width, "height": height, "thumbnail": thumbnail}


@json_endpoint
def check_training(state: TrainState, payload: dict, user: User) -> dict:
    """{"images": [{"cues", "width", "height"}]} -> {"reason_not_trainable", "suggestions", "cued_images", "classes",
    "label_seconds"}."""
    training_set = _read_training_set(payload)
    return {
        "reason_not_trainable": reason_not_trainable(training_set),
        "suggestions": suggestions(training_set),
        "cued_images": training_set.cued_images,
        "classes": list(training_set.classes),
        "label_seconds": round(training_set.label_seconds),
    }


@json_endpoint
def start_training(state: TrainState, payload: dict, user: User) -> dict:
    """{"images": [{"key", "cues", "width", "height"}], "method", "effort"} -> {"job"}.

    {"gone": [numbers]} of images that were dropped: add them again.
    """
    training_set = _read_training_set(payload)
    method = str(payload.get("method"))
    settings = preset_settings(method, str(payload.get("effort")), training_set.has_box_only_class)
    if reason := reason_not_trainable(training_set):
        raise ValueError(reason)
    images = [state.images.get(row.get("key")) for row in payload["images"]]
    if gone := [number for number, image in enumerate(images) if image is None]:
        return {"gone": gone}
    for cues, image in zip(training_set.cues, images, strict=True):
        cues.check(image.full_size, len(training_set.classes))
    task = TrainTask.of(method, settings, training_set, images, limits.TRAIN_LEARN_SECONDS)
    return {"job": state.queue.begin(task)}


@json_endpoint
def training_status(state: TrainState, payload: dict, user: User) -> dict:
    """{"job", "seen": predictions had so far} -> `TrainingQueue.status`, and "checkpoint": its summary when it is done."""
    seen = payload.get("seen")
    status = state.queue.status(payload.get("job"), seen if type(seen) is int and seen > 0 else 0)
    if name := status.get("model"):
        status["checkpoint"] = trained.summarize(name, trained.find(state.segment.checkpoints.trained, name))
    return status


@json_endpoint
def cancel_training(state: TrainState, payload: dict, user: User) -> dict:
    """{"job"} -> {}."""
    state.queue.cancel(payload.get("job"))
    return {}


@json_endpoint
def download(state: TrainState, payload: dict, user: User) -> dict:
    """{"model", "kind": "checkpoint" or "masks"} -> {"name", "mime", "data": base64}."""
    checkpoint = trained.find(state.segment.checkpoints.trained, str(payload.get("model")))
    files = {"checkpoint": checkpoint.checkpoint, "masks": checkpoint.masks}
    kind = str(payload.get("kind"))
    if kind not in files:
        raise ValueError(f"no file {kind!r:.40}. Choose one of: {', '.join(files)}")
    data = base64.b64encode(files[kind]).decode()
    return {"name": f"{checkpoint.info.method}_{kind}.zip", "mime": "application/zip", "data": data}


ENDPOINTS = (train_options, add_image, check_training, start_training, training_status, cancel_training, download)


def _read_training_set(payload: dict) -> TrainingSet:
    """Merge the cues that were sent. Raises ValueError for too many of them, or for what is no cues."""
    rows = payload.get("images")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("no list of pictures came. Reload the page")
    if len(rows) > limits.TRAIN_IMAGES:
        raise ValueError(f"{len(rows)} pictures are too many: at most {limits.TRAIN_IMAGES} are possible. Remove some")
    if sum(len(json.dumps(row.get("cues"))) for row in rows) > limits.CUES_BYTES:
        raise ValueError(f"the cues are over {limits.CUES_BYTES // 2**20} MB. Use fewer or shorter strokes")
    return merge_cues([_read_row(row) for row in rows])


def _read_row(row: dict) -> tuple[Cues, tuple[str, ...]]:
    if row.get("cues") is None:
        return Cues(), ()
    sides = row.get("height"), row.get("width")
    if not all(type(side) is int and 0 < side <= limits.IMAGE_PIXELS for side in sides):
        raise ValueError("the size of a picture is missing. Reload the page")
    cues, classes = read_document(row["cues"], sides)
    return cues, classes or default_classes(cues)
