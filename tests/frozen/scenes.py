"""Pictures, cues and weights made by arithmetic alone: the same on every machine, in every year."""

from __future__ import annotations

import numpy as np

from wss_core import Box, Cues, Example, Point, Stroke

CLASSES = ("background", "disc", "bar")
SHAPE = (44, 60)


def picture(number: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(image uint8 (44, 60, 3), truth uint8 (44, 60)): a red disc and a blue bar on green, with waves of light and dark."""
    ys, xs = np.mgrid[: SHAPE[0], : SHAPE[1]]
    truth = np.zeros(SHAPE, np.uint8)
    truth[(xs - 16 - 3 * number) ** 2 + (ys - 18 - number) ** 2 < 100] = 1
    truth[8:38, 42 - 2 * number : 52 - 2 * number] = 2
    colours = np.asarray([(60, 140, 70), (190, 60, 50), (40, 70, 180)])
    waves = (xs * (7 + number) + ys * 13 + (xs * ys) % 11 * 5) % 37 - 18
    return (colours[truth] + waves[..., None]).astype(np.uint8), truth


def large() -> tuple[np.ndarray, Cues]:
    """A picture (440, 600) larger than any network sees it, the first one ten times as large, and cues."""
    image, _ = picture()
    points = (Point(455, 200, 2), Point(300, 405, 0), Point(20, 20, 0))
    return np.kron(image, np.ones((10, 10, 1), np.uint8)), Cues(points=points, boxes=(Box(60, 80, 270, 290, 1),))


def examples() -> list[Example]:
    """Three pictures: with strokes and points, with a box and tags, with a mask."""
    (first, _), (second, _), (third, truth) = (picture(number) for number in range(3))
    strokes = (Stroke(1, 5, ((12, 16), (20, 20))), Stroke(0, 4, ((3, 3), (56, 3))))
    drawn = Cues(tags=CLASSES[1:], points=(Point(46, 20, 2), Point(30, 40, 0)), strokes=strokes)
    boxed = Cues(tags=("disc", "bar"), boxes=(Box(9, 9, 30, 30, 1),), points=(Point(45, 12, 2), Point(2, 2, 0)))
    masked = Cues(tags=CLASSES[1:], labels=truth, objects=2)
    pairs = ((first, drawn), (second, boxed), (third, masked))
    return [Example(image, cues, id=str(i)) for i, (image, cues) in enumerate(pairs)]


def questions(learned: bool) -> dict[str, Cues]:
    """The cues on picture(0), by name, that a method is asked with; those that have learned also answer without."""
    return {"strokes": strokes(), "box": points_and_box()} | ({"alone": Cues()} if learned else {})


def strokes() -> Cues:
    """What a person draws on picture(0): a stroke of every class."""
    paths = {0: ((30, 4), (34, 40)), 1: ((13, 15), (19, 21)), 2: ((46, 12), (47, 33))}
    return Cues(strokes=tuple(Stroke(label, 3, path) for label, path in paths.items()))


def points_and_box() -> Cues:
    """A box round the disc, and a point for the others."""
    return Cues(points=(Point(46, 20, 2), Point(30, 40, 0), Point(56, 3, 0)), boxes=(Box(6, 8, 27, 29, 1),))


def weights(shapes: dict[str, tuple[str, list[int]]], seed: int = 7) -> dict[str, np.ndarray]:
    """Weights by name, of given (dtype, shape), drawn so that a network of any depth gives answers of middling size.

    NumPy promises that RandomState draws the same for ever.
    """
    made = {}
    for place, (name, (dtype, shape)) in enumerate(sorted(shapes.items())):
        drawn = np.random.RandomState(seed + place).standard_normal(shape)
        if len(shape) > 1:
            value = drawn * np.sqrt(2 / np.prod(shape[1:]))
        elif name.endswith(("weight", "running_var")):
            value = 1 + 0.1 * np.tanh(drawn)
        else:
            value = 0.1 * drawn
        made[name] = np.asarray(value).astype(dtype)
    return made
