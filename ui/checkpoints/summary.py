"""What is told of a checkpoint, in words; and its card, which a stranger wrote."""

from __future__ import annotations

from huggingface_hub import constants
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml

from wss_core import hub

from ..server import limits
from .loading import LoadedCheckpoint

MOST_WORDS = 300  # characters of one line that a stranger's config.json fills


def summarize(loaded: LoadedCheckpoint) -> dict:
    """For the page: "method", "classes", "learns", "url", "rows": [[what, words], ...]. All is plain text."""
    about = loaded.about
    rows = {
        "Commit": about.sha,
        "Method": _method(loaded),
        "Classes": _classes(about),
        "Labels": describe_labels(about),
    }
    return {
        "method": loaded.name,
        "label": short_name(about),
        "classes": list(loaded.segmenter.classes),
        "learns": loaded.segmenter.learns,
        "url": hub_url(about),
        "rows": [[what, words[:MOST_WORDS]] for what, words in rows.items()],
    }


def short_name(about: hub.Checkpoint) -> str:
    """Its name for a person."""
    return f"{about.source} @ {about.sha[:7]}"


def one_line(about: hub.Checkpoint) -> str:
    """One line on a checkpoint among others."""
    parts = [about.method, f"{len(about.classes)} classes" if about.classes else "any classes"]
    if about.label_seconds is not None:
        parts.append(f"{describe_duration(about.label_seconds)} of labelling")
    if about.modified:
        parts.append(f"{about.modified:%Y-%m-%d}")
    return " · ".join(parts)[:MOST_WORDS]


def describe_labels(about: hub.Checkpoint) -> str:
    """What it was trained with: how many pictures, with which cues, and how long those take a person."""
    told = about.training
    if not told:
        return "None beforehand: it learns from the cues of the picture at hand"
    kinds = told.get("cues") if isinstance(told.get("cues"), dict) else {}
    cued = [f"{count:,} with {kind}" for kind, count in kinds.items() if _whole(count) and kind != "none"]
    parts = [f"{told['images']:,} picture{'s' * (told['images'] != 1)}"] if _whole(told.get("images")) else []
    parts += [", ".join(cued)] if cued else []
    parts += [f"about {describe_duration(about.label_seconds)} of labelling"] if about.label_seconds is not None else []
    return "; ".join(parts) or "Not told"


def describe_duration(seconds: float) -> str:
    """Seconds in words."""
    if seconds < 120:
        return f"{seconds:,.0f} seconds"
    return f"{seconds / 60:,.0f} minutes" if seconds < 7200 else f"{seconds / 3600:,.1f} hours"


def hub_url(about: hub.Checkpoint) -> str:
    """Where a person can read more."""
    return f"{constants.ENDPOINT}/{about.source}/tree/{about.sha}"


def card_html(about: hub.Checkpoint) -> str:
    """The card as harmless HTML in one line, which Markdown passes on as it is and Gradio cleans once more.

    Raw HTML is left out, pictures are their description alone: the reader's browser asks no other server.
    """
    reader, text = _reader(), about.card.strip()
    shown = reader.render(text[: limits.CARD_CHARS] or "This checkpoint has no card.")
    if len(text) > limits.CARD_CHARS:
        shown += reader.render(f"… [the whole card]({hub_url(about)})")
    return shown.replace("\n", "&#10;")


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark").enable("table")
    reader.validateLink = lambda target: True  # _link decides; here a refused picture would show as its source
    for raw in ("html_block", "html_inline"):
        reader.add_render_rule(raw, lambda *_: "")
    reader.add_render_rule("image", lambda _, tokens, i, *rest: f"<em>{escapeHtml(tokens[i].content)}</em>")
    reader.add_render_rule("link_open", lambda _, tokens, i, *rest: _link(tokens[i].attrGet("href")))
    return reader


def _link(target: str) -> str:
    """Leads to another site or nowhere, never into this page."""
    return f'<a href="{escapeHtml(target)}">' if target.startswith(("https://", "http://")) else "<a>"


def _method(loaded: LoadedCheckpoint) -> str:
    omitted = loaded.segmenter.fit_settings | {"classes"}
    settings = {name: value for name, value in loaded.about.settings.items() if name not in omitted}
    told = ", ".join(f"{name} {value}" for name, value in settings.items() if value not in ("", None, []))
    use = "segments without a cue, and honours those you draw" if loaded.segmenter.learns else "works from your cues"
    return f"{loaded.about.method}, {use}" + (f" ({told})" if told else "")


def _classes(about: hub.Checkpoint) -> str:
    if not about.classes:
        return "As many as you name"
    return f"{len(about.classes)}: {', '.join(about.classes)}"


def _whole(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
