"""Dataclasses <-> plain JSON values, checked by the types of their fields. A float that is no number is null.

A stored form may gain fields: those that this version does not know are kept and written again (`Stored`).
"""

from __future__ import annotations

import logging
import math
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .bounds import MAX_WHOLE, visible

_NOT = object()
UNKNOWN = "unknown"

logger = logging.getLogger(__name__)
_noted: set[str] = set()  # fields of newer versions that were warned of


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A dataclass that outlives its version. unknown: fields that a newer version wrote, by name, as they came."""

    unknown: dict[str, Any] = field(default_factory=dict, repr=False, hash=False)


def to_plain(value: Any) -> Any:
    """The value as JSON can hold it."""
    if is_dataclass(value):
        held = {name: to_plain(getattr(value, name)) for name in _known(type(value))[0]}
        return held | to_plain(value.unknown) if isinstance(value, Stored) else held
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def from_plain(kind: type, form: Any) -> Any:
    """The dataclass `kind` of what `plain` gave. Raises ValueError for fields absent or of another type, and for unknown
    ones of what is not Stored."""
    known, hints = _known(kind)
    strange = sorted(set(form) - set(known)) if isinstance(form, dict) else [type(form).__name__]
    if strange and not (isinstance(form, dict) and issubclass(kind, Stored)):
        raise ValueError(f"got {', '.join(strange)!s:.80}, but a {kind.__name__} has the fields {', '.join(known)}")
    lacking = [name for name, field in known.items() if name not in form and _needed(field)]
    if lacking:
        raise ValueError(f"a {kind.__name__} needs {', '.join(lacking)}")
    values = {name: _fitted(form[name], hints[name]) for name in known if name in form}
    for name, value in values.items():
        if value is _NOT:
            raise ValueError(f"{name} is {form[name]!r:.80}, which is no {known[name].type}")
    return kind(**values, **({UNKNOWN: {name: form[name] for name in strange}} if strange else {}))


def unknown_fields(value: Any) -> Iterator[str]:
    """The fields in a value, however deep, that this version does not know, as Record.field."""
    if isinstance(value, Stored):
        yield from (f"{type(value).__name__}.{name}" for name in value.unknown)
        for name in _known(type(value))[0]:
            yield from unknown_fields(getattr(value, name))
    elif isinstance(value, dict):
        for item in value.values():
            if isinstance(item, Stored):
                yield from unknown_fields(item)


def warn_unknown_fields(value: object, path: Path) -> None:
    """Log, once in a process for every field, that a newer version wrote a field that this one does not know."""
    for name in unknown_fields(value):
        if name not in _noted:
            _noted.add(name)
            logger.warning(
                "%s has the field %s, which this version does not know: a newer one wrote it. It is kept as it is. Update "
                "the project to read it",
                *(visible(text) for text in (str(path), name)),
            )


@cache
def _known(kind: type) -> tuple[dict[str, Field], dict[str, Any]]:
    """The fields and the types of a dataclass, by name."""
    own = [one for one in fields(kind) if not (issubclass(kind, Stored) and one.name == UNKNOWN)]
    return {one.name: one for one in own}, typing.get_type_hints(kind)


def _needed(field: Field) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _fitted(value: Any, hint: Any) -> Any:
    """The value as the field holds it; _NOT when it does not fit."""
    if hint is Any:
        return value
    if is_dataclass(hint):
        return from_plain(hint, value)
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
        return float(value) if abs(value) <= MAX_WHOLE else _NOT
    return value if type(value) is kind else _NOT
