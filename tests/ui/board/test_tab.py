"""The board tab: records in memory, what labels buy, views as links, strangers' texts, the queue; and a real browser on it."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import threading
import time
from dataclasses import replace
from functools import partial

import numpy as np
import plotly.graph_objects as go
import pytest

from leaderboard.analysis import grouping, label_efficiency, record_index
from leaderboard.analysis.record_index import BootstrapCache, RecordIndex, RecordSummary
from leaderboard.analysis.standings import SeedGroup, ranked, standings
from leaderboard.evaluation.discover import discover
from leaderboard.records import hub_sync, store
from leaderboard.records.record import Labels
from leaderboard.report import table
from recipes.builtin import interact
from tests.support import board_scenes as boards
from ui.board import evaluation, records, state, style, submit, tab, tables
from ui.board import figures as plots
from ui.board import text as words
from ui.board.job_queue import Job, JobQueue
from ui.board.records import RecordSource
from ui.board.state import BoardView
from ui.server import user
from wss_core.builtin import pretrained
from wss_core.hub import push
from wss_core.methods import create

EVIL = "<img src=x onerror=alert(1)>"


def trial(quality: float, seed: int, method="probe", cue="points", seconds=60.0, share=0.5, **told):
    """A made-up training of the board's own."""
    labels = Labels(cue=cue, labelled_images=10, label_seconds=seconds, share=share, source="reproduced")
    sha = hashlib.sha1(f"{method} {cue} {share} {seed}".encode()).hexdigest()
    record = boards.record(quality=quality, seed=seed, method=method, track="efficiency", sha=sha, **told)
    return replace(record, labels=labels, checkpoint=f"{method}, {share} {cue}, seed {seed}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two methods, two kinds of labels, two budgets, two seeds; one of the Hub, one of a robot user, one that fails."""
    place = tmp_path_factory.mktemp("results")
    for number, (method, cue) in enumerate([("probe", "points"), ("probe", "full"), ("network", "full")]):
        for budget, (seconds, share) in enumerate([(60.0, 0.5), (240.0, 1.0)]):
            for seed in (0, 1):
                quality = 0.5 + 0.1 * number + 0.1 * budget + 0.01 * seed
                store.write(trial(quality, seed, method, cue, (1 + number) * seconds, share), place)
    on_hub = boards.record(quality=0.4, seed=9, cue="strokes", label_seconds=500.0, labelled_images=7, on_hub=True)
    store.write(on_hub, place)
    store.write(replace(on_hub, identity=replace(on_hub.identity, benchmark="more", seed=3), source="else"), place)
    return place


@pytest.fixture
def board(folder, monkeypatch) -> RecordSource:
    """The page shows that folder."""
    return shows(monkeypatch, folder)


def shows(monkeypatch, place, repo="") -> RecordSource:
    fresh = RecordSource(place, repo)
    monkeypatch.setattr(tab, "source", fresh)
    monkeypatch.setattr(submit, "source", fresh)
    monkeypatch.setattr(submit, "waiting", JobQueue(partial(evaluation.evaluate_submission, source=fresh)))
    return fresh


def read(place) -> RecordSource:
    found = RecordSource(place)
    found.look()
    return found


def standing(value: float, seconds: float, noise=0.01, **told) -> SeedGroup:
    record = trial(0.5, 0, seconds=seconds, **told)
    shared = np.random.default_rng(0).normal(0, noise, 1000)
    entry = RecordSummary(record, None)
    return SeedGroup((entry,), "miou", (value,), value, value - 0.02, value + 0.02, value + shared)


# Records in memory


def test_each_file_is_read_once_and_kept_without_its_pictures(folder, monkeypatch):
    seen = []
    monkeypatch.setattr(record_index.store, "read", lambda path, whole=store.read: seen.append(path) or whole(path))
    reader = RecordIndex([folder])
    first = reader.read()
    assert len(first) == len(seen) == 14
    assert all(entry.record.packed == {} and entry.record.ids == "" for entry in first)
    assert reader.read() == first
    assert len(seen) == 14
    assert [entry.record.date for entry in first] == sorted(entry.record.date for entry in first)


def test_what_is_damaged_or_gone_is_left_out_with_one_warning(folder, tmp_path, caplog):
    for path in folder.glob("*/*.json"):
        (tmp_path / path.parent.name).mkdir(exist_ok=True)
        (tmp_path / path.parent.name / path.name).write_bytes(path.read_bytes())
    one, other, *_ = sorted(tmp_path.glob("*/*.json"))
    one.write_text(one.read_text().replace("0", "1", 1))
    reader = RecordIndex([tmp_path, folder])
    assert len(reader.read()) == 14  # the sound copy counts
    assert len(RecordIndex([tmp_path]).read()) == 13
    caplog.clear()
    reader.read()
    assert caplog.text == ""
    other.unlink()
    assert len(RecordIndex([tmp_path]).read()) == 12


def test_a_score_of_no_known_metric_is_no_record_for_the_board(tmp_path, caplog):
    store.write(replace(boards.record(), metric="evil"), tmp_path)
    assert RecordIndex([tmp_path]).read() == ()
    assert "no score of its metric, 'evil'" in caplog.text


def test_resamples_are_kept_within_bounds(folder):
    samples, found = BootstrapCache(most=2), RecordIndex([folder]).read()[:3]
    first = samples.get(found[0], "miou")
    assert first.shape == (1000,)
    assert samples.get(found[0], "miou") is first
    samples.get(found[1], "miou")
    samples.get(found[2], "miou")
    assert [samples.holds(entry, "miou") for entry in found] == [False, True, True]
    gone = replace(found[0], path=folder / "none.json")
    assert np.isnan(BootstrapCache().get(gone, "miou")).all()


# Standings


def test_seeds_are_one_standing_with_the_interval_of_the_table(folder):
    found = standings(RecordIndex([folder]).read(), "miou", BootstrapCache())
    assert len(found) == 8
    best = found[0]
    assert (best.record.method, len(best.entries)) == ("network", 2)
    whole = [store.read(entry.path) for entry in best.entries]
    (family,) = grouping.families(whole)
    assert (best.value, best.values) == (family.value, family.values)
    assert (best.low, best.high) == pytest.approx((family.low, family.high), abs=1e-6)
    assert best.price("label_seconds") == 720
    assert best.rank == 1


def test_two_checkpoints_of_the_hub_are_never_one(tmp_path):
    for seed, sha in ((0, "a" * 40), (1, "b" * 40)):
        store.write(boards.record(seed=seed, sha=sha, cue="full", labelled_images=5, on_hub=True), tmp_path)
    assert len(standings(RecordIndex([tmp_path]).read(), "miou", BootstrapCache())) == 2


def test_ranks_admit_ties_and_wait_for_resamples(folder):
    same = [standing(0.8, 60), standing(0.8, 90), standing(0.6, 60)]
    assert [one.rank for one in ranked(same)] == [1, 1, 3]
    assert [one.rank for one in ranked([*same, replace(same[0], samples=None)])] == [None] * 4
    found = standings(RecordIndex([folder]).read(), "miou", BootstrapCache(), make=False)
    assert [one.rank for one in found] == [None] * 8
    assert all(one.low <= one.entries[0].record.scores["miou"].value <= one.high for one in found)


# What labels buy


def test_gain_is_read_off_between_budgets_by_hand():
    (line,) = label_efficiency.series([standing(0.5, 60), standing(0.7, 240), standing(0.72, 960)])
    told = label_efficiency.gain(line, 60, 60)  # 120 s lie half way from 60 to 240 by their logarithms
    assert told.before[0] == pytest.approx(0.5)
    assert told.after[0] == pytest.approx(0.6)
    assert told.gain[0] == pytest.approx(0.1)
    assert told.gain[1:] == pytest.approx((0.1, 0.1))  # the same noise at both ends goes away
    assert told.before[2] - told.before[1] > 0.03
    assert label_efficiency.gain(line, 240, 720).gain[0] == pytest.approx(0.02)


def test_nothing_is_guessed_outside_what_was_measured():
    (line,) = label_efficiency.series([standing(0.5, 60), standing(0.7, 240)])
    assert label_efficiency.gain(line, 60, 181).gain is None
    assert label_efficiency.gain(line, 60, 181).why == "measured up to 4 minutes"
    assert label_efficiency.gain(line, 30, 60).why == "measured from 1 minutes on"
    (point,) = label_efficiency.series([standing(0.5, 60)])
    assert "one budget" in label_efficiency.gain(point, 60, 1).why


def test_a_gain_without_resamples_has_no_interval():
    (line,) = label_efficiency.series([replace(standing(0.5, 60), samples=None), standing(0.7, 240)])
    told = label_efficiency.gain(line, 60, 60)
    assert told.gain[0] == pytest.approx(0.1)
    assert math.isnan(told.gain[1])


def test_the_front_and_the_best_for_a_price():
    some = [standing(0.5, 30), standing(0.4, 40), standing(0.7, 50), standing(0.7, 70), standing(0.8, 700)]
    assert [one.price("label_seconds") for one in label_efficiency.front(some)] == [30, 50, 700]
    found = label_efficiency.best(some, (40, 60, 100, 1000))
    assert [(best.limit, best.standing.value, best.tied) for best in found] == [
        (40, 0.5, 0),
        (60, 0.7, 0),
        (1000, 0.8, 0),
    ]
    assert label_efficiency.best([standing(0.7, 50, share=0.1), standing(0.7, 70, share=0.2)], (100,))[0].tied == 1
    loose = replace(standing(0.71, 70), samples=0.71 + np.random.default_rng(1).normal(0, 0.05, 1000))
    assert [
        best.doubtful for best in label_efficiency.best([standing(0.7, 50), loose, standing(0.9, 90)], (60, 80, 100))
    ] == [*(False, True, False)]
    unknown = standing(0.9, 60)
    unknown = replace(unknown, entries=(RecordSummary(replace(unknown.record, labels=Labels(cue="full")), None),))
    assert label_efficiency.best([unknown], (100,)) == []


def test_a_model_that_had_labels_of_the_data_before_is_no_best_buy(tmp_path, monkeypatch):
    assert set(pretrained.LEARNED_FROM) == set(interact.SHARES)
    told = {"source": "horses", "settings": {"features": "builtin"}}
    knows, also = standing(0.9, 20, share=0.1, **told), standing(0.95, 90, **told)
    paid = standing(0.5, 60, source="horses", settings={"features": "texture", "backbone": None})
    strange = standing(0.5, 60, source="streets", settings={"spread": "learned"})
    assert [one.record.trained_on_this_data for one in (knows, paid, strange)] == [True, False, False]
    some = [also, knows, paid]
    assert label_efficiency.front(some) == [paid]
    assert [best.standing for best in label_efficiency.best(some, (100, 1000))] == [paid]
    assert "No method here" in tables.gains(label_efficiency.series([knows, also]), 30, 10)
    place = tables.rows(some)[0][list(tables.HEADS).index("knows the data")]
    assert (place, tables.rows([paid])[0].count("yes")) == ("yes", 0)
    assert [style.marker(one, 9)["opacity"] < 1 for one in (knows, paid)] == [True, False]
    assert [style.line_colour(one).endswith(", 1)") for one in (knows, paid)] == [False, True]
    better = replace(knows.record, scores={"miou": replace(knows.record.scores["miou"], value=0.9)})
    drawn = plots.history([replace(knows, entries=(RecordSummary(better, None),)), paid]).data
    assert list(drawn[0].y) == [paid.record.scores["miou"].value] * 2  # the best so far
    assert sum(not shade.endswith(", 1)") for trace in drawn[1:] for shade in trace.marker.color if trace.text) == 1
    assert table.rows([knows.record])[0]["knows"] == "yes"
    store.write(knows.record, tmp_path)
    board = shows(monkeypatch, tmp_path)
    board.look()
    assert tab.KNOWS in tab._first(state.BoardView())[-3]


def test_lines_join_only_what_differs_in_the_number_of_labels():
    def with_unlabelled(one: SeedGroup, count: int | None) -> SeedGroup:
        record = replace(one.record, labels=replace(one.record.labels, unlabelled_images=count))
        return replace(one, entries=(RecordSummary(record, None),))

    some = [standing(0.5, 60, share=0.1), standing(0.6, 90, share=0.2), standing(0.7, 300, share=1.0)]
    more = [with_unlabelled(one, 5) for one in some[:2]]
    assert [len(line.standings) for line in label_efficiency.series([*some, *more])] == [3, 3]
    assert [len(line.standings) for line in label_efficiency.series([*more, some[2]])] == [3]
    assert (
        len(label_efficiency.series([some[0], standing(0.6, 90, cue="points-3"), standing(0.6, 90, cue="full")])) == 2
    )


# Views


def test_a_view_is_a_link_and_comes_back():
    one = BoardView(data="horses & more", metric="dice", x="share", cue=("points", "full masks"), method=("a=b",))
    assert state.parse_query(one.query) == one
    assert one.query.startswith("?tab=board&")
    assert state.parse_query("") == state.parse_query("?tab=board") == BoardView()
    assert state.parse_query("?x=secrets&data=a").x == "label_seconds"
    assert state.parse_query("?" + "cue=a&" * 10_000) == BoardView()
    assert len(state.parse_query("?data=" + "a" * 10_000).data) < 2000


def test_what_a_link_tells_wrongly_is_as_usual(folder):
    found = state.view_contents(state.parse_query("?data=nowhere&metric=evil&cue=evil&method=probe"), read(folder))
    assert found.view == BoardView(data="discs", metric="miou", method=("probe",))
    assert {one.record.method for one in found.standings} == {"probe"}
    assert found.titles == ("discs", "else")
    assert found.metrics == ("miou", "dice", "accuracy")
    assert found.options["cue"] == ("full masks", "points", "scribbles")
    assert found.options["track"] == ("efficiency", "trained")


def test_filters_hold_together(folder):
    found = state.view_contents(BoardView(cue=("full masks",), method=("probe",), track=("efficiency",)), read(folder))
    assert [one.record.labels.cue for one in found.standings] == ["full", "full"]
    assert state.view_contents(BoardView(cue=("points",), method=("network",)), read(folder)).standings == ()


def test_many_records_do_not_hold_up_a_visitor(folder, monkeypatch):
    monkeypatch.setattr(state, "MADE_AT_ONCE", 3)
    one = RecordSource(folder)
    one._read()
    found = state.view_contents(BoardView(), one)
    assert not found.settled
    assert found.standings[0].rank is None
    one.look()
    found = state.view_contents(BoardView(), one)
    assert found.settled
    assert found.standings[0].rank == 1
    assert not state.view_contents(BoardView(metric="dice"), one).settled
    one.look()  # it was asked for
    assert state.view_contents(BoardView(metric="dice"), one).settled


# What people read


def test_an_empty_board_says_how_to_fill_it(tmp_path):
    first = dict(zip(("best", "link"), tab_first(tmp_path), strict=True))
    assert "There are no results yet" in first["best"]
    assert "python -m leaderboard sweep horses-labels" in first["best"]
    assert first["link"] == ""


def tab_first(place) -> tuple[str, str]:
    """The words and the link of the page's first answer."""
    with pytest.MonkeyPatch.context() as patch:
        shows(patch, place)._first.wait(0)
        tab.source.look()
        answer = tab._opened("")
    return answer[7], answer[10]


def test_the_first_reading(folder):
    text = tables.best(state.view_contents(BoardView(), read(folder)).standings)
    assert "up to 1 min" in text
    assert "<b>points</b>, with probe" in text
    assert text.index("up to 1 min") < text.index("up to 10 min") < text.index("up to 1 h")
    assert "<b>full masks</b>, with network" in text


def test_what_more_minutes_buy(folder):
    lines = label_efficiency.series(state.view_contents(BoardView(), read(folder)).standings)
    text = tables.gains(lines, 60, 60)
    assert "at 1 min" in text
    assert "at 2 min" in text
    assert "+0.0" in text
    assert "measured from 3 minutes on" in text
    assert "measured up to 4 minutes" in tables.gains(lines, 60, 600)
    costly = label_efficiency.Series((standing(0.5, 79_800.0), standing(0.6, 160_000.0)))
    assert "measured from 1,330 minutes on" in tables.gains([costly], 60, 60)


def test_unlabelled_pictures_are_told_of_and_what_ends_two_lines_is_counted_once(tmp_path):
    for share, seconds, unlabelled in ((0.5, 60.0, 0), (0.5, 60.0, 9), (1.0, 120.0, 0)):
        sha = hashlib.sha1(f"{share} {unlabelled}".encode()).hexdigest()
        record = boards.record(quality=share, seed=0, method="network", track="efficiency", sha=sha)
        labels = Labels(
            cue="full",
            labelled_images=10,
            unlabelled_images=unlabelled,
            label_seconds=seconds,
            share=share,
            source="reproduced",
        )
        store.write(replace(record, labels=labels), tmp_path)
    found = state.view_contents(BoardView(), read(tmp_path))
    lines = label_efficiency.series(found.standings)
    assert sorted(len(line.standings) for line in lines) == [2, 2]
    assert len(label_efficiency.standings_of(lines)) == 3
    text = tables.gains(lines, 60, 30)
    assert "<td>full masks</td>" in text
    assert "<td>full masks + unlabelled</td>" in text
    assert "do not tell this price" not in tab._note(found, lines, read(tmp_path))
    assert {row[2] for row in tables.rows(found.standings)} == {"full masks", "full masks + unlabelled"}


def test_every_text_of_a_stranger_is_escaped(tmp_path):
    labels = Labels(cue=EVIL, labelled_images=3, label_seconds=9.0, share=0.5, source=EVIL)
    bad = boards.record(settings={"backbone": EVIL}, method=EVIL, checkpoint=EVIL)
    bad = replace(bad, labels=labels, classes=(EVIL, "b"), on_hub=True, track=EVIL, source=EVIL, split=EVIL)
    score = replace(bad.scores["miou"], classes=(0.5, 0.6))
    bad = replace(bad, scores=bad.scores | {"miou": score})
    robot = replace(
        boards.record("clicked", method=EVIL, checkpoint=EVIL, seed=4), labels=Labels(cue=EVIL, source="given")
    )
    for track in ("trained", "efficiency"):
        store.write(replace(bad, track=track, identity=replace(bad.identity, seed=len(track))), tmp_path)
    found = state.view_contents(BoardView(), read(tmp_path)).standings
    lines = label_efficiency.series(found)
    clicked = RecordSummary(robot, None, (0.1, 0.5))
    figures = [plots.accuracy(lines, found, "label_seconds"), plots.by_class(found), plots.history(found)]
    figures += [plots.clicks([clicked], True)]
    said = [tables.best(found), tables.gains(lines, 1, 1), *(row[0] for row in tables.rows(found))]
    said += [figure.to_json().replace("\\u003c", "<") for figure in figures]
    for text in said:
        assert "<img" not in text
    assert any("&lt;img" in text for text in said)
    assert "href" not in words.link(bad)
    failing = JobQueue(lambda item, stop: (_ for _ in ()).throw(ValueError(EVIL)))
    failing.add("a/b", EVIL, False)
    until(lambda: not failing.busy)
    assert "<img" not in submit.listing(read(tmp_path), failing)


def test_links_lead_to_the_card_at_its_hash_or_nowhere():
    one = boards.record(on_hub=True, sha="c" * 40)
    assert f'/ann/discs/blob/{"c" * 40}/README.md"' in words.link(one)
    for other in (
        replace(one, on_hub=False),
        replace(one, checkpoint="javascript:alert(1)"),
        boards.record(sha="../x", on_hub=True),
    ):
        assert "href" not in words.link(other)


def test_the_csv_has_all_and_begins_no_formula(tmp_path):
    store.write(trial(0.5, 0, method="=cmd()"), tmp_path)
    store.write(trial(0.6, 1), tmp_path)
    rows = list(csv.DictReader(io.StringIO(tables.csv(state.view_contents(BoardView(), read(tmp_path)).standings))))
    assert [row["method"] for row in rows] == ["probe", "'=cmd()"]
    assert [row["rank"] for row in rows] == ["1", "2"]
    assert (rows[0]["label_seconds"], rows[0]["labels"]) == ("60.0", "reproduced")


def test_the_figure_has_bars_dots_and_a_front(folder):
    some = state.view_contents(BoardView(), read(folder)).standings
    figure = plots.accuracy(label_efficiency.series(some), label_efficiency.front(some), "label_seconds")
    by_name = {trace.name: trace for trace in figure.data if trace.name}
    assert {"best buys", "points", "full masks", "scribbles", "probe", "network"} <= set(by_name)
    assert len(by_name["one training"].x) == 12
    assert figure.layout.xaxis.type == "log"
    lines = [trace for trace in figure.data if trace.error_y.array]
    assert sum(value is not None for trace in lines for value in trace.y) == 7
    assert plots.accuracy([], [], "share").layout.xaxis.tickformat == ".0%"


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (6000.0, 22_000.0, ["1 h", "3 h", "10 h"]),
        (3600.0, 3600.0, ["30 min", "1 h", "3 h"]),
        (50.0, 400_000.0, ["1 min", "10 min", "1 h", "10 h", "100 h"]),
        (0.2, 5e6, ["1 s", "10 s", "1 min", "10 min", "1 h", "10 h", "100 h"]),
    ],
)
def test_a_short_stretch_of_time_has_its_bearings_too(low, high, texts):
    figure = go.Figure()
    style.price_axis(figure, "label_seconds", [low, high])
    assert list(figure.layout.xaxis.ticktext) == texts
    assert figure.layout.xaxis.range[0] < math.log10(low) or low < 1
    assert figure.layout.xaxis.range[1] > math.log10(high) or high > 1_080_000


def test_a_robot_users_curve_by_click_and_by_second():
    record = replace(boards.record(), labels=Labels(cue="clicks"))
    entry = RecordSummary(record, None, (0.2, 0.6))
    assert list(plots.clicks([entry], False).data[0].x) == [1, 2]
    assert list(plots.clicks([entry], True).data[0].x) == pytest.approx([2.4, 4.8])


# The results data set


def test_a_results_data_set_is_read_and_what_is_wrong_with_it_is_said(hub_server, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(records.constants, "HF_HOME", str(tmp_path / "home"))
    hub_sync.push(folder, "ann/results")
    one = RecordSource(tmp_path / "empty", "ann/results")
    one.look()
    assert (len(one.entries), one.note) == (14, "")
    none = RecordSource(tmp_path / "empty", "ann/nothing")
    none.look()
    assert "there is no ann/nothing" in none.note
    assert none.entries == ()
    hub_server.asked.clear()
    one.look()
    assert hub_server.asked == []  # not before PULL seconds have passed


# The queue


def until(done, seconds=30.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_the_queue_is_bounded_does_one_at_a_time_and_says_why_not():
    go, running = threading.Event(), []

    def carry(item: Job, stop) -> str:
        running.append(item.repo)
        assert go.wait(30)
        if item.repo == "a/1":
            raise ValueError("it has other classes")
        if item.repo == "a/2":
            raise RuntimeError("secret")
        return "discs: miou 0.5"

    queue = JobQueue(carry, most=3)
    for name in ("a/0", "a/1", "a/2"):
        queue.add(name, "", False)
    with pytest.raises(ValueError, match="as many as go"):
        queue.add("a/3", "", False)
    with pytest.raises(ValueError, match="queued already"):
        queue.add("a/1", "", False)
    until(lambda: running == ["a/0"])
    assert [item.state for item in queue.jobs()] == ["queued", "queued", "running"]
    go.set()
    until(lambda: not queue.busy)
    told = {item.repo: (item.state, item.reason) for item in queue.jobs()}
    assert told["a/0"] == ("done", "discs: miou 0.5")
    assert told["a/1"] == ("failed", "it has other classes")
    assert told["a/2"] == ("failed", "the board failed on it (RuntimeError). Tell whoever runs this board")


def test_what_takes_too_long_is_ended():
    def carry(item: Job, stop) -> str:
        assert stop.wait(30)
        raise RuntimeError

    queue = JobQueue(carry, minutes=0.001)
    queue.add("a/0", "", False)
    until(lambda: not queue.busy)
    assert queue.jobs()[0].reason.startswith("it took more than 0.001 minutes")


def test_ended_ones_are_forgotten_in_the_end(monkeypatch):
    monkeypatch.setattr("ui.board.job_queue.KEPT", 2)
    queue = JobQueue(lambda item, stop: "")
    for number in range(6):
        queue.add(f"a/{number}", "", False)
        until(lambda: not queue.busy)
    assert [item.repo for item in queue.jobs()] == ["a/5", "a/4", "a/3"]


def test_strangers_submit_only_where_the_board_lets_them(monkeypatch):
    monkeypatch.setattr(evaluation, "available_benchmarks", lambda: {"discs": boards.DISCS})
    monkeypatch.delenv("WSS_BOARD_SUBMIT", raising=False)
    monkeypatch.setattr(submit, "waiting", JobQueue(lambda item, stop: ""))
    assert "takes no submissions" in submit._asked("ann/a", submit.ALL, user.NOBODY)
    assert submit.waiting.jobs() == []
    assert "is queued" in submit._asked("ann/a", submit.ALL, user.User(None))
    monkeypatch.setenv("WSS_BOARD_SUBMIT", "1")
    assert "is queued" in submit._asked("ann/b", submit.ALL, user.NOBODY)
    assert [item.own for item in submit.waiting.jobs()] == [False, True]
    for name in ("/etc/passwd", "builtin", "../x/y", EVIL, ""):
        answer = submit._asked(name, submit.ALL, user.NOBODY)
        assert "no name on the Hub" in answer
        assert "<img" not in answer
    monkeypatch.setattr(evaluation, "available_benchmarks", dict)
    assert "set WSS_DATA" in submit._asked("ann/c", submit.ALL, user.NOBODY)


def test_a_strangers_submission_reaches_nothing_of_this_machine(hub_server, tmp_path, monkeypatch):
    monkeypatch.setattr(evaluation, "available_benchmarks", lambda: {"discs": boards.DISCS})
    monkeypatch.chdir(tmp_path)
    push(create("grabcut"), "ann/secret", private=True)
    item = Job(1, "ann/secret", "", False, "")
    with pytest.raises(ValueError, match="there is no ann/secret"):
        evaluation.evaluate_submission(item, threading.Event(), RecordSource(tmp_path))
    with pytest.raises(ValueError, match="fits none of discs"):
        evaluation.evaluate_submission(replace(item, own=True), threading.Event(), RecordSource(tmp_path))
    (tmp_path / "ann" / "secret").mkdir(parents=True)
    with pytest.raises(ValueError, match="also the name of a folder"):
        evaluation.evaluate_submission(replace(item, own=True), threading.Event(), RecordSource(tmp_path))
    push(create("propagate", features="timm:hf-hub:ann/other"), "ann/fetches")
    with pytest.raises(ValueError, match="fetched from another repository"):
        evaluation.evaluate_submission(Job(2, "ann/fetches", "", False, ""), threading.Event(), RecordSource(tmp_path))


# In a browser


def opened(visit, query="?tab=board", **options):
    v = visit(**options)
    v.page.goto(v.page.url + query)
    v.page.wait_for_selector("#board-best td")
    return v


def test_the_board_is_seen_filtered_and_linked(visit, board):
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


def test_the_table_links_to_the_card_and_trusts_nobody(visit, folder, tmp_path, monkeypatch):
    labels = Labels(cue=EVIL, labelled_images=3, label_seconds=9.0, source=EVIL)
    evil = replace(boards.record(checkpoint=EVIL, method=EVIL, settings={"backbone": EVIL}), labels=labels, on_hub=True)
    store.write(evil, tmp_path)
    store.write(
        boards.record(quality=0.4, seed=9, cue="strokes", label_seconds=500.0, labelled_images=7, on_hub=True), tmp_path
    )
    shows(monkeypatch, tmp_path)
    v = opened(visit)
    v.page.wait_for_selector("#board-figure .scatterlayer .point")
    v.page.get_by_role("tab", name="All results").click()
    link = v.page.locator("#board-table a").first
    assert link.get_attribute("href").endswith(f"/ann/discs/blob/{9:040x}/README.md")
    for name in ("By class", "History", "Submit"):
        v.page.get_by_role("tab", name=name).click()
        v.page.wait_for_timeout(300)
    assert v.page.locator("[onerror]").count() == 0


def test_a_phone_in_the_dark_reads_the_board(visit, board):
    v = opened(visit, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme="dark")
    v.page.wait_for_selector("#board-figure .scatterlayer .point")
    assert v.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert v.page.locator("#board-best td").first.is_visible()


def test_what_a_board_elsewhere_discovered_is_seen_here(visit, hub_server, tmp_path, monkeypatch):
    """Pushed by one, discovered by a board that pushes its records, shown by a page that only reads the data set."""
    monkeypatch.setattr(records.constants, "HF_HOME", str(tmp_path / "home"))
    cued = replace(boards.DISCS, name="discs-points", track="interactive", cue="points", metrics=("miou",))
    sha = push(create("propagate", features="colour", spread="random_walker"), "ann/walker").sha
    found = discover("hub", [cued], boards.write_discs(tmp_path / "data", 2), tmp_path / "one", progress=False)
    hub_sync.push(tmp_path / "one", "ann/results")
    shows(monkeypatch, tmp_path / "nothing", "ann/results")
    v = opened(visit)
    v.page.wait_for_selector("#board-best a >> text=ann/walker")
    assert v.page.locator("#board-best a").get_attribute("href").endswith(f"/ann/walker/blob/{sha}/README.md")
    v.page.get_by_role("tab", name="All results").click()
    (record,) = found.records
    v.page.wait_for_selector("#board-table [role=gridcell] >> text=propagate")
    assert (
        str(round(record.scores["miou"].value, 4)) in v.page.locator("#board-table [role=gridcell]").all_inner_texts()
    )


def test_a_checkpoint_is_pushed_submitted_evaluated_and_seen(visit, hub_server, tmp_path, monkeypatch):
    cued = replace(boards.DISCS, name="discs-points", track="interactive", cue="points", metrics=("miou",))
    monkeypatch.setattr(evaluation, "available_benchmarks", lambda: {cued.name: cued})
    monkeypatch.setenv("WSS_DATA", str(boards.write_discs(tmp_path / "data", 2)))
    shows(monkeypatch, tmp_path / "results")
    sha = push(create("propagate", features="colour", spread="random_walker"), "ann/walker").sha
    v = visit()
    v.page.get_by_role("tab", name="Board").click()
    v.page.wait_for_selector("#board-best >> text=There are no results yet")
    v.page.get_by_role("tab", name="Submit").click()
    v.page.get_by_placeholder("user/repo or user/repo@revision").fill("ann/walker")
    v.page.get_by_text("Queue it").click()
    v.page.wait_for_selector("#board-queue >> text=/queued|running/")
    v.page.wait_for_selector("#board-queue >> text=done", timeout=120_000)
    assert "discs-points: miou" in v.page.inner_text("#board-queue")
    until(lambda: tab.source.entries)
    v.page.get_by_role("tab", name="Segment").click()
    v.page.get_by_role("tab", name="Board").click()
    v.page.wait_for_selector("#board-best a >> text=ann/walker")
    assert v.page.locator("#board-best a").get_attribute("href").endswith(f"/ann/walker/blob/{sha}/README.md")


def test_files_that_are_left_out_are_named_on_the_board(tmp_path, monkeypatch):
    path = store.write(trial(0.5, 0, seconds=9), tmp_path)
    for number in range(7):
        (path.parent / f"{number:032x}.json").write_text("<b>\x1b")
    board = shows(monkeypatch, tmp_path)
    board.look()
    note = tab._note(state.view_contents(BoardView(), board), [], board)
    assert "7 files left out:" in note
    assert f"{path.parent.name}/{0:032x}.json: it is damaged or was changed" in note
    assert "and 2 more" in note
    assert len(board.entries) == 1
