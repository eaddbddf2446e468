"""Our part of the card's body, between two markers."""

from __future__ import annotations

import re

from .fields import PICTURE, About, Score, data_sets, label_seconds

BEGIN = "<!-- wss-core begins: every push writes this part anew; what stands above and below is kept -->"
END = "<!-- wss-core ends -->"
MAX_VALUE = 300  # characters of one value in the table


def renewed(text: str, repo: str, form: dict, about: About) -> str:
    """The body with our part in place of the old one, or below what stands there."""
    start = text.find(BEGIN)
    end = text.find(END, start)
    above, below = (text[:start], text[end + len(END) :]) if 0 <= start < end else (text.rstrip() + "\n\n", "\n")
    titled = re.search(r"^# ", above + below, re.MULTILINE)
    return above.lstrip("\n") + _part(repo, form, about, not titled) + below


def interval(score: Score) -> str:
    """The score's interval in brackets, after a space; "" when it is not known."""
    return "" if score.low is None or score.high is None else f" ({score.low:.4g} to {score.high:.4g})"


def plain(value) -> str:
    """A value as text that Markdown shows as it is, on one line."""
    text = " ".join(str(value).split())[:MAX_VALUE]
    return re.sub(r"([\\`*_\[\]<>|#~&!$])", r"\\\1", text)


def _part(repo: str, form: dict, about: About, titled: bool) -> str:
    """Our part, from marker to marker. form: the checkpoint's config.json."""
    sections = (
        f"# {repo}" if titled else "",
        _unmarked(about.text),
        f"![What it makes of a picture]({PICTURE})" if about.picture else "",
        _classes(form),
        _training(form),
        _scores(about.scores, form["training"].get("validation")),
        _limits(form, about),
        _use(repo, form),
    )
    return "\n\n".join([BEGIN, *(section for section in sections if section), END])


def _classes(form: dict) -> str:
    classes = form["settings"].get("classes") or ()
    if not classes:
        return "## What it segments\n\nWhatever the cues name: any number of classes, background first."
    rows = "\n".join(f"{label}. {plain(name)}" for label, name in enumerate(classes))
    return f"## What it segments\n\n{len(classes)} classes, by label:\n\n{rows}"


def _training(form: dict) -> str:
    told = form["training"]
    method = f"Method `{form['method']}`."
    if not told:
        return (
            f"## How it was trained\n\n{method} It learns from the cues of the picture at hand, and nothing beforehand."
        )
    rows = [
        f"| {plain(key.replace('_', ' '))} | {_value(value)} |"
        for key, value in told.items()
        if key not in ("data", "classes")
    ]
    for row in data_sets(form):
        rows.append(f"| data | {' '.join(plain(row[key]) for key in ('name', 'split', 'revision') if row.get(key))} |")
    return f"## How it was trained\n\n{method}{_spent(label_seconds(form))}\n\n| | |\n|---|---|\n" + "\n".join(rows)


def _scores(scores: tuple[Score, ...], validation) -> str:
    if not scores:
        told = f" While it was trained, validation gave {_value(validation)}." if validation else ""
        return f"## How it scores\n\nNot told.{told}"
    rows = [
        f"| {plain(s.data)} | {plain(s.split)} | {plain(s.revision)} | {plain(s.metric)} | {s.value:.4g}{interval(s)} |"
        for s in scores
    ]
    return "## How it scores\n\n| data | split | revision | metric | value |\n|---|---|---|---|---|\n" + "\n".join(rows)


def _limits(form: dict, about: About) -> str:
    told = ["It knows nothing but the classes above; every pixel gets one of them."] if form["training"] else []
    told += [_unmarked(about.limits)] if about.limits else []
    return "## Limits\n\n" + "\n\n".join(told) if told else ""


def _use(repo: str, form: dict) -> str:
    cues = "" if form["training"] else ", Cues(points=[Point(120, 80, 1), Point(10, 10, 0)])"
    names = "load" if form["training"] else "Cues, Point, load"
    return (
        f'## Use\n\n```python\nfrom wss_core import {names}\n\nresult = load("{repo}").segment("photo.jpg"{cues})\n'
        "result.labels  # uint8 (H, W), a label for each pixel\n```"
    )


def _spent(seconds: float | None) -> str:
    if seconds is None:
        return ""
    spent = f"{seconds:,.0f} seconds" if seconds < 7200 else f"{seconds / 3600:,.1f} hours"
    return f" Its labels took about {spent} by the published table (Bearman et al., ECCV 2016)."


def _value(value) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{plain(key)}: {_value(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(_value(inner) for inner in value)
    return f"{value:,.6g}" if isinstance(value, float) else plain(value)


def _unmarked(text: str) -> str:
    """A person's Markdown, which must not end our part."""
    return text.strip().replace("<!-- wss-core", "<!-- ")
