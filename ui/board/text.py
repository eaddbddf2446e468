"""What people read of the board, as text and as HTML. Everything in a record is a stranger's text: it is escaped here."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Sequence

from huggingface_hub import constants

from leaderboard.analysis import label_efficiency
from leaderboard.analysis.standings import SeedGroup
from leaderboard.bounds import visible
from leaderboard.records.record import Record
from leaderboard.report import table as rows
from wss_core import hub_client

LONG = 60  # characters of a stranger's word
SHA = re.compile(r"[0-9a-f]{40}")
CUES = {  # how the cues are called, by the word of a budget or of a checkpoint's training
    "tags": "image tags",
    "strokes": "scribbles",
    "labels": "masks",
    "full": "full masks",
    "partial": "partial masks",
    "people": "people's scribbles",
    "none": "no labels told",
}
METRICS = {"miou": "mIoU", "dice": "Dice", "accuracy": "pixel accuracy", "hd95": "HD95 (pixels)"}
BUDGETS = {
    "declared": "declared by its author",
    "reproduced": "reproduced: trained by the board",
    "given": "given on the test pictures",
    "": "not told",
}


def safe(text: object, most: int = LONG) -> str:
    """A stranger's text, on one line and not too long, as HTML."""
    line = visible(" ".join(str(text).split()))
    return html.escape(line if len(line) <= most else line[: most - 1] + "…")


def metric(name: str) -> str:
    return METRICS.get(name, name.replace("_", " "))


def kind(record: Record) -> str:
    """Its kinds of labels, for people; not escaped."""
    return _called(label_efficiency.kind(record.labels.cue))


def labels(record: Record) -> str:
    """Its labels, how many for a class or a picture included, and what was learned from beside them; not escaped."""
    return _called(record.labels.cue or "none") + _beside(record)


def series(record: Record) -> str:
    """Its kinds of labels, and what was learned from beside them, which a series has in common; not escaped."""
    return kind(record) + _beside(record)


def backbone(record: Record) -> str:
    return rows.backbone(record)[:LONG] or "none"


def number(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else f"{value:.3g}" if abs(value) >= 1 else f"{value:.3f}"


def interval(one: SeedGroup) -> str:
    return between(one.low, one.high)


def between(low: float, high: float) -> str:
    return "" if math.isnan(low) or math.isnan(high) else f"[{number(low)}, {number(high)}]"


def duration(seconds: float | None) -> str:
    """Seconds for people: 45 s, 12 min, 3.5 h."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.2g} s"
    return f"{seconds / 60:.2g} min" if seconds < 3570 else f"{seconds / 3600:,.3g} h"


def what(one: SeedGroup) -> str:
    """A standing in a few words, as HTML: who made it, or its method and its labels."""
    record = one.record
    if record.track == "efficiency":
        return safe(f"{record.method}, {labels(record)}")
    return link(record)


def link(record: Record) -> str:
    """The checkpoint's name as HTML, leading to its card at its hash where it is one of the Hub."""
    name, sha = safe(record.checkpoint), record.identity.checkpoint
    if not (record.on_hub and hub_client.is_repo_name(record.checkpoint) and SHA.fullmatch(sha)):
        return name
    address = f"{constants.ENDPOINT}/{record.checkpoint}/blob/{sha}/README.md"
    return f'<a href="{html.escape(address)}" target="_blank" rel="noopener">{name} @ {sha[:7]}</a>'


def hover(one: SeedGroup, escape=safe) -> str:
    """What a point says, in plotly's few tags."""
    record, told = one.record, one.record.labels
    lines = [
        f"<b>{escape(record.method)}</b>, {escape(labels(record))}",
        f"{metric(one.metric)} {number(one.value)} {interval(one)}",
        ", ".join(filter(None, [duration(one.price("label_seconds")) or "seconds not told", _pictures(one)])),
        f"labels {BUDGETS.get(told.source, 'not told')}",
    ]
    lines += ["its model knows the data, see below"] if record.trained_on_this_data else []
    seeds = [str(entry.record.identity.seed) for entry in one.entries if entry.record.identity.seed is not None]
    lines += [f"seeds {escape(' '.join(seeds))}"] if len(seeds) > 1 else []
    lines += [escape(record.checkpoint)] if record.track != "efficiency" else []
    return "<br>".join(lines)


def table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """An HTML table; the cells are HTML already."""
    head = "".join(f"<th>{safe(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in lines)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _called(cues: str) -> str:
    return " + ".join(CUES.get(word, word) for word in cues.split("+"))[:LONG]


def _beside(record: Record) -> str:
    return " + unlabelled" if record.labels.unlabelled_images else ""


def _pictures(one: SeedGroup) -> str:
    count, share = one.price("labelled_images"), one.price("share")
    part = f" ({share:.3g} of the training pictures)" if share is not None else ""
    return "" if count is None else f"{count:,.4g} pictures{part}"
