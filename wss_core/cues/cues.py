"""The cues a person gives for a picture (Point, Box, Stroke, Cues), and Example, a picture with its cues."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from ..conventions import MAX_CLASSES, UNKNOWN
from ..imaging.io import labels_to_png
from . import schema
from .cost import cues_seconds
from .fits_picture import check_fits


@dataclass(frozen=True)
class Point:
    """The pixel at (x, y) belongs to class `label` (255 = ignore it).

    object: which of several objects of the class, 1..65535; None = not said.
    """

    x: float
    y: float
    label: int
    object: int | None = None


@dataclass(frozen=True)
class Box:
    """An object of class `label` fills [x0, x1) x [y0, y1) tightly. object: as for Point."""

    x0: float
    y0: float
    x1: float
    y1: float
    label: int
    object: int | None = None


@dataclass(frozen=True)
class Stroke:
    """A brush stroke `width` pixels wide along `path`, ((x, y), ...). Width 0: the closed path, filled (a polygon).

    label: the class (255 = ignore these pixels). object: as for Point.
    """

    label: int
    width: float
    path: tuple[tuple[float, float], ...]
    object: int | None = None


@dataclass(frozen=True)
class ImageInfo:
    """Which picture cues were drawn on: its file name, "" = unknown, and its size (H, W), None = unknown."""

    name: str = ""
    size: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class Cues:
    """The cues given for one picture. A kind that was not given is None or empty.

    points, boxes, strokes: what was drawn, in pixels of the picture.
    tags: names of the classes on the picture; () = looked for, and none is. labels: uint8 (H, W) partial mask, 255 =
    unlabelled. Where cues overlap, points win over strokes, later strokes over earlier ones, strokes over `labels`.
    Label 255 in a point, box or stroke means "ignore these pixels".
    objects: how many objects were outlined to draw `labels` (fractions for objects outlined in part), which `seconds`
    counts and pixels cannot show, since touching objects look like one; None = unknown.
    image: the picture they were drawn on, if known. extra: keys of a newer version's JSON form, kept as they came.
    """

    tags: tuple[str, ...] | None = None
    points: tuple[Point, ...] = ()
    boxes: tuple[Box, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    labels: np.ndarray | None = None
    objects: float | None = None
    image: ImageInfo | None = None
    extra: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self):
        for kind in ("points", "boxes", "strokes"):
            object.__setattr__(self, kind, tuple(getattr(self, kind)))
        if self.tags is not None:
            object.__setattr__(self, "tags", tuple(self.tags))

    def __eq__(self, other) -> bool:
        if not isinstance(other, Cues):
            return NotImplemented
        pairs = ((getattr(self, f.name), getattr(other, f.name)) for f in fields(self) if f.name != "labels")
        return all(mine == theirs for mine, theirs in pairs) and (
            self.labels is other.labels or np.array_equal(self.labels, other.labels)
        )

    def __hash__(self) -> int:
        return hash((self.tags, self.points, self.boxes, self.strokes, self.objects, self.image))

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of cue given, of "tags", "points", "boxes", "strokes", "labels" (filled strokes are labels)."""
        given = {
            "tags": self.tags is not None,
            "points": bool(self.points),
            "boxes": bool(self.boxes),
            "strokes": any(stroke.width > 0 for stroke in self.strokes),
            "labels": self.labels is not None or any(stroke.width == 0 for stroke in self.strokes),
        }
        return frozenset(kind for kind, is_given in given.items() if is_given)

    @property
    def labelled_classes(self) -> tuple[int, ...]:
        """The labels that some point, box, stroke or labelled pixel gives a place for, sorted, without 255."""
        labels = {cue.label for cue in (*self.points, *self.boxes, *self.strokes)}
        if self.labels is not None:
            labels |= set(np.unique(self.labels).tolist())
        return tuple(sorted(labels - {UNKNOWN}))

    def seconds(self, classes: Sequence[str]) -> float:
        """Seconds a person needs to give these cues, by the published table in `cost`; 0 for empty Cues.

        classes: the class names, background first: looking for a class that is not on the picture takes time, too.
        """
        return cues_seconds(self, classes)

    def check(self, shape: tuple[int, int], count: int = MAX_CLASSES) -> None:
        """Raise CueError, naming the cue, unless all cues fit a picture of `shape` (H, W) and `count` classes."""
        check_fits(self, shape, count)

    @classmethod
    def from_json(cls, text_or_dict: str | bytes | dict, shape: tuple[int, int] | None = None) -> Cues:
        """Cues of the JSON form (see `schema`); `shape` (H, W) checks them against the picture. Raises CueError."""
        return read_document(text_or_dict, shape)[0]

    def to_json(self, classes: Sequence[str] = ()) -> str:
        """The JSON form, with the class names when given; `from_json` reads equal Cues back."""
        form: dict = {"classes": list(classes)} if classes else {}
        if self.tags is not None:
            form["tags"] = list(self.tags)
        form["points"] = [[p.x, p.y, p.label, *_object(p)] for p in self.points]
        form["boxes"] = [[b.x0, b.y0, b.x1, b.y1, b.label, *_object(b)] for b in self.boxes]
        form["strokes"] = [_stroke_form(stroke) for stroke in self.strokes]
        if self.labels is not None:
            form["labels"] = base64.b64encode(labels_to_png(self.labels)).decode()
        if self.objects is not None:
            form["objects"] = self.objects
        if self.image is not None:
            form["image"] = {"name": self.image.name} if self.image.name else {}
            form["image"] |= {} if self.image.size is None else {"size": list(self.image.size)}
        return json.dumps(self.extra | form, default=lambda number: number.item())  # NumPy numbers


@dataclass(frozen=True)
class Example:
    """A picture to learn from or to test on.

    image: uint8 (H, W, 3). cues: what it is learned from. truth: uint8 (H, W) labels, 255 = unknown; None = no mask. id: its name in the data set.
    group: pictures of the same one (of a patient, a video) are never split between sets. instances: int32 (H, W), an
    id for each object, 0 = none; None = not known.
    """

    image: np.ndarray
    cues: Cues = Cues()
    truth: np.ndarray | None = None
    id: str = ""
    group: str = ""
    instances: np.ndarray | None = None

    def __eq__(self, other) -> bool:
        if not isinstance(other, Example):
            return NotImplemented
        arrays = ((self.image, other.image), (self.truth, other.truth), (self.instances, other.instances))
        return (self.id, self.group, self.cues) == (other.id, other.group, other.cues) and all(
            np.array_equal(a, b) if a is not None and b is not None else a is b for a, b in arrays
        )


def read_document(
    text_or_dict: str | bytes | dict, shape: tuple[int, int] | None = None
) -> tuple[Cues, tuple[str, ...]]:
    """(Cues, class names) of the JSON form; () when it names no classes. shape: (H, W) to check against, None = not.

    Raises CueError when something is malformed, out of bounds, or does not fit the picture.
    """
    form, extra = schema.document(text_or_dict)
    classes = schema.class_names(form.get("classes"))
    count = len(classes) or MAX_CLASSES
    name, size = schema.image_info(form.get("image")) or (None, None)
    cues = Cues(
        tags=schema.tags(form.get("tags"), classes),
        points=tuple(Point(*row) for row in schema.points(form.get("points"), count)),
        boxes=tuple(Box(*row) for row in schema.boxes(form.get("boxes"), count)),
        strokes=tuple(Stroke(*row) for row in schema.strokes(form.get("strokes"), count)),
        labels=schema.label_map(form.get("labels"), shape, count),
        objects=schema.number_of_objects(form.get("objects")),
        image=None if name is None else ImageInfo(name, size),
        extra=extra,
    )
    if shape is not None:
        cues.check(shape, count)
    return cues, classes


def _stroke_form(stroke: Stroke) -> dict[str, Any]:
    form = {"label": stroke.label, "width": stroke.width, "path": [list(xy) for xy in stroke.path]}
    return form if stroke.object is None else form | {"object": stroke.object}


def _object(cue: Point | Box) -> tuple[int, ...]:
    return () if cue.object is None else (cue.object,)
