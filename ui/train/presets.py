"""What can be trained in the page: the methods that have a preset, and the settings of each effort."""

from __future__ import annotations

from typing import Any

from wss_core.methods import METHODS
from wss_core.segmenter import PagePreset

PRESETS: dict[str, PagePreset] = {
    method.name: method.page_preset
    for method in sorted(METHODS, key=lambda method: method.page_preset.seconds if method.page_preset else 0)
    if method.page_preset
}


def preset_settings(method: str, effort: str, boxed: bool) -> dict[str, Any]:
    """The settings of an effort. Raises ValueError for a method or an effort that is not offered.

    boxed: only boxes show some class, so that a solver must find out first which of their pixels are of it.
    """
    if method not in PRESETS or effort not in PRESETS[method].efforts:
        raise ValueError(f"{method!r:.40}, {effort!r:.40} is not offered. Choose one of: {', '.join(PRESETS)}")
    preset = PRESETS[method]
    return {**preset.efforts[effort], **(preset.boxes_only if boxed else {})}
