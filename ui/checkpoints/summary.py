"""Describes a checkpoint in words for the page, and makes its card, which a stranger wrote, harmless HTML."""

from __future__ import annotations

from huggingface_hub import constants
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml

from wss_core import hub

from ..server import limits
from .loading import LoadedCheckpoint

MAX_ROW_CHARS = 300  # of a line that a stranger's config.json fills


def summarize(checkpoint: LoadedCheckpoint) -> dict:
    """Describe the checkpoint for the page: "method", "label", "classes", "learns", "url", "rows": [[term, text], ...].

    All of it is plain text.
    """
    info = checkpoint.info
    rows = {
        "Commit": info.sha,
        "Method": _describe_method(checkpoint),
        "Classes": _describe_classes(info),
        "Labels": describe_labels(info),
    }
    return {
        "method": checkpoint.name,
        "label": short_name(info),
        "classes": list(checkpoint.segmenter.classes),
        "learns": checkpoint.segmenter.learns,
        "url": hub_url(info),
        "rows": [[term, text[:MAX_ROW_CHARS]] for term, text in rows.items()],
    }


def short_name(info: hub.Checkpoint) -> str:
    """Name the checkpoint for a person: repository and short commit."""
    return f"{info.source} @ {info.sha[:7]}"


def one_line(info: hub.Checkpoint) -> str:
    """Describe the checkpoint in one line of a list."""
    parts = [info.method, f"{len(info.classes)} classes" if info.classes else "any classes"]
    if info.label_seconds is not None:
        parts.append(f"{describe_duration(info.label_seconds)} of labelling")
    if info.modified:
        parts.append(f"{info.modified:%Y-%m-%d}")
    return " · ".join(parts)[:MAX_ROW_CHARS]


def describe_labels(info: hub.Checkpoint) -> str:
    """Say what it was trained with: how many pictures, with which cues, and how long a person needs to draw those."""
    training = info.training
    if not training:
        return "None beforehand: it learns from the cues of the picture at hand"
    counts = training.get("cues") if isinstance(training.get("cues"), dict) else {}
    kinds = [f"{count:,} with {kind}" for kind, count in counts.items() if _is_whole(count) and kind != "none"]
    images = training.get("images")
    parts = [f"{images:,} picture{'s' * (images != 1)}"] if _is_whole(images) else []
    parts += [", ".join(kinds)] if kinds else []
    if info.label_seconds is not None:
        parts.append(f"about {describe_duration(info.label_seconds)} of labelling")
    return "; ".join(parts) or "Not declared"


def describe_duration(seconds: float) -> str:
    """Write seconds for a person: "59 seconds", "10 minutes", "2.5 hours"."""
    if seconds < 120:
        return f"{seconds:,.0f} seconds"
    return f"{seconds / 60:,.0f} minutes" if seconds < 7200 else f"{seconds / 3600:,.1f} hours"


def hub_url(info: hub.Checkpoint) -> str:
    """Return the address of the commit on the Hub."""
    return f"{constants.ENDPOINT}/{info.source}/tree/{info.sha}"


def card_html(info: hub.Checkpoint) -> str:
    """Render the card as harmless HTML in one line, which Markdown passes on as it is and Gradio cleans once more.

    Raw HTML is left out, and a picture becomes its description: the reader's browser asks no other server.
    """
    markdown, text = _markdown(), info.card.strip()
    html = markdown.render(text[: limits.CARD_CHARS] or "This checkpoint has no card.")
    if len(text) > limits.CARD_CHARS:
        html += markdown.render(f"… [the whole card]({hub_url(info)})")
    return html.replace("\n", "&#10;")


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark").enable("table")
    markdown.validateLink = lambda target: True  # _link decides; here a refused picture would show as its source
    for raw in ("html_block", "html_inline"):
        markdown.add_render_rule(raw, lambda *_: "")
    markdown.add_render_rule("image", lambda _, tokens, i, *rest: f"<em>{escapeHtml(tokens[i].content)}</em>")
    markdown.add_render_rule("link_open", lambda _, tokens, i, *rest: _link(tokens[i].attrGet("href")))
    return markdown


def _link(target: str) -> str:
    """Lead to another site or nowhere, never into this page."""
    return f'<a href="{escapeHtml(target)}">' if target.startswith(("https://", "http://")) else "<a>"


def _describe_method(checkpoint: LoadedCheckpoint) -> str:
    info = checkpoint.info
    hidden = checkpoint.segmenter.fit_settings | {"classes"}
    shown = {name: value for name, value in info.settings.items() if name not in hidden and value not in ("", None, [])}
    settings = ", ".join(f"{name} {value}" for name, value in shown.items())
    use = "segments without cues, and follows those you draw" if checkpoint.segmenter.learns else "works from your cues"
    return f"{info.method}, {use}" + (f" ({settings})" if settings else "")


def _describe_classes(info: hub.Checkpoint) -> str:
    if not info.classes:
        return "As many as you name"
    return f"{len(info.classes)}: {', '.join(info.classes)}"


def _is_whole(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
