"""Records -> rows of plain values: one a result, with its rank among those made on the same pictures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from .. import bounds
from ..analysis import grouping
from ..metrics.registry import METRICS, sort_key
from ..records.record import Record

COLUMNS = (
    *(
        "benchmark",
        "track",
        "method",
        "cue",
        "labelled_images",
        "label_seconds",
        "metric",
        "value",
        "low",
        "high",
        "rank",
    ),
    *("seed", "checkpoint", "revision", "device", "date", "share", "unlabelled_images", "labels", "backbone", "images"),
    *("lost", "data", "split", "data_revision", "seconds", "forward_seconds", "code", "record", "knows"),
)
Row = dict[str, object]


def rows(records: Iterable[Record], metrics: Sequence[str] = (), ranked: bool = True) -> list[Row]:
    """A row for each record and metric: the one that stands for its benchmark, or those of `metrics` that it has.

    By benchmark and metric, the best first. A value that is not known is None; one that does not exist is NaN. Raises
    ValueError for a name that is no metric.
    """
    strange = [name for name in metrics if name not in METRICS]
    if strange:
        raise ValueError(f"no metric {strange[0]!r:.40}. Choose one of: {', '.join(METRICS)}")
    found = [(record, name) for record in records for name in metrics or (record.metric,) if name in record.scores]
    places = grouping.ranks(found) if ranked else {}
    return sorted((_row(record, name, places.get((record.identity.name, name))) for record, name in found), key=_order)


def merged(records: Iterable[Record], metric: str = "") -> list[Row]:
    """As `rows`, but trainings that differ in their seed alone are one row: their mean, with an interval over both seeds and
    pictures. "seed" is a text of all of them, "values" a text of each one's value."""
    made = []
    for family in grouping.families(records, metric):
        first = family.records[0]
        row = _row(first, metric or first.metric, None)
        row |= {"value": family.value, "low": family.low, "high": family.high}
        row["seed"] = " ".join(str(record.identity.seed) for record in family.records)
        row["values"] = " ".join(f"{value:.4f}" for value in family.values)
        made.append(row)
    return sorted(made, key=_order)


def to_csv(made: Iterable[Row], columns: Sequence[str] = COLUMNS) -> str:
    """The rows as CSV with a header; what is not known is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in made)
    return text.getvalue()


def to_text(made: Sequence[Row]) -> str:
    """The rows for a terminal."""
    shown = ("benchmark", "method", "cue", "labelled_images", "label_seconds", "metric", "value", "interval", "rank")
    lines = [(*shown, "seed", "checkpoint")]
    for row in made:
        interval = f"{short(row['low'])} .. {short(row['high'])}"
        lines.append(tuple(short((row | {"interval": interval})[key]) for key in (*shown, "seed", "checkpoint")))
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines)


def _row(record: Record, name: str, rank: int | None) -> Row:
    score, labels, of = record.scores[name], record.labels, record.identity
    return {
        "benchmark": of.benchmark,
        "track": record.track,
        "method": record.method,
        "cue": labels.cue,
        "labelled_images": labels.labelled_images,
        "label_seconds": labels.label_seconds,
        "metric": name,
        "value": score.value,
        "low": score.low,
        "high": score.high,
        "rank": rank,
        "seed": of.seed,
        "checkpoint": record.checkpoint,
        "revision": of.checkpoint,
        "device": record.device,
        "date": record.date,
        "share": labels.share,
        "unlabelled_images": labels.unlabelled_images,
        "labels": labels.source,
        "backbone": backbone(record),
        "images": record.images,
        "lost": score.lost,
        "data": record.source,
        "split": record.split,
        "data_revision": of.data,
        "seconds": record.seconds,
        "forward_seconds": record.forward,
        "code": of.code,
        "record": of.name,
        "knows": "yes" if record.trained_on_this_data else "",
    }


def backbone(record: Record) -> str:
    """The network its features come from, "" where the settings name none."""
    told = record.settings.get("backbone") or record.settings.get("features")
    return told if isinstance(told, str) else ""


def _order(row: Row) -> tuple:
    return row["benchmark"], row["metric"], sort_key(row["value"], row["metric"])


def _cell(value: object) -> object:
    if isinstance(value, str):
        return bounds.visible(value)
    return "" if value is None or value != value else value


def short(value: object) -> str:
    """A value for a cell that people read."""
    return f"{value:.4g}" if isinstance(value, float) and value == value else str(_cell(value))
