"""Dataclasses <-> plain JSON values, checked by the types of their fields. A float that is no number is null."""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any

_NOT = object()


def plain(value: Any) -> Any:
    """The value as JSON can hold it."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def build(kind: type, form: Any) -> Any:
    """The dataclass `kind` of what `plain` gave. Raises ValueError for fields unknown, absent or of another type."""
    known, hints = _known(kind)
    if not isinstance(form, dict) or not set(form) <= set(known):
        strange = f"{', '.join(sorted(set(form) - set(known))):.80}" if isinstance(form, dict) else type(form).__name__
        raise ValueError(f"got {strange}, but a {kind.__name__} has the fields {', '.join(known)}")
    lacking = [name for name, field in known.items() if name not in form and _needed(field)]
    if lacking:
        raise ValueError(f"a {kind.__name__} needs {', '.join(lacking)}")
    values = {name: _fitted(value, hints[name]) for name, value in form.items()}
    for name, value in values.items():
        if value is _NOT:
            raise ValueError(f"{name} is {form[name]!r:.80}, which is no {known[name].type}")
    return kind(**values)


@cache
def _known(kind: type) -> tuple[dict[str, Field], dict[str, Any]]:
    """The fields and the types of a dataclass, by name."""
    return {field.name: field for field in fields(kind)}, typing.get_type_hints(kind)


def _needed(field: Field) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _fitted(value: Any, hint: Any) -> Any:
    """The value as the field holds it; _NOT when it does not fit."""
    if hint is Any:
        return value
    if is_dataclass(hint):
        return build(hint, value)
    if isinstance(hint, types.UnionType):
        if value is None and type(None) in typing.get_args(hint):
            return None
        return next((v for v in (_fitted(value, each) for each in typing.get_args(hint)) if v is not _NOT), _NOT)
    outer, inner = typing.get_origin(hint) or hint, typing.get_args(hint)
    if outer is dict:
        return _all(value, dict, lambda: {key: _fitted(item, inner[1]) for key, item in value.items()})
    if outer is tuple:
        hints = inner[:1] if inner[-1] is ... else inner
        return _all(value, list | tuple, lambda: _row(value, hints, inner[-1] is ...))
    return _scalar(value, outer)


def _row(value, hints: tuple, repeats: bool):
    if not repeats and len(value) != len(hints):
        return (_NOT,)
    return tuple(_fitted(item, hints[0 if repeats else i]) for i, item in enumerate(value))


def _all(value, kind, make: Callable[[], dict | tuple]):
    """What `make` makes of a value of that kind; _NOT when it is not, or a part does not fit."""
    if not isinstance(value, kind):
        return _NOT
    made = make()
    held = made.values() if isinstance(made, dict) else made
    return _NOT if any(item is _NOT for item in held) else made


def _scalar(value, kind: type):
    if kind is float and value is None:
        return float("nan")
    if kind is float and type(value) is int:
        return float(value)
    return value if type(value) is kind else _NOT
