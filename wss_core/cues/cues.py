"""What a person tells about a picture: Point, Box, Stroke, Cues; and Example, a picture with its cues."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

import numpy as np

from ..conventions import MAX_CLASSES, UNKNOWN, CueError
from ..imaging.io import labels_to_png
from . import schema
from .cost import SECONDS_ABSENT, SECONDS_BOX, SECONDS_MASK, SECONDS_POINT, SECONDS_STROKE, mask_seconds


@dataclass(frozen=True)
class Point:
    """The pixel at (x, y) belongs to class `label` (255 = ignore it)."""

    x: float
    y: float
    label: int


@dataclass(frozen=True)
class Box:
    """An object of class `label` fills [x0, x1) x [y0, y1) tightly."""

    x0: float
    y0: float
    x1: float
    y1: float
    label: int


@dataclass(frozen=True)
class Stroke:
    """A brush stroke `width` pixels wide along `path`, ((x, y), ...). Width 0: the closed path, filled (a polygon)."""

    label: int
    width: float
    path: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Cues:
    """Everything told about one picture. Not told = None or empty.

    tags: names of the classes present. labels: uint8 (H, W) partial mask, 255 = not told. Where cues overlap,
    points win over strokes, later strokes over earlier ones, strokes over `labels`. Label 255 in a point, box or
    stroke means "ignore these pixels".
    objects: how many objects' outlines `labels` took (one told in part counts by its part), which `seconds` pays for
    and pixels cannot tell: touching objects look like one. None = not known.
    """

    tags: tuple[str, ...] | None = None
    points: tuple[Point, ...] = ()
    boxes: tuple[Box, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    labels: np.ndarray | None = None
    objects: float | None = None

    def __post_init__(self):
        for field in ("points", "boxes", "strokes"):
            object.__setattr__(self, field, tuple(getattr(self, field)))
        if self.tags is not None:
            object.__setattr__(self, "tags", tuple(self.tags))

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of cue told, of "tags", "points", "boxes", "strokes", "labels" (also filled strokes)."""
        told = {"points": self.points, "boxes": self.boxes, "strokes": any(s.width > 0 for s in self.strokes)}
        told["tags"] = self.tags is not None
        told["labels"] = self.labels is not None or any(s.width == 0 for s in self.strokes)
        return frozenset(kind for kind, given in told.items() if given)

    @property
    def labelled_classes(self) -> tuple[int, ...]:
        """The labels that some point, box, stroke or pixel tells a place for, in order, without 255."""
        found = {cue.label for cue in (*self.points, *self.boxes, *self.strokes)}
        if self.labels is not None:
            found |= set(np.unique(self.labels).tolist())
        return tuple(sorted(found - {UNKNOWN}))

    def seconds(self, classes) -> float:
        """Seconds a person needs to give these cues: sums of the table in `costs`. Cues empty: 0.

        `classes`: the class names, background first. A second for each class of them that was looked for and not
        found (all of them where only tags are told), then what every point, box, stroke and mask takes.
        """
        if not self.kinds:
            return 0.0
        present = {label for label in self.labelled_classes if label} | {
            n for n in self.tags or () if n not in classes[:1]
        }
        named = {classes[label] if isinstance(label, int) and label < len(classes) else label for label in present}
        vocabulary = max(0, len(classes) - 1)
        total = SECONDS_ABSENT * (vocabulary if not self.labelled_classes else max(0, vocabulary - len(named)))
        total += SECONDS_POINT * len(self.points) + SECONDS_BOX * len(self.boxes)
        total += sum(SECONDS_STROKE if stroke.width else SECONDS_MASK for stroke in self.strokes)
        return total + (0 if self.labels is None else mask_seconds(self.labels, self.objects))

    def check(self, shape: tuple[int, int], count: int = MAX_CLASSES) -> None:
        """Raise CueError, naming the cue, unless all fits a picture of `shape` (H, W) and `count` classes."""
        height, width = shape
        count = min(count, MAX_CLASSES)
        rows = [("point", i, cue.label, ((cue.x, cue.y),), 0.5) for i, cue in enumerate(self.points)]
        rows += [("stroke", i, cue.label, cue.path, max(1, cue.width) / 2) for i, cue in enumerate(self.strokes)]
        for kind, i, label, path, reach in rows:
            _check_label(label, kind, i, count)
            if len(path) == 0 or not np.isfinite(path).all() or not _touches(path, reach, width, height):
                spot = f"({path[0][0]:g}, {path[0][1]:g})" if len(path) else "nowhere"
                raise CueError(f"{kind} {i} at {spot} lies outside the {width} x {height} picture. Move or delete it")
        for i, stroke in enumerate(self.strokes):
            if not 0 <= stroke.width < np.inf:
                raise CueError(f"stroke {i} has width {stroke.width}. Give pixels, or 0 for a filled outline")
        for i, box in enumerate(self.boxes):
            _check_label(box.label, "box", i, count)
            if not np.isfinite((box.x0, box.y0, box.x1, box.y1)).all():
                raise CueError(f"box {i} holds a corner that is no number. Give x0, y0, x1, y1 in pixels")
            if not (box.x0 < width and box.y0 < height and box.x1 > 0 and box.y1 > 0):
                raise CueError(f"box {i} lies outside the {width} x {height} picture. Move or delete it")
            if not (box.x0 < box.x1 and box.y0 < box.y1):
                raise CueError(f"box {i} has no area. Give x0 < x1 and y0 < y1")
        if self.labels is not None and (self.labels.shape != tuple(shape) or self.labels.dtype != np.uint8):
            got = f"{self.labels.dtype} {self.labels.shape}"
            raise CueError(f"labels must be uint8 {tuple(shape)} like the picture, got {got}")
        for label in () if self.labels is None else np.unique(self.labels):
            _check_label(label, "pixel of", "labels", count)
        if self.objects is not None and not 0 <= self.objects < np.inf:
            raise CueError(f"objects is {self.objects}. Give the number of objects outlined in labels, or None")

    @classmethod
    def from_json(cls, text_or_dict, shape: tuple[int, int] | None = None) -> Cues:
        """Cues of the JSON form (see `wire`); `shape` (H, W) checks positions too. Raises CueError."""
        return read_document(text_or_dict, shape)[0]

    def to_json(self, classes: tuple[str, ...] = ()) -> str:
        """The JSON form, with the class names when given; from_json reads it back equal."""
        form: dict = {"classes": list(classes)} if classes else {}
        if self.tags is not None:
            form["tags"] = list(self.tags)
        form["points"] = [[p.x, p.y, p.label] for p in self.points]
        form["boxes"] = [[b.x0, b.y0, b.x1, b.y1, b.label] for b in self.boxes]
        form["strokes"] = [
            {"label": s.label, "width": s.width, "path": [list(xy) for xy in s.path]} for s in self.strokes
        ]
        if self.labels is not None:
            form["labels"] = base64.b64encode(labels_to_png(self.labels)).decode()
        if self.objects is not None:
            form["objects"] = self.objects
        return json.dumps(form, default=lambda number: number.item())  # NumPy numbers


@dataclass(frozen=True)
class Example:
    """A picture to learn from or to test on.

    truth: uint8 (H, W) labels or None. group: what must not be split. instances: int32 (H, W), an id for each object,
    0 = none; None = not known.
    """

    image: np.ndarray
    cues: Cues = Cues()
    truth: np.ndarray | None = None
    id: str = ""
    group: str = ""
    instances: np.ndarray | None = None


def read_document(text_or_dict, shape: tuple[int, int] | None = None) -> tuple[Cues, tuple[str, ...]]:
    """(Cues, class names) of the JSON form; () when it names no classes. Raises CueError."""
    form = schema.document(text_or_dict)
    classes = schema.class_names(form.get("classes"))
    count = len(classes) or MAX_CLASSES
    cues = Cues(
        tags=schema.tags(form.get("tags"), classes),
        points=tuple(Point(*row) for row in schema.points(form.get("points"), count)),
        boxes=tuple(Box(*row) for row in schema.boxes(form.get("boxes"), count)),
        strokes=tuple(Stroke(*row) for row in schema.strokes(form.get("strokes"), count)),
        labels=schema.label_map(form.get("labels"), shape, count),
        objects=schema.number_of_objects(form.get("objects")),
    )
    if shape is not None:
        cues.check(shape, count)
    return cues, classes


def _check_label(label: int, kind: str, i: int | str, count: int) -> None:
    if label not in range(count) and label != UNKNOWN:
        raise CueError(f"{kind} {i} has label {label}, but there are {count} classes (0..{count - 1}, 255 = ignore)")


def _touches(path, reach: float, width: int, height: int) -> bool:
    """True when the path's bounding box, `reach` wider on every side, meets the picture."""
    xs, ys = zip(*path, strict=True)
    inside = max(xs) + reach > -0.5 and min(xs) - reach < width - 0.5
    return inside and max(ys) + reach > -0.5 and min(ys) - reach < height - 0.5
