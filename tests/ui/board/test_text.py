"""Texts of strangers: escaped in every table and figure; links lead to a card of the Hub or nowhere."""

from __future__ import annotations

from dataclasses import replace

from leaderboard.analysis import label_efficiency
from leaderboard.analysis.record_index import RecordSummary
from leaderboard.records import store
from leaderboard.records.record import Labels
from tests.support import board_scenes as boards
from tests.support.board_results import EVIL, read, until
from ui.board import figures, history, submit, tables, text, view
from ui.board.state import BoardState
from ui.board.submission_queue import EvaluationQueue
from ui.board.view import BoardView


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
    found = view.view_contents(BoardView(), read(tmp_path)).groups
    lines = label_efficiency.series(found)
    clicked = RecordSummary(robot, None, (0.1, 0.5))
    drawn = [figures.accuracy(lines, found, "label_seconds"), figures.by_class(found), history.history_figure(found)]
    drawn += [figures.clicks([clicked], True)]
    said = [tables.best(found), tables.gains(lines, 1, 1), *tables.results(found)["result"]]
    said += [figure.to_json().replace("\\u003c", "<") for figure in drawn]
    for answer in said:
        assert "<img" not in answer
    assert any("&lt;img" in answer for answer in said)
    assert "href" not in text.link(bad)
    state = BoardState(read(tmp_path))
    failing = state.queue = EvaluationQueue(lambda item, stop: (_ for _ in ()).throw(ValueError(EVIL)))
    failing.submit("a/b", EVIL, False)
    until(lambda: not failing.busy)
    assert "<img" not in submit.queue_table(state)


def test_links_lead_to_the_card_at_its_hash_or_nowhere():
    one = boards.record(on_hub=True, sha="c" * 40)
    assert f'/ann/discs/blob/{"c" * 40}/README.md"' in text.link(one)
    for other in (
        replace(one, on_hub=False),
        replace(one, checkpoint="javascript:alert(1)"),
        boards.record(sha="../x", on_hub=True),
    ):
        assert "href" not in text.link(other)
