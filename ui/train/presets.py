"""What can be trained in the page, and its settings in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SOLVER = "learned"  # the one that the page's own masks come from


@dataclass(frozen=True)
class Preset:
    """One method. title, about: for a person. efforts: its settings by the name of the effort, the usual one first."""

    title: str
    about: str
    efforts: dict[str, dict[str, Any]]


PRESETS: dict[str, Preset] = {
    "probe": Preset(
        "Pixel classifier",
        "Seconds. Looks at colours, textures and what the built-in model sees at each place.",
        {"quick": {}, "careful": {"spread": SOLVER}},
    ),
    "network": Preset(
        "Small network",
        "Minutes. Learns to look by itself, also on the pictures without cues. With few pictures often no better.",
        {
            "quick": {"steps": 150, "batch": 4, "side": 256, "crop": 160, "spread": SOLVER},
            "careful": {"steps": 500, "side": 384, "crop": 224, "spread": SOLVER},
        },
    ),
}


def preset_settings(method: str, effort: str, boxed: bool) -> dict[str, Any]:
    """The settings of an effort. Raises ValueError for a method or an effort that is not offered.

    boxed: only boxes show some class, so that a solver must tell first which of their pixels are of it.
    """
    if method not in PRESETS or effort not in PRESETS[method].efforts:
        raise ValueError(f"{method!r:.40}, {effort!r:.40} is not offered. Choose one of: {', '.join(PRESETS)}")
    return PRESETS[method].efforts[effort] | ({"spread": SOLVER} if boxed else {})
