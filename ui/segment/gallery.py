"""Example pictures with cues already drawn: scikit-image's own pictures, read from where it is installed."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from wss_core import ImageError
from wss_core.imaging.io import image_to_bytes, read_image
from wss_core.imaging.resize import resize_to_fit

THUMBNAIL_SIDE = 160


@dataclass(frozen=True)
class ExamplePicture:
    """What is shown about an example picture, and its cues; positions are pixels of the picture.

    strokes, fills: {label: paths of (x, y)}. boxes: (x0, y0, x1, y1, label). points: (x, y, label). width: of the brush.
    """

    title: str
    about: str
    classes: tuple[str, ...]
    strokes: dict[int, list] = field(default_factory=dict)
    fills: dict[int, list] = field(default_factory=dict)
    boxes: tuple = ()
    points: tuple = ()
    tags: tuple[str, ...] = ()
    width: int = 10

    def cues(self) -> dict:
        """Return the JSON form of the cues."""
        brushes = [(label, self.width, path) for label, paths in self.strokes.items() for path in paths]
        brushes += [(label, 0, path) for label, paths in self.fills.items() for path in paths]
        return {
            "classes": list(self.classes),
            "tags": list(self.tags),
            "points": [list(point) for point in self.points],
            "boxes": [list(box) for box in self.boxes],
            "strokes": [{"label": c, "width": w, "path": [list(xy) for xy in path]} for c, w, path in brushes],
        }


EXAMPLES = {
    "astronaut": ExamplePicture(
        "Strokes",
        "Astronaut: a few strokes, two classes",
        ("background", "astronaut", "helmet"),
        strokes={
            1: [
                [(185, 45), (225, 35), (280, 75)],
                [(215, 90), (222, 150)],
                [(80, 330), (150, 290), (280, 290), (330, 330)],
                [(150, 480), (190, 380), (220, 300)],
                [(150, 190), (250, 240), (285, 215)],
            ],
            2: [[(310, 480), (340, 380), (420, 380), (470, 470)], [(400, 440), (330, 440)]],
            0: [
                [(20, 20), (40, 200), (25, 400)],
                [(90, 60), (110, 150)],
                [(330, 60), (340, 250)],
                [(400, 60), (410, 260), (490, 330)],
                [(385, 320), (440, 325), (500, 355)],
            ],
        },
    ),
    "coffee": ExamplePicture(
        "Three classes",
        "Coffee: cup, saucer and spoon in one go",
        ("background", "cup", "saucer", "spoon"),
        strokes={
            1: [
                [(185, 60), (210, 130), (250, 185)],
                [(400, 60), (370, 160), (280, 195)],
                [(240, 110), (330, 120)],
                [(220, 285), (235, 245)],
                [(250, 212), (330, 222)],
            ],
            2: [[(100, 190), (130, 290), (230, 350), (360, 360), (450, 290), (460, 220)], [(425, 120), (450, 180)]],
            3: [[(365, 275), (375, 305)]],
            0: [
                [(40, 300), (60, 380)],
                [(40, 120), (120, 60)],
                [(230, 5), (345, 5), (400, 30), (445, 60)],
                [(500, 60), (550, 200), (520, 350)],
            ],
        },
        tags=("cup", "saucer", "spoon"),
        width=8,
    ),
    "rocket": ExamplePicture(
        "Box",
        "Rocket: one box, and a point on its nose",
        ("background", "rocket"),
        boxes=((303, 125, 340, 405, 1),),
        points=((321, 150, 1),),
    ),
    "immunohistochemistry": ExamplePicture(
        "Tissue",
        "Colon glands in brown, other tissue, empty slide",
        ("empty", "gland", "stroma"),
        strokes={
            1: [
                [(60, 60), (150, 90), (190, 190)],
                [(290, 60), (310, 190)],
                [(400, 120), (420, 190)],
                [(80, 330), (110, 450)],
                [(300, 340), (330, 440)],
            ],
            2: [[(160, 300), (200, 400), (200, 480)], [(440, 350), (470, 200), (490, 80)], [(230, 220), (360, 320)]],
            0: [[(15, 350), (12, 380)], [(300, 30), (330, 90), (370, 180)]],
        },
        width=7,
    ),
    "coins": ExamplePicture(
        "Points",
        "Coins: a point on each, and a few beside",
        ("background", "coin"),
        points=[
            (x, y, 1)
            for x, y in (
                (44, 52),
                (100, 56),
                (155, 50),
                (215, 50),
                (275, 52),
                (335, 43),
                (46, 124),
                (103, 124),
                (153, 127),
                (205, 123),
                (271, 119),
                (336, 124),
                (44, 197),
                (101, 195),
                (154, 196),
                (212, 192),
                (273, 192),
                (346, 187),
                (46, 260),
                (114, 265),
                (172, 262),
                (244, 263),
                (300, 261),
                (358, 266),
            )
        ]
        + [
            (x, y, 0)
            for x, y in (
                (72, 88),
                (128, 90),
                (185, 88),
                (245, 86),
                (305, 90),
                (20, 90),
                (75, 160),
                (130, 160),
                (185, 160),
                (240, 158),
                (300, 155),
                (75, 228),
                (135, 230),
                (190, 230),
                (245, 228),
                (310, 225),
                (20, 20),
                (370, 100),
                (200, 15),
            )
        ],
    ),
    "retina": ExamplePicture(
        "Partial mask",
        "Retina: the optic disc, from a filled patch and strokes",
        ("background", "optic disc"),
        fills={1: [[(230, 590), (295, 600), (300, 700), (250, 740), (225, 690)]]},
        strokes={
            1: [[(150, 600), (150, 690)]],
            0: [
                [(700, 200), (1000, 500), (900, 1000), (500, 1150)],
                [(300, 470), (370, 520), (420, 640), (380, 760), (300, 850)],
                [(80, 540), (60, 700), (110, 820)],
            ],
        },
        width=24,
    ),
}


@cache
def example_image(name: str) -> np.ndarray:
    """Return uint8 (H, W, 3) of an example. Raises ImageError for an unknown name."""
    import skimage.data  # loads slowly, and the page answers before

    if name not in EXAMPLES:
        raise ImageError(f"there is no example {name!r:.40}. Choose one of: {', '.join(EXAMPLES)}")
    return read_image(getattr(skimage.data, name)())


@cache
def thumbnails() -> list[dict]:
    """Return [{"name", "title", "about", "image": data URL}] for the page."""
    rows = []
    for name, example in EXAMPLES.items():
        small = image_to_bytes(resize_to_fit(example_image(name), THUMBNAIL_SIDE), "WEBP", quality=80)
        image = f"data:image/webp;base64,{base64.b64encode(small).decode()}"
        rows.append({"name": name, "title": example.title, "about": example.about, "image": image})
    return rows
