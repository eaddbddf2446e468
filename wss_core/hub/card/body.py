"""Write our part of the card's body, which stands between two markers."""

from __future__ import annotations

import re

from .fields import SAMPLE_FILE, About, Score, data_sets, label_seconds

BEGIN = "<!-- wss-core begins: every push writes this part anew; what stands above and below is kept -->"
END = "<!-- wss-core ends -->"
MAX_VALUE = 300  # characters of one value in the table


def update(text: str, repo: str, config: dict, about: About) -> str:
    """The body with our part in place of the old one, or below what stands there. config: the checkpoint's config.json."""
    start = text.find(BEGIN)
    end = text.find(END, start)
    above, below = (text[:start], text[end + len(END) :]) if 0 <= start < end else (text.rstrip() + "\n\n", "\n")
    has_title = re.search(r"^# ", above + below, re.MULTILINE)
    return above.lstrip("\n") + _part(repo, config, about, not has_title) + below


def format_interval(score: Score) -> str:
    """The score's interval in brackets, after a space; "" when it is not known."""
    return "" if score.low is None or score.high is None else f" ({score.low:.4g} to {score.high:.4g})"


def escape(value) -> str:
    """A value as text that Markdown shows as it is, on one line."""
    text = " ".join(str(value).split())[:MAX_VALUE]
    return re.sub(r"([\\`*_\[\]<>|#~&!$])", r"\\\1", text)


def _part(repo: str, config: dict, about: About, has_title: bool) -> str:
    """Our part, from marker to marker. config: the checkpoint's config.json."""
    sections = (
        f"# {repo}" if has_title else "",
        _without_markers(about.text),
        f"![What it makes of a picture]({SAMPLE_FILE})" if about.picture else "",
        _classes(config),
        _training(config),
        _scores(about.scores, config["training"].get("validation")),
        _limits(config, about),
        _use(repo, config),
    )
    return "\n\n".join([BEGIN, *(section for section in sections if section), END])


def _classes(config: dict) -> str:
    classes = config["settings"].get("classes") or ()
    if not classes:
        return "## What it segments\n\nWhatever the cues name: any number of classes, background first."
    rows = "\n".join(f"{label}. {escape(name)}" for label, name in enumerate(classes))
    return f"## What it segments\n\n{len(classes)} classes, by label:\n\n{rows}"


def _training(config: dict) -> str:
    training = config["training"]
    method = f"Method `{config['method']}`."
    if not training:
        return (
            f"## How it was trained\n\n{method} It learns from the cues of the picture at hand, and nothing beforehand."
        )
    rows = [
        f"| {escape(key.replace('_', ' '))} | {_format_value(value)} |"
        for key, value in training.items()
        if key not in ("data", "classes")
    ]
    for row in data_sets(config):
        rows.append(f"| data | {' '.join(escape(row[key]) for key in ('name', 'split', 'revision') if row.get(key))} |")
    return (
        f"## How it was trained\n\n{method}{_labelling_time(label_seconds(config))}\n\n| | |\n|---|---|\n"
        + "\n".join(rows)
    )


def _scores(scores: tuple[Score, ...], validation) -> str:
    if not scores:
        during = f" While it was trained, validation gave {_format_value(validation)}." if validation else ""
        return f"## How it scores\n\nNot known.{during}"
    rows = [
        f"| {escape(s.data)} | {escape(s.split)} | {escape(s.revision)} | {escape(s.metric)} | {s.value:.4g}{format_interval(s)} |"
        for s in scores
    ]
    return "## How it scores\n\n| data | split | revision | metric | value |\n|---|---|---|---|---|\n" + "\n".join(rows)


def _limits(config: dict, about: About) -> str:
    texts = ["It knows nothing but the classes above; every pixel gets one of them."] if config["training"] else []
    texts += [_without_markers(about.limits)] if about.limits else []
    return "## Limits\n\n" + "\n\n".join(texts) if texts else ""


def _use(repo: str, config: dict) -> str:
    cues = "" if config["training"] else ", Cues(points=[Point(120, 80, 1), Point(10, 10, 0)])"
    names = "load" if config["training"] else "Cues, Point, load"
    return (
        f'## Use\n\n```python\nfrom wss_core import {names}\n\nresult = load("{repo}").segment("photo.jpg"{cues})\n'
        "result.labels  # uint8 (H, W), a label for each pixel\n```"
    )


def _labelling_time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    duration = f"{seconds:,.0f} seconds" if seconds < 7200 else f"{seconds / 3600:,.1f} hours"
    return f" Its labels took about {duration} by the published table (Bearman et al., ECCV 2016)."


def _format_value(value) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{escape(key)}: {_format_value(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(_format_value(inner) for inner in value)
    return f"{value:,.6g}" if isinstance(value, float) else escape(value)


def _without_markers(text: str) -> str:
    """A person's Markdown, which must not end our part."""
    return text.strip().replace("<!-- wss-core", "<!-- ")
