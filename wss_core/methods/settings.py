"""Make methods from settings as config.json and the command line hold them: plain values, checked one by one."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from typing import Any

from ..builtin import pretrained
from ..segmenter import Segmenter
from ..spread import SPREAD
from . import create


def build(name: str, settings: dict) -> Segmenter:
    """Make the method called `name` from settings that are plain JSON values.

    Raises ValueError for an unknown method or setting, and for a value of another type than the default.
    """
    known = {field.name: field.default for field in fields(create(name))}
    for key, value in settings.items():
        if key not in known:
            raise ValueError(f"{name} has no such setting as {key!r:.40}. It takes: {', '.join(known)}")
        if known[key] not in (MISSING, None) and not _fits(value, known[key]):
            raise ValueError(f"{name}: {key} is {value!r:.40}. Give a value like {known[key]!r}")
    return create(name, **settings)


def uses_builtin_model(value: Any) -> bool:
    """Whether the value of a setting stands for the built-in model: for its encoder, or for a solver that asks it."""
    return value == pretrained.NAME or (isinstance(value, str) and value in SPREAD and SPREAD[value].uses_builtin_model)


def parse(texts: list[str]) -> dict:
    """Read settings from texts "key=value": a value that is JSON stands for what JSON says, any other for itself.

    Raises ValueError for a text without a key or an equals sign.
    """
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
