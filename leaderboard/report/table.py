"""The board as pandas tables: a row for each result, with its rank among those made on the same pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..analysis.ranking import with_ranks
from ..analysis.record_index import click_curve
from ..analysis.resampling import resampled_values
from ..analysis.seed_groups import SeedGroup, each_alone, group_by_seed
from ..metrics.registry import METRICS, sort_key
from ..paths import RESULTS
from ..records import store
from ..records.record import Record

if TYPE_CHECKING:
    import pandas

COLUMNS = {  # and what a column holds: text, whole numbers or real ones
    "benchmark": "str",
    "track": "str",
    "method": "str",
    "cue": "str",
    "labelled_images": "Int64",
    "label_seconds": "float64",
    "metric": "str",
    "value": "float64",
    "low": "float64",
    "high": "float64",
    "rank": "Int64",
    "seed": "Int64",
    "checkpoint": "str",
    "revision": "str",
    "device": "str",
    "date": "str",
    "share": "float64",
    "unlabelled_images": "Int64",
    "labels": "str",
    "backbone": "str",
    "images": "Int64",
    "lost": "float64",
    "data": "str",
    "split": "str",
    "data_revision": "str",
    "seconds": "float64",
    "forward_seconds": "float64",
    "code": "str",
    "record": "str",
    "knows": "str",
}


def table(
    results: Path | str | Sequence[Record] | None = None,
    *,
    benchmarks: Sequence[str] = (),
    metrics: Sequence[str] = (),
    merge_seeds: bool = False,
    ranked: bool = True,
) -> pandas.DataFrame:
    """A row for each record and metric, with the columns COLUMNS, by benchmark and metric, the best first.

    results: the folder of the records, or records; None = those that come with the project. benchmarks: these alone, () =
    all. metrics: names in METRICS, () = the one that stands for each benchmark. merge_seeds: trainings of the board's own
    that differ in their seed alone are one row without a rank: their mean, with an interval over seeds and pictures; "seed"
    is then a text of all seeds, and "values" a text of their values. ranked: work out ranks, which takes most of the time.

    What is not known is missing (NaN or NA). Raises ValueError when there is no such folder, and for a name that is no metric.
    """
    records = read_records(results, benchmarks)
    if unknown := [name for name in metrics if name not in METRICS]:
        raise ValueError(f"no metric {unknown[0]!r:.40}. Choose one of: {', '.join(METRICS)}")
    if merge_seeds:
        groups = [group for name in metrics or [""] for group in group_by_seed(records, name, resampled_values)]
        return frame(groups, merged=True)
    return frame(with_ranks(each_alone(records, metrics, resampled_values)) if ranked else each_alone(records, metrics))


def standings(
    results: Path | str | Sequence[Record] | None = None, metric: str = "", *, benchmarks: Sequence[str] = ()
) -> pandas.DataFrame:
    """As `table` with merge_seeds, of one metric ("" = the one that stands for each benchmark), and with ranks."""
    groups = group_by_seed(read_records(results, benchmarks), metric, resampled_values)
    return frame(with_ranks(groups), merged=True)


def curves(results: Path | str | Sequence[Record] | None = None, *, benchmarks: Sequence[str] = ()) -> pandas.DataFrame:
    """The mean IoU of the objects after each cue of a robot user: a row for each record and number of cues.

    Arguments as for `table`. Records that were not made by a robot user have no row.
    """
    import pandas

    rows = [
        (
            record.identity.benchmark,
            record.method,
            record.labels.cue,
            record.checkpoint,
            record.identity.name,
            cues,
            iou,
        )
        for record in read_records(results, benchmarks)
        for cues, iou in enumerate(click_curve(record), start=1)
    ]
    return pandas.DataFrame(rows, columns=["benchmark", "method", "cue", "checkpoint", "record", "cues", "iou"])


def read_records(results: Path | str | Sequence[Record] | None, benchmarks: Sequence[str] = ()) -> list[Record]:
    """The records of a folder, or those given, of some benchmarks alone; see `table`."""
    if results is None or isinstance(results, Path | str):
        folder = Path(RESULTS if results is None else results)
        if not folder.is_dir():
            raise ValueError(
                f"there is no folder {folder}. Give the one that `python -m leaderboard evaluate` wrote to"
            )
        results = store.read_all(folder)
    return [record for record in results if not benchmarks or record.identity.benchmark in benchmarks]


def frame(groups: Iterable[SeedGroup], merged: bool = False) -> pandas.DataFrame:
    """The groups as rows, see `table`. merged: "seed" and "values" are texts of all trainings of a group."""
    import pandas

    rows = [_row(group) | (_trainings(group) if merged else {}) for group in sorted(groups, key=_order)]
    numbers = {name: kind for name, kind in COLUMNS.items() if kind != "str" and not (merged and name == "seed")}
    return pandas.DataFrame(rows, columns=[*COLUMNS, *(["values"] if merged else [])]).astype(numbers)


def backbone(record: Record) -> str:
    """The network that a record's features come from, "" where the settings name none."""
    name = record.settings.get("backbone") or record.settings.get("features")
    return name if isinstance(name, str) else ""


def _row(group: SeedGroup) -> dict[str, object]:
    record, identity, labels = group.record, group.record.identity, group.record.labels
    return {
        "benchmark": identity.benchmark,
        "track": record.track,
        "method": record.method,
        "cue": labels.cue,
        "labelled_images": labels.labelled_images,
        "label_seconds": labels.label_seconds,
        "metric": group.metric,
        "value": group.value,
        "low": group.low,
        "high": group.high,
        "rank": group.rank,
        "seed": identity.seed,
        "checkpoint": record.checkpoint,
        "revision": identity.checkpoint,
        "device": record.device,
        "date": record.date,
        "share": labels.share,
        "unlabelled_images": labels.unlabelled_images,
        "labels": labels.source,
        "backbone": backbone(record),
        "images": record.images,
        "lost": record.scores[group.metric].lost,
        "data": record.source,
        "split": record.split,
        "data_revision": identity.data,
        "seconds": record.seconds,
        "forward_seconds": record.forward,
        "code": identity.code,
        "record": identity.name,
        "knows": "yes" if record.trained_on_this_data else "",
    }


def _trainings(group: SeedGroup) -> dict[str, str]:
    seeds = " ".join(str(record.identity.seed) for record in group.records)
    return {"seed": seeds, "values": " ".join(f"{value:.4f}" for value in group.values)}


def _order(group: SeedGroup) -> tuple:
    return group.record.identity.benchmark, group.metric, sort_key(group.value, group.metric)
