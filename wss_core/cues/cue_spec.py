"""The settings by which cues are made from masks: which kind, for what, and how many."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = {
    "tags": "the names of the object classes present",
    "points": "a click well inside each class, or each object",
    "boxes": "a box round each object",
    "scribbles": "a hand-drawn-looking stroke in each class, or each object",
    "partial": "the true labels of some blocks of the picture",
    "full": "the true labels of the whole picture",
    "none": "nothing: a picture without labels",
}


@dataclass(frozen=True)
class CueSpec:
    """Which cues a simulated person gives for a mask. Raises ValueError when a value is out of its range."""

    kind: str
    "One of KINDS."
    per: str = "class"
    "What gets points and strokes of its own: every 'class' present, or every 'object'."
    points: int = 1
    "Clicks for each of them, at least 1 (kind 'points')."
    strokes: int = 1
    "Strokes for each of them, at least 1 (kind 'scribbles')."
    jitter: float = 0.0
    "How far an edge of a box strays, evenly up to this fraction of the side it moves along, [0, 1) (kind 'boxes')."
    share: float = 0.12
    "Fraction of the picture's blocks that are labelled, (0, 1]; the blocks of a smaller one are among those of a \
larger one (kind 'partial')."
    background: bool = True
    "Whether the background gets points and strokes too, those of one class for all of it."

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"no cue {self.kind!r}. Choose one of: {', '.join(KINDS)}")
        if self.per not in ("class", "object"):
            raise ValueError(f"points and strokes are per 'class' or per 'object', not per {self.per!r}")
        if min(self.points, self.strokes) < 1 or not 0 <= self.jitter < 1 or not 0 < self.share <= 1:
            raise ValueError("give at least 1 point and 1 stroke, a jitter in [0, 1) and a share in (0, 1]")
