"""Exports: every metric of every record, as CSV, Parquet and HTML."""

import csv

import pytest

from leaderboard.report.export import export


def test_the_exports_hold_every_metric(records, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    made = export(records, tmp_path / "out")
    assert [path.name for path in made] == ["board.csv", "board.parquet", "board.html"]
    rows = parquet.read_table(made[1]).to_pylist()
    assert len(rows) == 15
    assert {row["metric"] for row in rows} == {"miou", "dice", "accuracy"}
    schema = parquet.read_table(made[1]).schema
    assert [str(schema.field(name).type) for name in ("share", "rank", "cue")] == ["double", "int64", "string"]
    assert rows[-1]["label_seconds"] is None
    assert len(list(csv.DictReader(made[0].open()))) == 15
    with pytest.raises(ValueError, match="no records to export"):
        export([], tmp_path)
    with pytest.raises(ValueError, match="no export 'xlsx'"):
        export(records, tmp_path, ("xlsx",))
