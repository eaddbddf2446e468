"""The board tab in a real browser: seen, filtered, linked, on a phone, and with what was submitted or discovered elsewhere."""

from __future__ import annotations

from dataclasses import replace

from leaderboard.evaluation.discover import discover
from leaderboard.records import hub_sync, store
from leaderboard.records.record import Labels
from tests.support import board_scenes as boards
from tests.support.board_results import EVIL, until
from ui.board import evaluation, records
from wss_core.hub import push
from wss_core.methods import create


def opened(visit, query="?tab=board", **options):
    v = visit(**options)
    v.page.goto(v.page.url + query)
    v.page.wait_for_selector("#board-best td")
    return v


def test_the_board_is_seen_filtered_and_linked(visit, show, folder):
    show(folder)
    v = opened(visit)
    v.page.wait_for_selector("#board-figure .scatterlayer .point")
    assert "with network" in v.page.inner_text("#board-best")
    assert "data=discs" in v.page.url
    v.page.get_by_text("Show only").click()
    v.page.locator("#board-cue input").click()
    v.page.get_by_role("option", name="points").click()
    v.page.wait_for_function("() => !document.querySelector('#board-best').innerText.includes('network')")
    v.page.wait_for_function("() => location.search.includes('cue=points')")
    again = opened(visit, v.page.url.partition("/")[2].partition("/")[2].partition("/")[2])
    assert "network" not in again.page.inner_text("#board-best")
    again.page.get_by_role("tab", name="All results").click()
    again.page.wait_for_selector("#board-table [role=gridcell] >> text=probe, points")
    with again.page.expect_download() as download:
        again.page.get_by_text("Download as CSV").click()
    assert download.value.path().read_text().startswith("benchmark,track,method,cue")
    again.page.get_by_role("tab", name="History").click()
    again.page.wait_for_selector("[role=tabpanel]:visible .scatterlayer .point >> visible=true")


def test_the_table_links_to_the_card_and_trusts_nobody(visit, show, tmp_path):
    labels = Labels(cue=EVIL, labelled_images=3, label_seconds=9.0, source=EVIL)
    evil = replace(boards.record(checkpoint=EVIL, method=EVIL, settings={"backbone": EVIL}), labels=labels, on_hub=True)
    store.write(evil, tmp_path)
    store.write(
        boards.record(quality=0.4, seed=9, cue="strokes", label_seconds=500.0, labelled_images=7, on_hub=True), tmp_path
    )
    show(tmp_path)
    v = opened(visit)
    v.page.wait_for_selector("#board-figure .scatterlayer .point")
    v.page.get_by_role("tab", name="All results").click()
    link = v.page.locator("#board-table a").first
    assert link.get_attribute("href").endswith(f"/ann/discs/blob/{9:040x}/README.md")
    for name in ("By class", "History", "Submit"):
        v.page.get_by_role("tab", name=name).click()
        v.page.wait_for_timeout(300)
    assert v.page.locator("[onerror]").count() == 0


def test_a_phone_in_the_dark_reads_the_board(visit, show, folder):
    show(folder)
    v = opened(visit, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme="dark")
    v.page.wait_for_selector("#board-figure .scatterlayer .point")
    assert v.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert v.page.locator("#board-best td").first.is_visible()


def test_what_a_board_elsewhere_discovered_is_seen_here(visit, show, hub_server, tmp_path, monkeypatch):
    """Pushed by one, discovered by a board that pushes its records, shown by a page that only reads the data set."""
    monkeypatch.setattr(records.constants, "HF_HOME", str(tmp_path / "home"))
    cued = replace(boards.DISCS, name="discs-points", track="interactive", cue="points", metrics=("miou",))
    sha = push(create("propagate", features="colour", spread="random_walker"), "ann/walker").sha
    found = discover("hub", [cued], boards.write_discs(tmp_path / "data", 2), tmp_path / "one", progress=False)
    hub_sync.push(tmp_path / "one", "ann/results")
    show(tmp_path / "nothing", "ann/results")
    v = opened(visit)
    v.page.wait_for_selector("#board-best a >> text=ann/walker")
    assert v.page.locator("#board-best a").get_attribute("href").endswith(f"/ann/walker/blob/{sha}/README.md")
    v.page.get_by_role("tab", name="All results").click()
    (record,) = found.records
    v.page.wait_for_selector("#board-table [role=gridcell] >> text=propagate")
    assert (
        str(round(record.scores["miou"].value, 4)) in v.page.locator("#board-table [role=gridcell]").all_inner_texts()
    )


def test_a_checkpoint_is_pushed_submitted_evaluated_and_seen(visit, show, hub_server, tmp_path, monkeypatch):
    cued = replace(boards.DISCS, name="discs-points", track="interactive", cue="points", metrics=("miou",))
    monkeypatch.setattr(evaluation, "available_benchmarks", lambda: {cued.name: cued})
    monkeypatch.setenv("WSS_DATA", str(boards.write_discs(tmp_path / "data", 2)))
    state = show(tmp_path / "results")
    sha = push(create("propagate", features="colour", spread="random_walker"), "ann/walker").sha
    v = visit()
    v.page.get_by_role("tab", name="Board").click()
    v.page.wait_for_selector("#board-best >> text=There are no results yet")
    v.page.get_by_role("tab", name="Submit").click()
    v.page.get_by_placeholder("user/repo or user/repo@revision").fill("ann/walker")
    v.page.get_by_text("Queue it").click()
    v.page.wait_for_selector("#board-queue >> text=/waiting|running/")
    v.page.wait_for_selector("#board-queue >> text=done", timeout=120_000)
    assert "discs-points: miou" in v.page.inner_text("#board-queue")
    until(lambda: state.source.summaries)
    v.page.get_by_role("tab", name="Segment").click()
    v.page.get_by_role("tab", name="Board").click()
    v.page.wait_for_selector("#board-best a >> text=ann/walker")
    assert v.page.locator("#board-best a").get_attribute("href").endswith(f"/ann/walker/blob/{sha}/README.md")
