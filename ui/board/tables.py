"""The board's tables: the best for a price, what more minutes buy, all results, and the same as CSV."""

from __future__ import annotations

from collections.abc import Sequence

from leaderboard.analysis import label_efficiency
from leaderboard.analysis.label_efficiency import Best, Gain, Series
from leaderboard.analysis.standings import SeedGroup
from leaderboard.report import table

from . import text

LIMITS = (60, 600, 3600, 10_800, 36_000, float("inf"))  # seconds of labelling that the first reading is for
MAX_ROWS = 2000  # rows of the table
HEADS = {  # head: (type, width in pixels)
    "result": ("html", 210),
    "method": ("str", 110),
    "labels": ("str", 130),
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
START = ("=", "+", "-", "@", "\t", "\r")  # with which a spreadsheet begins a formula


def best(standings: Sequence[SeedGroup]) -> str:
    """The first thing to read: for so much labelling, which labels and which method."""
    learned = [one for one in standings if one.record.labels.source != "given"]
    given = [one for one in standings if one.record.labels.source == "given" and one.price("label_seconds")]
    given.sort(key=lambda one: one.record.trained_on_this_data)
    rows = [_best(found) for found in label_efficiency.best(learned, LIMITS)]
    rows += [_given(given[0])] if given else []
    if not rows:
        return "<p>No result here tells all that its labels took; the table has them all.</p>"
    return text.table(("If you label for", "use", text.metric(standings[0].metric)), rows)


def gains(lines: Sequence[Series], have: float, more: float) -> str:
    """What `more` seconds of labelling on top of `have` buy, for each method and kind of labels, the most first."""
    some = [
        line
        for line in lines
        if line.first.record.labels.source != "given" and not line.first.record.trained_on_this_data
    ]
    found = [(label_efficiency.gain(line, have, more), line) for line in some]
    found.sort(key=lambda pair: (pair[0].gain is None, -abs(pair[0].gain[0]) if pair[0].gain else 0))
    if not found:
        return "<p>No method here was trained on more than one budget, so nothing can be read off.</p>"
    first, then = text.duration(have), text.duration(have + more)
    heads = ("method", "labels", f"at {first}", f"at {then}", "gain", "95 % interval of the gain")
    return text.table(heads, [_gain(told, line) for told, line in found])


def results(standings: Sequence[SeedGroup]) -> list[list]:
    """The rows of the table, the best first, at most MAX_ROWS; what is not known is None."""
    return [_row(one) for one in standings[:MAX_ROWS]]


def csv(standings: Sequence[SeedGroup]) -> str:
    """Every record of the standings, a row each, as `python -m leaderboard table --csv` writes them, with the standing's rank. No
    text begins as a spreadsheet's formula does."""
    ranks = {entry.name: one.rank for one in standings for entry in one.entries}
    records = [entry.record for one in standings for entry in one.entries]
    metrics = (standings[0].metric,) if standings else ()
    made = table.rows(records, metrics, ranked=False)
    return table.to_csv(
        {key: _tame(value) for key, value in row.items()} | {"rank": ranks[row["record"]]} for row in made
    )


def _best(found: Best) -> list[str]:
    one = found.standing
    limit = "longer" if found.limit == float("inf") else f"up to {text.duration(found.limit)}"
    tied = f"{found.tied} tied with it" if found.tied else ""
    tied += ", the line above among them" if found.doubtful else ""
    took = f"{text.duration(one.price('label_seconds'))} for {_count(one)}"
    return [f"{limit}{_dim(took)}", _use(one, text.series(one.record)), _value(one) + _dim(tied)]


def _given(one: SeedGroup) -> list[str]:
    count = one.price("labelled_images")
    each = f"{text.duration(one.price('label_seconds') / count)} a picture, on every new one" if count else ""
    knows = "by a model that knows the data" if one.record.trained_on_this_data else ""
    return [f"no training{_dim(each)}", _use(one, text.labels(one.record)), _value(one) + _dim(knows)]


def _use(one: SeedGroup, labels: str) -> str:
    return f"<b>{text.safe(labels)}</b>, with {_who(one)}"


def _who(one: SeedGroup) -> str:
    return text.link(one.record) if one.record.track != "efficiency" else text.safe(one.record.method)


def _value(one: SeedGroup) -> str:
    return f'<b>{text.number(one.value)}</b> <span class="dim">{text.interval(one)}</span>'


def _count(one: SeedGroup) -> str:
    count = one.price("labelled_images")
    return "its pictures" if count is None else f"{count:,.4g} picture{'s' * (count != 1)}"


def _dim(line: str) -> str:
    return f'<div class="dim">{line}</div>' if line else ""


def _gain(told: Gain, line: Series) -> list[str]:
    one = line.first
    start = [_who(one), text.safe(text.series(one.record))]
    if told.gain is None:
        return [*start, "", "", "", f"<i>{text.safe(told.why)}</i>"]
    value, low, high = told.gain
    known = text.between(low, high)
    sure = "" if known and not low <= 0 <= high else " — may be none" if known else ""
    return [*start, text.number(told.before[0]), text.number(told.after[0]), f"<b>{value:+.3f}</b>", known + sure]


def _row(one: SeedGroup) -> list:
    record, labels = one.record, one.record.labels
    seconds = one.price("label_seconds")
    seeds = [entry.record.identity.seed for entry in one.entries]
    return [
        text.what(one),
        _short(record.method),
        text.labels(record),
        _round(one.value, 4),
        text.interval(one),
        one.rank,
        _round(None if seconds is None else seconds / 60, 2),
        _round(one.price("labelled_images"), 1),
        _round(one.price("share"), 4),
        labels.source or "not told",
        " ".join("" if seed is None else str(seed) for seed in seeds[:10]),
        text.backbone(record),
        "yes" if record.trained_on_this_data else "",
        _short(record.track),
        record.identity.benchmark[: text.LONG],
        record.date[:10],
    ]


def _round(value: float | None, digits: int) -> float | None:
    return None if value is None or value != value else round(value, digits)


def _short(word: str) -> str:
    return word[: text.LONG]


def _tame(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(START) else value
