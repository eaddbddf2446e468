"""The board as pandas tables: promised columns, ranks with ties, seeds merged, the words of people, and CSV."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

import leaderboard
from leaderboard.metrics.registry import METRICS
from leaderboard.records import store
from leaderboard.records.packed_arrays import pack, pack_texts
from leaderboard.records.record import Labels
from leaderboard.report import table, table_text
from tests.support import board_scenes as boards

PROMISED = "benchmark track method cue labelled_images label_seconds metric value low high seed checkpoint revision device date"


def read_csv(rows):
    return list(csv.DictReader(io.StringIO(table_text.to_csv(rows))))


def test_a_row_a_result_with_what_is_promised(records):
    rows = read_csv(table.table(records))
    assert len(rows) == 5
    assert set(PROMISED.split()) <= set(rows[0])
    best = rows[0]
    assert (best["benchmark"], best["track"], best["method"], best["cue"]) == ("discs", "trained", "colours", "full")
    assert float(best["low"]) < float(best["value"]) < float(best["high"])
    assert float(best["value"]) == records[int(best["seed"])].scores["miou"].value
    assert (best["labelled_images"], best["label_seconds"], best["backbone"]) == ("9", "711.0", "unet")
    assert (best["device"], best["revision"], best["checkpoint"]) == ("cpu", f"{int(best['seed']):040x}", "ann/discs")
    assert rows[-1]["label_seconds"] == ""  # not known is empty, not 0


def test_a_table_is_a_frame_of_numbers_and_texts(records):
    rows = leaderboard.table(records)
    assert list(rows.columns) == list(table.COLUMNS)
    types = {name: str(kind) for name, kind in rows.dtypes.items()}
    assert all(types[name] == kind for name, kind in table.COLUMNS.items() if kind != "str")
    assert rows["value"].is_monotonic_decreasing
    assert rows["label_seconds"].isna().tolist() == [False] * 4 + [True]
    assert rows.groupby("method")["value"].max()["probe"] == records[3].scores["miou"].value
    nothing = leaderboard.table([])
    assert list(nothing.columns) == list(table.COLUMNS)
    assert table_text.to_csv(nothing) == ",".join(table.COLUMNS) + "\n"


def test_a_table_of_a_folder_and_of_some_benchmarks(records, tmp_path):
    for record in (*records[:2], boards.record("others")):
        store.write(record, tmp_path)
    assert len(leaderboard.table(tmp_path)) == len(leaderboard.table(str(tmp_path))) == 3
    assert list(leaderboard.table(tmp_path, benchmarks=["others"])["benchmark"]) == ["others"]
    with pytest.raises(ValueError, match="there is no folder nowhere. Give the one that"):
        leaderboard.table("nowhere")


def test_ranks_admit_ties(records):
    rows = table.table(records)
    ranks = dict(zip(rows["record"], rows["rank"], strict=True))
    assert [ranks[record.identity.name] for record in records] == [1, 1, 1, 4, 5]
    assert table.table(records, ranked=False)["rank"].isna().all()


def test_other_metrics(records):
    rows = table.table(records, metrics=("dice", "accuracy", "hd95"))
    assert list(rows["metric"]) == ["accuracy"] * 5 + ["dice"] * 5  # hd95 was not measured
    with pytest.raises(ValueError, match="no metric 'iou'"):
        table.table(records, metrics=("iou",))


def test_seeds_of_the_boards_own_trainings_are_one_row(records):
    own = [replace(record, track="efficiency") for record in records]
    rows = table.table(own, merge_seeds=True)
    assert list(rows["seed"]) == ["0 1 2", "3", "4"]
    values = [record.scores["miou"].value for record in records[:3]]
    assert rows["value"][0] == pytest.approx(np.mean(values))
    assert rows["values"][0] == " ".join(f"{value:.4f}" for value in values)
    assert rows["low"][0] <= min(values)
    assert rows["low"][1] == records[3].scores["miou"].low
    assert [row["rank"] for row in read_csv(rows)] == [""] * 3
    standings = leaderboard.standings(own)
    assert list(standings["rank"]) == [1, 2, 3]
    assert list(standings["low"]) == list(rows["low"])


def test_checkpoints_that_were_pushed_are_a_row_each(records):
    assert len(table.table(records, merge_seeds=True)) == 5


def test_the_text_fits_a_terminal_and_says_labels_as_people_do(records):
    drawn = replace(records[0], labels=Labels(cue="people"))
    lines = table_text.to_text(table.table([*records, drawn])).splitlines()
    assert len(lines) == 7
    assert "0.8" in lines[1]
    assert sum("full masks" in line for line in lines) == 3
    assert sum("scribbles drawn by people" in line for line in lines) == 1
    assert "people" in table_text.to_csv(table.table([drawn]))  # programs read the stored word
    assert "drawn" not in table_text.to_csv(table.table([drawn]))
    assert table_text.to_text(table.table([])).startswith("benchmark")


def test_texts_of_strangers_stay_on_their_line(records):
    evil = replace(records[3], method="a\x1b[2Jb\nc", checkpoint='x,"y"')
    (row,) = read_csv(table.table([evil]))
    assert (row["method"], row["checkpoint"]) == ("a\\x1b[2Jb\\nc", 'x,"y"')
    assert "\x1b" not in table_text.to_text(table.table([evil]))


def test_the_curve_of_a_robot_user_is_a_row_a_cue(records):
    rows = np.full((3, 20), -1)
    rows[0, :2], rows[1, :3] = (5000, 9000), (2000, 4000, 8000)  # the third picture has no object
    names = {"images": 3, "ids": pack_texts("abc"), "groups": pack_texts(("", "", ""))}
    clicked = replace(records[0], packed={"clicks": pack(rows)}, **names)
    curves = leaderboard.curves([clicked, records[1]])
    assert list(curves["cues"]) == list(range(1, 21))
    assert list(curves["iou"][:3]) == [0.35, 0.65, 0.85]
    assert set(curves["record"]) == {clicked.identity.name}


def test_five_thousand_records_are_read(tmp_path):
    """Not by the clock: each file is read once, and nothing of a picture is unpacked for the table."""
    one = boards.record()
    for i in range(50):
        store.write(replace(one, identity=replace(one.identity, checkpoint=f"{i:040x}")), tmp_path)
    records = store.read_all(tmp_path)
    rows = table.table(records, ranked=False)
    assert len(rows) == 50
    assert not any("parts" in record.__dict__ for record in records)


def test_every_metric_has_a_direction():
    lower_is_better = {name for name, metric in METRICS.items() if metric.lower_is_better}
    assert lower_is_better == {"hd95", "ece", "noc80", "noc85", "noc90", "drops"}
