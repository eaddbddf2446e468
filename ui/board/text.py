"""What people read of the board, as text and as HTML. Everything in a record is a stranger's text: it is escaped here."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Sequence

from huggingface_hub import constants

from leaderboard.analysis.seed_groups import SeedGroup
from leaderboard.bounds import visible
from leaderboard.records.record import Record
from leaderboard.report import table as rows
from leaderboard.report.text import cue_label, kind_label, metric_label, source_label
from wss_core import hub_client

MAX_WORD = 60  # characters of a stranger's word
SHA = re.compile(r"[0-9a-f]{40}")


def safe(text: object, max_length: int = MAX_WORD) -> str:
    """A stranger's text, on one line and not too long, as HTML."""
    line = visible(" ".join(str(text).split()))
    return html.escape(line if len(line) <= max_length else line[: max_length - 1] + "…")


def kind(record: Record) -> str:
    """The kinds of labels of a record; not escaped."""
    return kind_label(record.labels.cue)[:MAX_WORD]


def labels(record: Record) -> str:
    """The labels of a record, how many for a class or a picture, and whether unlabelled pictures were used; not escaped."""
    return cue_label(record.labels.cue)[:MAX_WORD] + _unlabelled(record)


def series(record: Record) -> str:
    """What the labels of a series have in common: their kinds, and whether unlabelled pictures were used; not escaped."""
    return kind(record) + _unlabelled(record)


def backbone(record: Record) -> str:
    """The network that a record's features come from; not escaped."""
    return rows.backbone(record)[:MAX_WORD] or "none"


def number(value: float | None) -> str:
    """A value with three digits, "" where there is none."""
    return "" if value is None or math.isnan(value) else f"{value:.3g}" if abs(value) >= 1 else f"{value:.3f}"


def interval(group: SeedGroup) -> str:
    """The 95 % interval of a result."""
    return between(group.low, group.high)


def between(low: float, high: float) -> str:
    """An interval, "" where there is none."""
    return "" if math.isnan(low) or math.isnan(high) else f"[{number(low)}, {number(high)}]"


def duration(seconds: float | None) -> str:
    """Seconds for people: 45 s, 12 min, 3.5 h; "" where they are not known."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.2g} s"
    return f"{seconds / 60:.2g} min" if seconds < 3570 else f"{seconds / 3600:,.3g} h"


def title(group: SeedGroup) -> str:
    """A result in a few words, as HTML: the checkpoint, or for trainings of the board's own the method and its labels."""
    record = group.record
    if record.track == "efficiency":
        return safe(f"{record.method}, {labels(record)}")
    return link(record)


def link(record: Record) -> str:
    """The checkpoint's name as HTML; one of the Hub leads to its card at its hash."""
    name, sha = safe(record.checkpoint), record.identity.checkpoint
    if not (record.on_hub and hub_client.is_repo_name(record.checkpoint) and SHA.fullmatch(sha)):
        return name
    address = f"{constants.ENDPOINT}/{record.checkpoint}/blob/{sha}/README.md"
    return f'<a href="{html.escape(address)}" target="_blank" rel="noopener">{name} @ {sha[:7]}</a>'


def hover(group: SeedGroup, escape: Callable[[object], str] = safe) -> str:
    """What a point of a figure says, in the few tags that plotly knows."""
    record = group.record
    price = duration(group.price("label_seconds")) or "seconds not stated"
    lines = [
        f"<b>{escape(record.method)}</b>, {escape(labels(record))}",
        f"{metric_label(group.metric)} {number(group.value)} {interval(group)}",
        ", ".join(filter(None, [price, _pictures(group)])),
        f"labels {source_label(record.labels.source)}",
    ]
    lines += ["its model knows the data, see below"] if record.trained_on_this_data else []
    seeds = [str(record.identity.seed) for record in group.records if record.identity.seed is not None]
    lines += [f"seeds {escape(' '.join(seeds))}"] if len(seeds) > 1 else []
    lines += [escape(record.checkpoint)] if record.track != "efficiency" else []
    return "<br>".join(lines)


def table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """An HTML table; the cells are HTML already."""
    head = "".join(f"<th>{safe(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in lines)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _unlabelled(record: Record) -> str:
    return " + unlabelled" if record.labels.unlabelled_images else ""


def _pictures(group: SeedGroup) -> str:
    count, share = group.price("labelled_images"), group.price("share")
    part = f" ({share:.3g} of the training pictures)" if share is not None else ""
    return "" if count is None else f"{count:,.4g} pictures{part}"
