"""Whether cues fit a picture: their places lie on it, and their labels are among its classes."""

from __future__ import annotations

import numpy as np

from ..conventions import MAX_CLASSES, MAX_OBJECT, UNKNOWN, CueError


def check_fits(cues, shape: tuple[int, int], class_count: int) -> None:
    """Raise CueError, naming the cue, unless all of the Cues `cues` fit a picture of `shape` (H, W).

    class_count: labels are below it, or 255.
    """
    class_count = min(class_count, MAX_CLASSES)
    _check_image_size(cues, shape)
    for i, point in enumerate(cues.points):
        _check_label(point, f"point {i}", class_count)
        _check_path(((point.x, point.y),), 0.5, f"point {i}", shape)
    for i, stroke in enumerate(cues.strokes):
        _check_label(stroke, f"stroke {i}", class_count)
        _check_path(stroke.path, max(1, stroke.width) / 2, f"stroke {i}", shape)
    for i, stroke in enumerate(cues.strokes):
        _check_width(stroke, i)
    for i, box in enumerate(cues.boxes):
        _check_label(box, f"box {i}", class_count)
        _check_box(box, i, shape)
    _check_label_map(cues, shape, class_count)


def _check_image_size(cues, shape: tuple[int, int]) -> None:
    if cues.image is None or cues.image.size is None or tuple(cues.image.size) == tuple(shape):
        return
    drawn_on = f"{cues.image.name!r}, " if cues.image.name else "a picture of "
    raise CueError(
        f"the cues were drawn on {drawn_on}{cues.image.size[1]} x {cues.image.size[0]} pixels, and this picture has "
        f"{shape[1]} x {shape[0]}. Give the picture they belong to"
    )


def _check_label(cue, name: str, class_count: int) -> None:
    _check_known(cue.label, name, class_count)
    if cue.object is not None and not (1 <= cue.object <= MAX_OBJECT and cue.object == int(cue.object)):
        raise CueError(f"{name} has object number {cue.object}. Give 1..{MAX_OBJECT}, or None")


def _check_known(label: int, name: str, class_count: int) -> None:
    if label not in range(class_count) and label != UNKNOWN:
        raise CueError(
            f"{name} has label {label}, but there are {class_count} classes (0..{class_count - 1}, 255 = ignore)"
        )


def _check_path(path, reach: float, name: str, shape: tuple[int, int]) -> None:
    if len(path) == 0 or not np.isfinite(path).all() or not _touches(path, reach, shape):
        place = f"({path[0][0]:g}, {path[0][1]:g})" if len(path) else "nowhere"
        raise CueError(f"{name} at {place} lies outside the {shape[1]} x {shape[0]} picture. Move or delete it")


def _check_width(stroke, i: int) -> None:
    if not 0 <= stroke.width < np.inf:
        raise CueError(f"stroke {i} has width {stroke.width}. Give pixels, or 0 for a filled outline")


def _check_box(box, i: int, shape: tuple[int, int]) -> None:
    height, width = shape
    if not np.isfinite((box.x0, box.y0, box.x1, box.y1)).all():
        raise CueError(f"box {i} holds a corner that is no number. Give x0, y0, x1, y1 in pixels")
    if not (box.x0 < width and box.y0 < height and box.x1 > 0 and box.y1 > 0):
        raise CueError(f"box {i} lies outside the {width} x {height} picture. Move or delete it")
    if not (box.x0 < box.x1 and box.y0 < box.y1):
        raise CueError(f"box {i} has no area. Give x0 < x1 and y0 < y1")


def _check_label_map(cues, shape: tuple[int, int], class_count: int) -> None:
    if cues.labels is not None:
        if cues.labels.shape != tuple(shape) or cues.labels.dtype != np.uint8:
            got = f"{cues.labels.dtype} {cues.labels.shape}"
            raise CueError(f"labels must be uint8 {tuple(shape)} like the picture, got {got}")
        for label in np.unique(cues.labels):
            _check_known(label, "pixel of labels", class_count)
    if cues.objects is not None and not 0 <= cues.objects < np.inf:
        raise CueError(f"objects is {cues.objects}. Give the number of objects outlined in labels, or None")


def _touches(path, reach: float, shape: tuple[int, int]) -> bool:
    """True when the path's bounding box, `reach` wider on every side, meets the picture."""
    xs, ys = zip(*path, strict=True)
    inside = max(xs) + reach > -0.5 and min(xs) - reach < shape[1] - 0.5
    return inside and max(ys) + reach > -0.5 and min(ys) - reach < shape[0] - 0.5
