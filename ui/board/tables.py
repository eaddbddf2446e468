"""The board's tables: the best for a price, what more minutes buy, all results, and the same as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leaderboard.analysis import label_efficiency
from leaderboard.analysis.label_efficiency import Best, Gain, Series
from leaderboard.analysis.seed_groups import SeedGroup, each_alone
from leaderboard.report import table, table_text
from leaderboard.report.text import metric_label

from . import text

if TYPE_CHECKING:
    import pandas

LIMITS = (60, 600, 3600, 10_800, 36_000, float("inf"))  # seconds of labelling, a row each of the first table
MAX_ROWS = 2000
MAX_SEEDS = 10  # named
HEADS = {  # head: (type, width in pixels)
    "result": ("html", 300),
    "method": ("str", 110),
    "labels": ("str", 220),
    "value": ("number", 90),
    "95 % interval": ("str", 140),
    "rank": ("number", 70),
    "minutes": ("number", 100),
    "pictures": ("number", 100),
    "share": ("number", 80),
    "budget": ("str", 110),
    "seeds": ("str", 90),
    "backbone": ("str", 180),
    "knows the data": ("str", 130),
    "track": ("str", 110),
    "benchmark": ("str", 150),
    "date": ("str", 110),
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # characters with which a spreadsheet begins a formula


def best(groups: Sequence[SeedGroup]) -> str:
    """The first thing to read, as HTML: for so much labelling, which labels and which method."""
    trained = [group for group in groups if group.record.labels.source != "given"]
    given = [group for group in groups if group.record.labels.source == "given" and group.price("label_seconds")]
    given.sort(key=lambda group: group.record.trained_on_this_data)
    rows = [_best_row(row) for row in label_efficiency.best(trained, LIMITS)]
    rows += [_given_row(given[0])] if given else []
    if not rows:
        return "<p>No result here tells all that its labels took; the table has them all.</p>"
    return text.table(("If you label for", "use", metric_label(groups[0].metric)), rows)


def gains(lines: Sequence[Series], have: float, more: float) -> str:
    """What `more` seconds of labelling on top of `have` buy, for each method and kind of labels, the most first; HTML."""
    records = [line.first.record for line in lines]
    paid = [r.labels.source != "given" and not r.trained_on_this_data for r in records]
    rows = [(label_efficiency.gain(line, have, more), line) for line, ok in zip(lines, paid, strict=True) if ok]
    if not rows:
        return "<p>No method here was trained on more than one budget, so nothing can be read off.</p>"
    rows.sort(key=lambda row: (row[0].gain is None, -abs(row[0].gain[0]) if row[0].gain else 0))
    before, after = text.duration(have), text.duration(have + more)
    heads = ("method", "labels", f"at {before}", f"at {after}", "gain", "95 % interval of the gain")
    return text.table(heads, [_gain_row(gain, line.first) for gain, line in rows])


def results(groups: Sequence[SeedGroup]) -> pandas.DataFrame:
    """All results, the best first, at most MAX_ROWS, with the columns HEADS; what is not known is None."""
    import pandas

    rows = pandas.DataFrame([_row(group) for group in groups[:MAX_ROWS]], columns=list(HEADS))
    rows = rows.astype(object)
    return rows.where(rows.notna(), None)


def csv(groups: Sequence[SeedGroup]) -> str:
    """Every training behind the results as CSV, the columns those of `python -m leaderboard table --csv`.

    rank: of its group. A text that begins as a spreadsheet's formula does gets a ' before it.
    """
    ranks = {record.identity.name: group.rank for group in groups for record in group.records}
    metrics = (groups[0].metric,) if groups else ()
    rows = table.frame(each_alone((record for group in groups for record in group.records), metrics))
    rows["rank"] = rows["record"].map(ranks).astype("Int64")
    for name, kind in table.COLUMNS.items():
        if kind == "str":
            rows[name] = [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in rows[name]]
    return table_text.to_csv(rows)


def _best_row(best: Best) -> list[str]:
    group = best.group
    limit = "longer" if best.limit == float("inf") else f"up to {text.duration(best.limit)}"
    tied = f"{best.tied} tied with it" if best.tied else ""
    tied += ", the line above among them" if best.doubtful else ""
    spent = f"{text.duration(group.price('label_seconds'))} for {_pictures(group)}"
    return [f"{limit}{_dim(spent)}", _use(group, text.series(group.record)), _value(group) + _dim(tied)]


def _given_row(group: SeedGroup) -> list[str]:
    count = group.price("labelled_images")
    each = f"{text.duration(group.price('label_seconds') / count)} a picture, on every new one" if count else ""
    knows = "by a model that knows the data" if group.record.trained_on_this_data else ""
    return [f"no training{_dim(each)}", _use(group, text.labels(group.record)), _value(group) + _dim(knows)]


def _gain_row(gain: Gain, group: SeedGroup) -> list[str]:
    start = [_method(group), text.safe(text.series(group.record))]
    if gain.gain is None:
        return [*start, "", "", "", f"<i>{text.safe(gain.reason)}</i>"]
    value, low, high = gain.gain
    interval = text.between(low, high)
    doubt = " — may be none" if interval and low <= 0 <= high else ""
    before, after = text.number(gain.before[0]), text.number(gain.after[0])
    return [*start, before, after, f"<b>{value:+.3f}</b>", interval + doubt]


def _row(group: SeedGroup) -> dict[str, object]:
    record, labels = group.record, group.record.labels
    seconds = group.price("label_seconds")
    seeds = [record.identity.seed for record in group.records][:MAX_SEEDS]
    cells = (
        text.title(group),
        record.method[: text.MAX_WORD],
        text.labels(record),
        _round(group.value, 4),
        text.interval(group),
        group.rank,
        _round(None if seconds is None else seconds / 60, 2),
        _round(group.price("labelled_images"), 1),
        _round(group.price("share"), 4),
        labels.source or "not stated",
        " ".join("" if seed is None else str(seed) for seed in seeds),
        text.backbone(record),
        "yes" if record.trained_on_this_data else "",
        record.track[: text.MAX_WORD],
        record.identity.benchmark[: text.MAX_WORD],
        record.date[:10],
    )
    return dict(zip(HEADS, cells, strict=True))


def _round(value: float | None, digits: int) -> float | None:
    return None if value is None or value != value else round(value, digits)


def _use(group: SeedGroup, labels: str) -> str:
    return f"<b>{text.safe(labels)}</b>, with {_method(group)}"


def _method(group: SeedGroup) -> str:
    return text.link(group.record) if group.record.track != "efficiency" else text.safe(group.record.method)


def _value(group: SeedGroup) -> str:
    return f'<b>{text.number(group.value)}</b> <span class="dim">{text.interval(group)}</span>'


def _pictures(group: SeedGroup) -> str:
    count = group.price("labelled_images")
    return "its pictures" if count is None else f"{count:,.4g} picture{'s' * (count != 1)}"


def _dim(line: str) -> str:
    return f'<div class="dim">{line}</div>' if line else ""
