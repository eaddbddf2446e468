"""Dataclasses as plain JSON values and back, checked against the types of their fields.

A float that is NaN or infinite is null in JSON, and null is NaN in a float field. A stored form may gain fields in later
versions: a class derived from `Stored` keeps the fields that this version does not know, and writes them again.
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

_MISFIT = object()  # stands for a value that does not fit its field
UNKNOWN = "unknown"

logger = logging.getLogger(__name__)
_warned_fields: set[str] = set()  # unknown fields that were warned of in this process


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A dataclass that is written to files, and may be read by a version that knows fewer of its fields."""

    unknown: dict[str, Any] = field(default_factory=dict, repr=False, hash=False)
    "The fields that this version does not know, by name, as they were read."


def to_plain(value: Any) -> Any:
    """Turn a value, with the dataclasses in it, into what JSON can hold."""
    if is_dataclass(value):
        form = {name: to_plain(getattr(value, name)) for name in _fields_and_types(type(value))[0]}
        return form | to_plain(value.unknown) if isinstance(value, Stored) else form
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def from_plain(kind: type, form: Any) -> Any:
    """Make the dataclass `kind` from what `to_plain` gave.

    Raises ValueError for fields that are missing or of another type, and for unknown fields unless `kind` is Stored.
    """
    known, hints = _fields_and_types(kind)
    unexpected = sorted(set(form) - set(known)) if isinstance(form, dict) else [type(form).__name__]
    if unexpected and not (isinstance(form, dict) and issubclass(kind, Stored)):
        raise ValueError(f"got {', '.join(unexpected)!s:.80}, but a {kind.__name__} has the fields {', '.join(known)}")
    missing = [name for name, field in known.items() if name not in form and _is_required(field)]
    if missing:
        raise ValueError(f"a {kind.__name__} needs {', '.join(missing)}")
    values = {name: _convert(form[name], hints[name]) for name in known if name in form}
    for name, value in values.items():
        if value is _MISFIT:
            raise ValueError(f"{name} is {form[name]!r:.80}, which is not of the type {known[name].type}")
    return kind(**values, **({UNKNOWN: {name: form[name] for name in unexpected}} if unexpected else {}))


def unknown_fields(value: Any) -> Iterator[str]:
    """Yield the fields that this version does not know, as "Record.field", of the value and of all values in it."""
    if isinstance(value, Stored):
        yield from (f"{type(value).__name__}.{name}" for name in value.unknown)
        for name in _fields_and_types(type(value))[0]:
            yield from unknown_fields(getattr(value, name))
    elif isinstance(value, dict):
        for item in value.values():
            if isinstance(item, Stored):
                yield from unknown_fields(item)


def warn_unknown_fields(value: object, path: Path) -> None:
    """Log each field of a newer version that the value read from `path` holds, once for each field in a process."""
    for name in unknown_fields(value):
        if name not in _warned_fields:
            _warned_fields.add(name)
            logger.warning(
                "%s has the field %s, which this version does not know: a newer one wrote it. It is kept as it is. Update "
                "the project to read it",
                *(visible(text) for text in (str(path), name)),
            )


@cache
def _fields_and_types(kind: type) -> tuple[dict[str, Field], dict[str, Any]]:
    """The stored fields of a dataclass, and their types, both by name."""
    own = [field for field in fields(kind) if not (issubclass(kind, Stored) and field.name == UNKNOWN)]
    return {field.name: field for field in own}, typing.get_type_hints(kind)


def _is_required(field: Field) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _convert(value: Any, hint: Any) -> Any:
    """The value as a field of the type `hint` holds it; _MISFIT when it does not fit."""
    if hint is Any:
        return value
    if is_dataclass(hint):
        return from_plain(hint, value)
    if isinstance(hint, types.UnionType):
        options = typing.get_args(hint)
        if value is None and type(None) in options:
            return None
        return next((v for v in (_convert(value, option) for option in options) if v is not _MISFIT), _MISFIT)
    outer, inner = typing.get_origin(hint) or hint, typing.get_args(hint)
    if outer is dict:
        return _convert_items(value, dict, lambda: {key: _convert(item, inner[1]) for key, item in value.items()})
    if outer is tuple:
        hints = inner[:1] if inner[-1] is ... else inner
        return _convert_items(value, list | tuple, lambda: _convert_tuple(value, hints, inner[-1] is ...))
    return _convert_scalar(value, outer)


def _convert_tuple(value, hints: tuple, repeats: bool):
    """Convert item by item: all by the first of the hints when it `repeats`, else each by its own."""
    if not repeats and len(value) != len(hints):
        return (_MISFIT,)
    return tuple(_convert(item, hints[0 if repeats else i]) for i, item in enumerate(value))


def _convert_items(value, kind, convert: Callable[[], dict | tuple]):
    """The result of `convert`; _MISFIT when the value is not of `kind`, or one of its items does not fit."""
    if not isinstance(value, kind):
        return _MISFIT
    converted = convert()
    items = converted.values() if isinstance(converted, dict) else converted
    return _MISFIT if any(item is _MISFIT for item in items) else converted


def _convert_scalar(value, kind: type):
    if kind is float and value is None:
        return float("nan")
    if kind is float and type(value) is int:
        return float(value) if abs(value) <= MAX_WHOLE else _MISFIT
    return value if type(value) is kind else _MISFIT
