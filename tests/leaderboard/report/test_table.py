"""The rows people read: promised columns, ranks with ties, seeds merged, files that need no server."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from leaderboard.analysis import grouping
from leaderboard.metrics.registry import METRICS
from leaderboard.records import store
from leaderboard.report import figures, html_page, table
from leaderboard.report.export import export
from tests.support import board_scenes as boards

PROMISED = "benchmark track method cue labelled_images label_seconds metric value low high seed checkpoint revision device date"


@pytest.fixture(scope="module")
def records():
    good = [boards.record(quality=0.9, seed=s, cue="full", labelled_images=9, label_seconds=711.0) for s in (0, 1, 2)]
    fair = boards.record(quality=0.7, method="probe", seed=3, cue="points", labelled_images=9, label_seconds=40.5)
    poor = boards.record(quality=0.4, method="cam", seed=4, cue="tags", labelled_images=9)
    return [*good, fair, poor]


def test_a_row_a_result_with_what_is_promised(records):
    rows = list(csv.DictReader(io.StringIO(table.to_csv(table.rows(records)))))
    assert len(rows) == 5
    assert set(PROMISED.split()) <= set(rows[0])
    best = rows[0]
    assert (best["benchmark"], best["track"], best["method"], best["cue"]) == ("discs", "trained", "colours", "full")
    assert float(best["low"]) < float(best["value"]) < float(best["high"])
    assert float(best["value"]) == records[int(best["seed"])].scores["miou"].value
    assert (best["labelled_images"], best["label_seconds"], best["backbone"]) == ("9", "711.0", "unet")
    assert (best["device"], best["revision"], best["checkpoint"]) == ("cpu", f"{int(best['seed']):040x}", "ann/discs")
    assert rows[-1]["label_seconds"] == ""  # not known is empty, not 0


def test_ranks_admit_ties(records):
    ranked = {row["record"]: row["rank"] for row in table.rows(records)}
    assert [ranked[record.identity.name] for record in records] == [1, 1, 1, 4, 5]


def test_only_what_was_made_on_the_same_pictures_is_ranked_together(records):
    elsewhere = replace(records[4], identity=replace(records[4].identity, data="e" * 40))
    later = replace(records[4], identity=replace(records[4].identity, code="0.1.0+2"))
    rows = table.rows([*records[:3], elsewhere, later])
    assert [row["rank"] for row in rows[-2:]] == [1, 1]


def test_the_resamples_are_shared(records):
    """Two records that differ by a little everywhere are told apart, though their own intervals overlap."""
    close = boards.record(quality=0.89, seed=5)
    one, other = records[0].scores["miou"], close.scores["miou"]
    assert one.low < other.high
    places = grouping.ranks([(records[0], "miou"), (close, "miou")])
    assert sorted(places.values()) == [1, 2]


def test_other_metrics(records):
    rows = table.rows(records, ("dice", "accuracy", "hd95"))
    assert [row["metric"] for row in rows] == ["accuracy"] * 5 + ["dice"] * 5  # hd95 was not measured
    with pytest.raises(ValueError, match="no metric 'iou'"):
        table.rows(records, ("iou",))


def test_seeds_of_the_boards_own_trainings_are_one_row(records):
    rows = table.merged([replace(record, track="efficiency") for record in records])
    assert [row["seed"] for row in rows] == ["0 1 2", "3", "4"]
    values = [record.scores["miou"].value for record in records[:3]]
    assert rows[0]["value"] == pytest.approx(np.mean(values))
    assert rows[0]["low"] <= min(values)
    assert rows[1]["low"] == records[3].scores["miou"].low


def test_checkpoints_that_were_pushed_are_a_row_each(records):
    assert len(table.merged(records)) == 5


def test_the_text_fits_a_terminal(records):
    lines = table.to_text(table.rows(records)).splitlines()
    assert len(lines) == 6
    assert "0.8" in lines[1]
    assert table.to_text([]).startswith("benchmark")


def test_the_page_needs_no_server_and_trusts_nobody(records, tmp_path):
    evil = "</script><script>alert(1)</script>"
    page = html_page.page([*records, replace(records[3], checkpoint=evil, method=evil, on_hub=False)])
    assert evil not in page
    assert "&lt;/script&gt;" in page
    for word in ("<script src=", "<link", 'href="http://', "cdn."):
        assert word not in page.replace(html_page.get_plotlyjs(), "")
    assert 'href="https://huggingface.co/ann/discs/tree/0000000000000000000000000000000000000003"' in page
    assert "1 of 6 results do not say what their labels cost" in page


def test_the_page_in_a_browser(records, tmp_path, browser):
    (tmp_path / "board.html").write_text(html_page.page(records), encoding="utf-8")
    tab = browser.new_page()
    problems = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on(
        "request",
        lambda request: None if request.url.startswith(("file:", "data:", "blob:")) else problems.append(request.url),
    )
    tab.goto((tmp_path / "board.html").as_uri())
    tab.wait_for_selector(".scatterlayer .point")
    assert tab.locator("tbody tr").count() == 5
    tab.locator("th", has_text="value").click()
    first = tab.locator("tbody tr").first.inner_text()
    assert "cam" in first
    tab.locator("input").fill("probe points")
    assert tab.locator("tbody tr:visible").count() == 1
    tab.close()
    assert problems == []


def test_the_figure_shows_what_has_a_price(records):
    figure = figures.accuracy(table.rows(records))
    names = [trace.name for trace in figure.data]
    assert names == ["colours, full", "probe, points", "best for the price"]
    assert list(figure.data[2].x) == [40.5, 711.0]
    assert len(figure.data[0].error_y.array) == 3
    assert figure.layout.xaxis.type == "log"
    assert len(figures.accuracy([]).data) == 0
    (strange,) = figures.accuracy([table.rows(records)[0] | {"method": "<b>", "checkpoint": "<a>"}]).data
    assert (strange.name, strange.text) == ("&lt;b&gt;, full", ("&lt;a&gt;, seed 1",))  # plotly knows some tags


def test_clicks_are_a_curve(records):
    rows = np.full((3, 20), -1)
    rows[0, :2], rows[1, :3] = (5000, 9000), (2000, 4000, 8000)  # the third picture has no object
    clicked = replace(records[0])
    clicked.__dict__["parts"] = {"clicks": rows}
    (curve,) = figures.clicks([clicked]).data
    assert list(curve.y[:3]) == [0.35, 0.65, 0.85]
    assert curve.y[-1] == 0.85


def test_the_exports_hold_every_metric(records, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    made = export(records, tmp_path / "out")
    assert [path.name for path in made] == ["board.csv", "board.parquet", "board.html"]
    rows = parquet.read_table(made[1]).to_pylist()
    assert len(rows) == 15
    assert {row["metric"] for row in rows} == {"miou", "dice", "accuracy"}
    assert parquet.read_table(made[1]).schema.field("share").type == "double"
    assert len(list(csv.DictReader(made[0].open()))) == 15
    with pytest.raises(ValueError, match="no records to export"):
        export([], tmp_path)
    with pytest.raises(ValueError, match="no export 'xlsx'"):
        export(records, tmp_path, ("xlsx",))


def test_five_thousand_records_are_read(tmp_path):
    """Not by the clock: each file is read once, and nothing of a picture is unpacked for the table."""
    one = boards.record()
    for i in range(50):
        store.write(replace(one, identity=replace(one.identity, checkpoint=f"{i:040x}")), tmp_path)
    records = store.read_all(tmp_path)
    rows = table.rows(records, ranked=False)
    assert len(rows) == 50
    assert not any("parts" in record.__dict__ for record in records)


def test_every_metric_has_a_direction():
    assert {name for name, metric in METRICS.items() if metric.lower_is_better} == {
        "hd95",
        "ece",
        "noc80",
        "noc85",
        "noc90",
        "drops",
    }
