"""Plain values, as config.json and the command line hold them -> a method with its settings."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields

from ..segmenter import Segmenter
from . import create


def build(name: str, settings: dict) -> Segmenter:
    """create(name, **settings) from plain JSON values. Raises ValueError: unknown, or of another type than the default."""
    known = {field.name: field.default for field in fields(create(name))}
    for key, value in settings.items():
        if key not in known:
            raise ValueError(f"{name} has no such setting as {key!r:.40}. It takes: {', '.join(known)}")
        if known[key] not in (MISSING, None) and not _fits(value, known[key]):
            raise ValueError(f"{name}: {key} is {value!r:.40}. Give a value like {known[key]!r}")
    return create(name, **settings)


def parse(texts: list[str]) -> dict:
    """Settings of "key=value" texts: a value that is JSON is that, any other is a text. Raises ValueError."""
    settings = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ValueError(f"a setting is written key=value, got {text!r:.40}")
        try:
            settings[key] = json.loads(value)
        except ValueError:
            settings[key] = value
    return settings


def _fits(value, default) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, float):
        return isinstance(value, int | float) and value == value and abs(value) != float("inf")
    if isinstance(default, tuple):
        return isinstance(value, list | tuple) and all(_fits(item, default[0] if default else "") for item in value)
    return isinstance(value, type(default))
