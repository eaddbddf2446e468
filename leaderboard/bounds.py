"""Bounds for JSON that others wrote, so that no code behind the check meets a number or a text that it cannot hold."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from typing import Any

BENCHMARK_NAME = re.compile(r"[\w-]{1,60}")
MAX_DEPTH = 20  # lists and objects nested in each other
MAX_TEXT = 10_000  # characters
MAX_WHOLE = 2**63 - 1  # the largest number of an int64 column
MAX_COUNT = 1_000_000_000  # images or cues: more than any data set has
MAX_SECONDS = 1e12  # about 30,000 years


def parse(data: bytes | str) -> Any:
    """Parse JSON. Raises ValueError for what is not JSON, for NaN and infinity, and for values that Python cannot hold."""
    try:
        return json.loads(data, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("its values lie too many lists or objects deep to be read. Make them flat") from None
    except (OverflowError, MemoryError) as error:
        raise ValueError(f"it is too large to be read ({error or 'out of memory'}). Make it smaller") from None


def check_bounds(value: Any, where: str = "it", longest: int = MAX_TEXT, depth: int = 0) -> None:
    """Check parsed JSON: every number is finite and fits 64 bits, every text is Unicode and at most `longest` characters.

    where: the name of the value in messages. depth: in how many lists and objects it lies. Raises ValueError, which names the
    place, for a number or text that does not fit, and for lists or objects nested more than MAX_DEPTH deep.
    """
    if depth > MAX_DEPTH:
        raise ValueError(f"{where:.200} lies more than {MAX_DEPTH} lists or objects deep. Make it flat")
    if isinstance(value, str):
        _check_text(value, where, longest)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key, f"a name in {where}", MAX_TEXT)
            check_bounds(item, f"{where}.{key}" if depth else key, longest, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            check_bounds(item, where, longest, depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{where:.200} is {value}, and must be a finite number. Leave it out")
    elif isinstance(value, int) and not -MAX_WHOLE <= value <= MAX_WHOLE:
        raise ValueError(f"{where:.200} is a whole number of {digits(value)} digits, and at most 2^63 - 1 can be held")


def check_range(where: str, value: float | None, low: float, high: float) -> None:
    """Raise ValueError for a number outside low..high and for NaN; None stands for an unknown number, and passes."""
    if value is not None and not low <= value <= high:
        long = isinstance(value, int) and abs(value) > MAX_WHOLE
        came = f"a whole number of {digits(value)} digits" if long else f"{value:g}"
        raise ValueError(f"{where} is {came}, and must lie in {low:g} .. {high:g}")


def digits(value: int) -> int:
    """Estimate the decimal digits of a whole number, without writing it out: Python refuses that for very long ones."""
    return int(value.bit_length() * math.log10(2)) + 1


def visible(text: str) -> str:
    """The text on one line, with control characters, which a terminal would obey, as Python's escapes (\\x1b)."""
    if text.isprintable():
        return text
    return "".join(char if _is_shown(char) else char.encode("unicode_escape").decode() for char in text)


def _is_shown(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) == "Zs"


def _check_text(text: str, where: str, longest: int) -> None:
    if len(text) > longest:
        raise ValueError(f"{where:.200} is a text of {len(text):,} characters, and at most {longest:,} can be held")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"{where:.200} is a text that is not Unicode ({error.reason})") from None


def _refuse_constant(name: str):
    raise ValueError(f"it holds {name}, which is not a number of JSON. Write null")
