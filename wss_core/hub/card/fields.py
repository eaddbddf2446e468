"""What people add to a card (About, Score), and what of a checkpoint's config.json a card shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SAMPLE_FILE = "wss_core_sample.jpg"


@dataclass(frozen=True)
class Score:
    """One score of a checkpoint on a data set.

    metric, value: its name and the figure. data, split, revision: the data set, and its commit. low, high: the interval,
    None = not known.
    """

    metric: str
    value: float
    data: str
    split: str = "test"
    revision: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class About:
    """What people add to a checkpoint's card, since the checkpoint cannot know it.

    text, limits: what it is and where it fails, Markdown. license: as the Hub spells it, "" = as it is. base_model: what it
    was trained from. scores: figures for the card.

    picture: whether SAMPLE_FILE lies beside the card.
    """

    text: str = ""
    limits: str = ""
    license: str = ""
    base_model: tuple[str, ...] = ()
    scores: tuple[Score, ...] = ()
    picture: bool = False


def cue_kinds(config: dict) -> list[str]:
    """The kinds of cue that a checkpoint with this config.json was trained with; [] when it was not, or does not say."""
    cues = config["training"].get("cues")
    return [str(kind) for kind in cues] if isinstance(cues, dict) else []


def label_seconds(config: dict) -> float | None:
    """Seconds of labelling it was trained with; None when it does not say."""
    seconds = config["training"].get("label_seconds")
    return float(seconds) if isinstance(seconds, int | float) and not isinstance(seconds, bool) else None


def data_sets(config: dict) -> list[dict[str, Any]]:
    """The data sets it was trained on, each with "name" and, where known, "revision" and "split"."""
    rows = config["training"].get("data")
    rows = rows if isinstance(rows, list) else []
    return [row for row in rows if isinstance(row, dict) and isinstance(row.get("name"), str)]
