"""The board's tables: the first reading, what more minutes buy, and the CSV."""

from __future__ import annotations

import csv
import io

from leaderboard.analysis import label_efficiency
from leaderboard.records import store
from tests.support.board_results import group, read, trial
from ui.board import tables, view
from ui.board.view import BoardView


def test_the_first_reading(folder):
    text = tables.best(view.view_contents(BoardView(), read(folder)).groups)
    assert "up to 1 min" in text
    assert "<b>points</b>, with probe" in text
    assert text.index("up to 1 min") < text.index("up to 10 min") < text.index("up to 1 h")
    assert "<b>full masks</b>, with network" in text


def test_what_more_minutes_buy(folder):
    lines = label_efficiency.series(view.view_contents(BoardView(), read(folder)).groups)
    text = tables.gains(lines, 60, 60)
    assert "at 1 min" in text
    assert "at 2 min" in text
    assert "+0.0" in text
    assert "measured from 3 minutes on" in text
    assert "measured up to 4 minutes" in tables.gains(lines, 60, 600)
    costly = label_efficiency.Series((group(0.5, 79_800.0), group(0.6, 160_000.0)))
    assert "measured from 1,330 minutes on" in tables.gains([costly], 60, 60)


def test_the_csv_has_all_and_begins_no_formula(tmp_path):
    store.write(trial(0.5, 0, method="=cmd()"), tmp_path)
    store.write(trial(0.6, 1), tmp_path)
    rows = list(csv.DictReader(io.StringIO(tables.csv(view.view_contents(BoardView(), read(tmp_path)).groups))))
    assert [row["method"] for row in rows] == ["probe", "'=cmd()"]
    assert [row["rank"] for row in rows] == ["1", "2"]
    assert (rows[0]["label_seconds"], rows[0]["labels"]) == ("60.0", "reproduced")
