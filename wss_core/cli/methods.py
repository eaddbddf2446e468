"""python -m wss_core methods: what each method is for, which cues it needs, and what its settings mean."""

from __future__ import annotations

import argparse
import inspect
import json
import shutil
import textwrap

from .. import methods
from ..methods.explain import Setting, explain
from ..segmenter import Segmenter

MAX_WIDTH = 100  # letters of a line in a terminal that is wider
EXAMPLES = """\
examples:
  python -m wss_core methods                (all of them)
  python -m wss_core methods network        (one)
  python -m wss_core methods --json         (for programs)
"""


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = commands.add_parser(
        "methods", epilog=EXAMPLES, formatter_class=formatter, description=list_methods.__doc__
    )
    parser.set_defaults(run=list_methods)
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help=f"one of: {', '.join(methods.names())}; all if left out"
    )
    parser.add_argument("--json", action="store_true", help="one JSON list instead of text")


def list_methods(args: argparse.Namespace) -> None:
    """Explain the methods: what each is for, which cues it needs, and its settings with defaults and units."""
    chosen = [methods.find(args.name)] if args.name else methods.METHODS
    if args.json:
        print(json.dumps([to_dict(method) for method in chosen], indent=2))
        return
    width = min(MAX_WIDTH, max(40, shutil.get_terminal_size().columns))
    print("\n\n".join(describe(method, width) for method in chosen))


def to_dict(method: type[Segmenter]) -> dict:
    """A method as plain JSON values: name, purpose, cues, whether it is fitted first, and its settings."""
    return {
        "name": method.name,
        "purpose": " ".join(inspect.getdoc(method).split()),
        "cues": sorted(method.uses),
        "learns": method.learns,
        "uses_unlabelled": method.uses_unlabelled,
        "settings": [vars(setting) for setting in explain(method)],
    }


def describe(method: type[Segmenter], width: int) -> str:
    """A method in words, in lines of at most `width` letters."""
    purpose = " ".join(inspect.getdoc(method).split())
    cues = f"cues: {', '.join(sorted(method.uses))}"
    if method.uses_unlabelled:
        cues += "; learns from pictures without any too"
    if method.learns:
        when = "is trained first, on pictures with these cues: python -m wss_core train, or fit(examples)"
    else:
        when = "works at once, on the cues of the picture: python -m wss_core segment, or segment(image, cues)"
    lines = [*_wrap(f"{method.name}: {purpose}", width, "", "  "), *_wrap(cues, width, "  ", "    ")]
    lines += _wrap(when, width, "  ", "    ")
    for setting in explain(method):
        lines += [
            "",
            f"  --setting {setting.name}={_as_text(setting.default)}",
            *_wrap(_meaning(setting), width, " " * 6),
        ]
    return "\n".join(lines)


def _meaning(setting: Setting) -> str:
    parts = [setting.meaning]
    parts += [f"Unit: {setting.unit}."] if setting.unit else []
    parts += [f"Values: {setting.values}."] if setting.values else []
    return " ".join(parts)


def _as_text(default) -> str:
    """A default as it is written after --setting NAME=."""
    return default if isinstance(default, str) and default else json.dumps(default)


def _wrap(text: str, width: int, first: str, others: str | None = None) -> list[str]:
    others = first if others is None else others
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=others, break_long_words=False, break_on_hyphens=False
    )
