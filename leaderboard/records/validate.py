"""Checks of records that were read: every number is in its range, and every part has the shape that its metrics need."""

from __future__ import annotations

import math
from datetime import datetime

from wss_core.cues import schema

from ..bounds import BENCHMARK_NAME, MAX_COUNT, MAX_SECONDS, MAX_WHOLE, check_range, visible
from ..metrics import calibration, interactive, registry
from ..metrics.boundary import COLUMNS
from ..metrics.detection import THRESHOLDS
from ..metrics.registry import METRICS, Parts
from .packed_arrays import MAX_BYTES, unpack, unpacked_size
from .record import Failure, Identity, Record

MAX_NAME = 200  # characters of a name that tables and figures show
MAX_TEXT = 1_000  # characters of the checkpoint's place, and of the device and the machine
MAX_IMAGES = 50_000  # of one benchmark: 1,000 resamples of them are held in memory
MAX_VALUE = 1e6  # of a metric: HD95 is in pixels
DATE = "%Y-%m-%dT%H:%M:%SZ"
NAMES = ("track", "method", "source", "split", "metric")
# Parts by name: their shape, where N is the images, C the classes and None any number, and their lowest and highest number.
PARTS = {
    "counts": (("N", "C", 3), 0, MAX_WHOLE),
    "boundaries": (("N", "C", len(COLUMNS)), -1, MAX_WHOLE),
    "calibration": (("N", calibration.BINS, 3), 0, MAX_WHOLE),
    "tags": (("N", "C"), 0, calibration.SCORE_UNIT),
    "objects": (("N", "C"), 0, MAX_WHOLE),
    "detections": ((None, 4), 0, MAX_WHOLE),
    "clicks": (("N", None), -1, interactive.IOU_UNIT),
    "label_ms": (("N",), 0, MAX_WHOLE),
}


def check_record(record: Record) -> None:
    """Check all that is shown or computed with. Raises ValueError, which says what is wrong, for a record that fails."""
    _check_identity(record.identity)
    for name in NAMES:
        _check_name(name, getattr(record, name))
    _check_name("labels.cue", record.labels.cue)
    _check_name("labels.source", record.labels.source)
    for name in ("checkpoint", "device", "machine"):
        _check_text(name, getattr(record, name))
    schema.class_names(list(record.classes))
    check_range("the number of classes", len(record.classes), 1, schema.MAX_CLASSES)
    check_range("images", record.images, 1, MAX_IMAGES)
    _check_labels(record)
    for name in ("seconds", "forward"):
        check_range(name, getattr(record, name), 0, MAX_SECONDS)
    _check_date(record.date)
    record.image_ids()
    record.group_names()
    parts = _checked_parts(record)
    _check_scores(record, parts)


def check_failure(failure: Failure) -> None:
    """Check all that is shown of a failure. Raises ValueError."""
    _check_identity(failure.identity)
    _check_text("checkpoint", failure.checkpoint)
    _check_date(failure.date)


def _check_identity(identity: Identity) -> None:
    if not BENCHMARK_NAME.fullmatch(identity.benchmark):
        raise ValueError(
            f"its benchmark is {identity.benchmark!r:.80}, and a name is at most 60 letters, digits, - and _"
        )
    for name in ("definition", "checkpoint", "data", "code"):
        _check_name(f"identity.{name}", getattr(identity, name))


def _check_name(where: str, text: str) -> None:
    if len(text) > MAX_NAME or visible(text) != text:
        raise ValueError(f"{where} is {text!r:.80}, and must be at most {MAX_NAME} characters that can be shown")


def _check_text(where: str, text: str) -> None:
    if len(text) > MAX_TEXT:
        raise ValueError(f"{where} is {text!r:.80}, of {len(text):,} characters, and at most {MAX_TEXT:,} can be shown")


def _check_date(date: str) -> None:
    try:
        good = datetime.strptime(date, DATE).strftime(DATE) == date
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"its date is {date!r:.40}, and must be one of UTC like 2026-01-31T09:30:00Z")


def _check_labels(record: Record) -> None:
    labels = record.labels
    check_range("labels.labelled_images", labels.labelled_images, 0, MAX_COUNT)
    check_range("labels.unlabelled_images", labels.unlabelled_images, 0, MAX_COUNT)
    check_range("labels.label_seconds", labels.label_seconds, 0, MAX_SECONDS)
    check_range("labels.share", labels.share, 0, 1)


def _checked_parts(record: Record) -> Parts:
    """Unpack the record's parts, which it does not keep. Raises ValueError for more than MAX_BYTES, or what PARTS does not allow."""
    total = sum(unpacked_size(form) for form in record.packed.values())
    if total > MAX_BYTES:
        raise ValueError(f"its packed numbers take {total:,} bytes, and at most {MAX_BYTES:,} can be held")
    parts = {name: unpack(form) for name, form in record.packed.items()}
    lengths = {"N": record.images, "C": len(record.classes), None: None}
    for name, array in parts.items():
        if name not in PARTS:
            continue  # a part of a newer version
        shape, low, high = PARTS[name]
        expected = tuple(lengths.get(side, side) for side in shape)
        if len(expected) != array.ndim or any(e not in (None, a) for e, a in zip(expected, array.shape, strict=True)):
            sides = ", ".join("any" if side is None else str(side) for side in expected)
            raise ValueError(f"its {name} are of the shape {array.shape}, and must be ({sides}). Evaluate again")
        if array.size:
            check_range(f"the lowest of its {name}", int(array.min()), low, high)
            check_range(f"the highest of its {name}", int(array.max()), low, high)
    detections = parts.get("detections")
    if detections is not None and len(detections):
        highest = (record.images - 1, len(record.classes) - 1, calibration.SCORE_UNIT, 2 ** len(THRESHOLDS) - 1)
        for column, high in zip(detections.T, highest, strict=True):
            check_range("a number of its detections", int(column.max()), 0, high)
    return parts


def _check_scores(record: Record, parts: Parts) -> None:
    """Check that the record's own metric has a score, and that every known score has the parts it is computed from."""
    if record.metric not in METRICS or record.metric not in record.scores:
        raise ValueError(f"it has no score of its metric, {record.metric!r:.40}. Evaluate again")
    for name, score in record.scores.items():
        for value in (score.value, score.low, score.high, *score.classes):
            if not math.isnan(value):  # NaN: the score does not exist
                check_range(f"the score {name:.40}", value, 0, MAX_VALUE)
        check_range(f"lost of the score {name:.40}", score.lost, 0, 1)
        if score.classes and len(score.classes) != len(record.classes):
            raise ValueError(
                f"the score {name:.40} is of {len(score.classes)} classes, and the record of {len(record.classes)}"
            )
        if name in METRICS:
            _check_needs(name, parts)


def _check_needs(name: str, parts: Parts) -> None:
    needs = METRICS[name].needs
    missing = [part for part in needs if part not in parts]
    if missing:
        raise ValueError(
            f"it has a score of {name}, but not the {' and '.join(missing)} that it is computed from. Evaluate again"
        )
    if "clicks" in needs:  # the only part whose length PARTS leaves open
        try:
            registry.class_values(name, parts)
        except IndexError:
            raise ValueError(f"its sessions are too short for the metric {name}. Evaluate again") from None
