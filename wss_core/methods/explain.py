"""What each setting of a method means: the texts that stand under the fields of its class, read from the source."""

from __future__ import annotations

import ast
import functools
import inspect
import re
import textwrap
from dataclasses import MISSING, dataclass, fields
from itertools import pairwise
from typing import Any

from ..segmenter import Segmenter

UNIT = re.compile(r"\s*Unit: (.+?)(?:\.\s|\.$)", re.DOTALL)
VALUES = re.compile(r"\s*(?:Range|Values): (.+?)\.?$", re.DOTALL)


@dataclass(frozen=True)
class Setting:
    """A setting of a method, as people need to know it to choose a value."""

    name: str
    type: str
    "Its type as written in the class: str, int, float, bool, or tuple[str, ...]."
    default: Any
    meaning: str
    unit: str
    'What a number counts: "pixels", "cells", ...; "" for texts, switches and numbers without a unit.'
    values: str
    'The values it can have, in words; "" for switches.'


def explain(method: type[Segmenter]) -> list[Setting]:
    """The settings of a method in their order, inherited ones too, `classes` first.

    Raises ValueError for a class whose source is not on this machine.
    """
    texts = field_texts(method)
    return [_setting(field, texts.get(field.name, "")) for field in fields(method)]


@functools.cache
def field_texts(kind: type) -> dict[str, str]:
    """{field: the text under it} of a dataclass and its bases, each on one line; the text of the class itself goes first.

    A text is a string literal right below the field, as documentation tools read it. Raises ValueError for a class
    whose source is not on this machine.
    """
    texts: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if base is not object and "__dataclass_fields__" in vars(base):
            texts |= _own_texts(base)
    return texts


def _own_texts(kind: type) -> dict[str, str]:
    try:
        source = textwrap.dedent(inspect.getsource(kind))
    except (OSError, TypeError):
        raise ValueError(f"the source of {kind.__name__} is not here, and with it what its settings mean") from None
    body = ast.parse(source).body[0].body
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def _setting(field, text: str) -> Setting:
    default = field.default if field.default is not MISSING else field.default_factory()
    meaning, unit, values = text, "", ""
    if match := VALUES.search(meaning):
        meaning, values = meaning[: match.start()], match[1]
    if match := UNIT.search(meaning):
        meaning, unit = meaning[: match.start()], match[1].removesuffix(".")
    kind = field.type if isinstance(field.type, str) else getattr(field.type, "__name__", str(field.type))
    return Setting(field.name, kind, default, meaning.strip(), "" if unit == "none" else unit, values)
