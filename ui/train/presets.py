"""The methods that can be trained in the page, those with a preset, and the settings of each effort."""

from __future__ import annotations

from typing import Any

from wss_core.methods import METHODS
from wss_core.segmenter import PagePreset

PRESETS: dict[str, PagePreset] = {
    method.name: method.page_preset
    for method in sorted(METHODS, key=lambda method: method.page_preset.seconds if method.page_preset else 0)
    if method.page_preset
}


def preset_settings(method: str, effort: str, box_only: bool) -> dict[str, Any]:
    """Return the settings of an effort. Raises ValueError for a method or an effort that is not offered.

    box_only: whether some class has boxes alone, so that a solver must find its pixels inside them first.
    """
    if method not in PRESETS or effort not in PRESETS[method].efforts:
        raise ValueError(f"{method!r:.40}, {effort!r:.40} is not offered. Choose one of: {', '.join(PRESETS)}")
    preset = PRESETS[method]
    return {**preset.efforts[effort], **(preset.boxes_only if box_only else {})}
